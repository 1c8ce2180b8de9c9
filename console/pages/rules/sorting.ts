/** The order of the table of rules, and what the search finds. */

import { PRIORITIES } from '../../../src/rules/checked.ts';
import type { RuleItem } from '../../../src/server/api-types.ts';

export type Column = 'name' | 'priority' | 'enabled' | 'day' | 'all' | 'last' | 'evaluations' | 'share';

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

const KEYS: Readonly<Record<Column, (rule: RuleItem) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  priority: ({ priority }) => PRIORITIES.indexOf(priority),
  enabled: ({ enabled }) => (enabled ? 0 : 1),
  day: ({ fired }) => fired?.day ?? -1,
  all: ({ fired }) => fired?.all ?? -1,
  last: ({ fired }) => fired?.last ?? -1,
  evaluations: ({ cost }) => cost?.evaluations ?? -1,
  share: ({ cost }) => cost?.share ?? -1,
};

/** Of the address: a column, with a minus before it for descending order. */
export function orderFrom(text: string | null): Order | undefined {
  const column = (text ?? '').replace(/^-/, '');
  return column in KEYS
    ? { column: column as Column, descending: text?.startsWith('-') === true }
    : undefined;
}

/** The order after a click on the head of a column: numbers begin with the largest. */
export function nextSort(order: Order | undefined, column: Column): string {
  const startsDescending = !['name', 'priority', 'enabled'].includes(column);
  const descending = order?.column === column ? !order.descending : startsDescending;
  return `${descending ? '-' : ''}${column}`;
}

/** Without an order, as they are tried. */
export function sorted(rules: readonly RuleItem[], order: Order | undefined): readonly RuleItem[] {
  if (order === undefined) return rules;
  const key = KEYS[order.column];
  const sign = order.descending ? -1 : 1;
  return rules.toSorted((one, other) => sign * compare(key(one), key(other)));
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** All words occur in the name, a tag, the source or an event. */
export function ruleMatches({ name, tags, source, events }: RuleItem, text: string): boolean {
  const all = [name, source, ...tags, ...events].join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
