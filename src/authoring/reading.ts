/** Small steps of reading files that people write by hand: every mistake is told at its place. */
import type { ConfigNode, MapNode, ScalarNode } from '../config/node.ts';
import { nearest } from '../rules/suggest.ts';

/** Takes a mistake: where it is (`file:line:column`), and what it is. */
export type Report = (place: string, message: string) => void;

/** What was probably meant. */
export function hint(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
}

/** Reports keys that mean nothing. */
export function checkKeys({ entries }: MapNode, known: readonly string[], report: Report): void {
  for (const [key, { keyPlace, place }] of entries) {
    if (!known.includes(key)) report(keyPlace ?? place, `unknown key ${key}${hint(nearest(key, known))}`);
  }
}

/** The text of a value that is not null, as it is written. */
export function writtenText({ value, written }: ScalarNode): string {
  return written ?? String(value);
}

/** One text; numbers and booleans are taken as they are written. */
export function textOf(node: ConfigNode, what: string, report: Report): string | undefined {
  if (node.kind === 'scalar' && node.value !== null) return writtenText(node);
  report(node.place, `expected ${what}`);
  return undefined;
}

/** A list of texts with their places; one text stands for a list of one. */
export function textsOf(
  node: ConfigNode,
  what: string,
  report: Report,
): { readonly text: string; readonly place: string }[] {
  if (node.kind === 'map') {
    report(node.place, `expected ${what}`);
    return [];
  }
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const text = textOf(item, what, report);
    return text === undefined ? [] : [{ text, place: item.place }];
  });
}

/** A mapping. */
export function mapOf(node: ConfigNode, what: string, report: Report): MapNode | undefined {
  if (node.kind === 'map') return node;
  report(node.place, `expected ${what}`);
  return undefined;
}

/** The node as plain data. */
export function plainData(node: ConfigNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainData);
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, plainData(value)]));
}
