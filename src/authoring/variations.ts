/** Tests that differ in a few values of their event alone: `each:` gives these, one variation after the other. */
import type { ConfigNode, MapNode } from '../config/node.ts';
import { shortened } from './explanation-text.ts';
import { mapOf, plainData, type Report } from './reading.ts';

export interface Variation {
  /** The test with the event of this variation, without `each`. */
  readonly test: MapNode;
  /** The values that are its own, for its name. */
  readonly label: string;
}

/** The variations of a test; `undefined` when it has none. Mistakes are reported, and leave variations out. */
export function variationsOf(test: MapNode, report: Report): Variation[] | undefined {
  const each = test.entries.get('each');
  if (each === undefined) return undefined;
  const event = test.entries.get('event');
  if (event?.kind !== 'map' || event.entries.size !== 1) {
    report(each.place, 'each: varies the one event of "event:", such as "event: {execve: {}}"');
    return [];
  }
  const items = flattened(each);
  if (items.length === 0) report(each.place, 'expected a list of values by field');
  const [[name, values]] = event.entries as unknown as [[string, ConfigNode]];
  return items.flatMap((item) => {
    const own = mapOf(item, 'values by field, such as {proc.name: bash}', report);
    if (own === undefined) return [];
    // What is said of the event leads to the variation.
    const varied = { ...over(values, own, values.place), keyPlace: item.place };
    const entries = new Map(test.entries);
    entries.delete('each');
    entries.set('event', { ...event, entries: new Map([[name, varied]]) });
    return { test: { ...test, entries }, label: labelOf(own) };
  });
}

/** Lists within the list are variations that several tests share. */
function flattened(node: ConfigNode): ConfigNode[] {
  return node.kind === 'list' ? node.items.flatMap(flattened) : [node];
}

/** The values of `own` in the place of those of `base`; of audit events, also within what they hold. */
function over(base: ConfigNode, own: MapNode, place: string): MapNode {
  const entries = new Map(base.kind === 'map' ? base.entries : []);
  for (const [key, value] of own.entries) {
    const before = entries.get(key);
    entries.set(key, value.kind === 'map' && before?.kind === 'map' ? over(before, value, place) : value);
  }
  return { kind: 'map', entries, place };
}

function labelOf(own: MapNode): string {
  const text = Object.entries(plainData(own) as object).map(
    ([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return shortened(text.join(', ')) || 'as it is';
}
