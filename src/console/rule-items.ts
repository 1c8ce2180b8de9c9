/** Items of rule files as pieces of text: where each begins and ends, for those who show or change them. */
import { isMap, isScalar, isSeq, parseAllDocuments, type Scalar, type YAMLMap } from 'yaml';
import type { SourceText } from '../server/api-types.ts';

export interface RuleItemText {
  readonly kind: 'rule' | 'macro' | 'list';
  readonly name: string;
  /** Offsets of the item with its dash, and of what follows it. */
  readonly start: number;
  readonly end: number;
  /** Keys of the item, in order. */
  readonly keys: readonly string[];
  /** Where the value of `enabled` stands; absent where the item has none. */
  readonly enabled?: readonly [number, number];
}

const KINDS = ['rule', 'macro', 'list'] as const;

/** Rules, macros and lists of a file, as far as it can be read; also items that change others. */
export function ruleItems(text: string): RuleItemText[] {
  const items: RuleItemText[] = [];
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  if (!Array.isArray(documents)) return items;
  for (const { contents } of documents) {
    if (!isSeq(contents)) continue;
    for (const item of contents.items) {
      const found = isMap(item) ? itemOf(item as YAMLMap, text) : undefined;
      if (found !== undefined) items.push(found);
    }
  }
  return items;
}

/** The text of an item, without blanks at its end. */
export function textOf({ start, end }: RuleItemText, file: string, text: string): SourceText {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) line++;
  return { file, line, text: text.slice(start, end).trimEnd() };
}

/**
 * The text with a rule turned on or off: in the last item that says so, else by an item at the end that overrides the
 * rule of an earlier file. `isNeeded` tells whether an item of the latter form is still needed without it.
 */
export function withEnabled(
  text: string,
  name: string,
  enabled: boolean,
  isNeeded: (without: string) => boolean,
): string {
  const own = ruleItems(text).filter((item) => item.kind === 'rule' && item.name === name);
  const last = own.findLast((item) => item.enabled !== undefined);
  if (last?.enabled) {
    const [from, to] = last.enabled;
    if (isOnlyToggle(last)) {
      const without = text.slice(0, last.start) + text.slice(last.end);
      if (!isNeeded(without)) return without;
    }
    return text.slice(0, from) + String(enabled) + text.slice(to);
  }
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}\n- rule: ${JSON.stringify(name)}\n  enabled: ${enabled}\n  override:\n    enabled: replace\n`;
}

function isOnlyToggle({ keys }: RuleItemText): boolean {
  return keys.length === 3 && ['rule', 'enabled', 'override'].every((key) => keys.includes(key));
}

function itemOf(map: YAMLMap, text: string): RuleItemText | undefined {
  const { range } = map;
  if (!range) return undefined;
  const pairs = map.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key: String(key.value), value }] : [],
  );
  const named = pairs.find(({ key }) => KINDS.some((kind) => kind === key));
  if (named === undefined || !isScalar(named.value)) return undefined;
  const enabled = pairs.find(({ key }) => key === 'enabled')?.value;
  const place = isScalar(enabled) ? (enabled as Scalar).range : undefined;
  return {
    kind: named.key as RuleItemText['kind'],
    name: String(named.value.value),
    start: startOf(range[0], text),
    end: range[2],
    keys: pairs.map(({ key }) => key),
    ...(place ? { enabled: [place[0], place[1]] as const } : {}),
  };
}

/** A map begins behind the dash of its item. */
function startOf(offset: number, text: string): number {
  const dash = text.lastIndexOf('-', offset);
  return dash >= 0 && text.slice(dash + 1, offset).trim() === '' ? text.lastIndexOf('\n', dash) + 1 : offset;
}
