/**
 * List items that look like typing errors: an item that stands in one list only and differs by one
 * letter from an item that several lists have.
 */
import type { CompiledFiles } from '../load.ts';
import type { Problem } from '../problem.ts';
import type { ScalarText } from '../source/scalar-text.ts';
import { editDistance } from '../suggest.ts';

/** Short items are too alike by nature. */
const LEAST_LENGTH = 5;

export function findOddItems({ collection }: CompiledFiles): Problem[] {
  const places = new Map<string, { readonly item: ScalarText; readonly list: string; count: number }>();
  for (const { name, items } of collection.lists.values()) {
    for (const item of items) {
      const place = places.get(item.text);
      if (place === undefined) places.set(item.text, { item, list: name, count: 1 });
      else place.count++;
    }
  }
  const known = new Map<number, string[]>();
  for (const [text, { count }] of places) {
    if (count < 2 || text.length < LEAST_LENGTH) continue;
    known.set(text.length, [...(known.get(text.length) ?? []), text]);
  }
  const problems: Problem[] = [];
  if (known.size === 0) return problems;
  for (const [text, { item, list, count }] of places) {
    if (count > 1 || text.length < LEAST_LENGTH || collection.lists.has(text)) continue;
    const near = [-1, 0, 1]
      .flatMap((difference) => known.get(text.length + difference) ?? [])
      .find((other) => looksLikeTypo(text, other));
    const context = collection.lists.get(list)?.context;
    if (near === undefined || context === undefined) continue;
    problems.push({
      code: 'LINT_LIST_ITEM',
      message: `'${text}' looks like a typing error`,
      location: item.locate(0),
      length: Math.max(1, text.length),
      context,
      suggestion: near,
    });
  }
  return problems;
}

/**
 * One letter inside is another, is missing or is doubled, or two are swapped. Other letters too many,
 * other digits, and other letters at the beginning are more often there on purpose (`chpasswd` and
 * `chgpasswd`, `dbclient` and `dhclient`).
 */
function looksLikeTypo(text: string, known: string): boolean {
  if (text.slice(0, 2) !== known.slice(0, 2) || text.at(-1) !== known.at(-1)) return false;
  if (text.replace(/[0-9./_-]/g, '') === known.replace(/[0-9./_-]/g, '')) return false;
  if (editDistance(text, known, 2) !== 1) return false;
  return text.length <= known.length || text.replace(/(.)\1/g, '$1') === known.replace(/(.)\1/g, '$1');
}
