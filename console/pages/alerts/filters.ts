/** What is looked for: it lives in the address of the page, by the names that the server and `lanner alerts` have. */

import { PRIORITIES } from '../../../src/rules/checked.ts';
import type { AlertFilter, PriorityName } from '../../../src/server/api-types.ts';
import { type Query, withQuery } from '../../data/api.ts';

/** Filters that may have several values. */
export const LIST_FILTERS = ['rule', 'process', 'container', 'pod', 'source', 'tag'] as const;
export type ListFilter = (typeof LIST_FILTERS)[number];

export function filterOf(parameters: URLSearchParams): AlertFilter {
  const one = (name: string): string | undefined => parameters.get(name) || undefined;
  const priority = PRIORITIES.find((name) => name.toLowerCase() === one('priority')?.toLowerCase());
  const lists = LIST_FILTERS.map((name) => [name, parameters.getAll(name).filter((value) => value !== '')]);
  return compact({
    ...Object.fromEntries(lists),
    ...{ since: one('since'), until: one('until'), priority, text: one('text') },
  });
}

export function addressOf(filter: AlertFilter): string {
  return withQuery('/', asQuery(filter));
}

export function asQuery(filter: AlertFilter): Query {
  return { ...filter };
}

/** Without `since` and `until`, which the stream does not take. */
export function withoutTime({ since: _, until: __, ...rest }: AlertFilter): AlertFilter {
  return rest;
}

/** The same filter has the same key. */
export function keyOf(filter: AlertFilter): string {
  return addressOf(filter);
}

type Change = { readonly [Name in keyof AlertFilter]?: AlertFilter[Name] | undefined };

export function changed(filter: AlertFilter, change: Change): AlertFilter {
  return compact({ ...filter, ...change });
}

export function withValue(filter: AlertFilter, name: ListFilter, value: string): AlertFilter {
  const values = filter[name] ?? [];
  return values.includes(value) ? filter : changed(filter, { [name]: [...values, value] });
}

export function withoutValue(filter: AlertFilter, name: ListFilter, value: string): AlertFilter {
  return changed(filter, { [name]: (filter[name] ?? []).filter((other) => other !== value) });
}

export function isEmpty(filter: AlertFilter): boolean {
  return Object.keys(filter).length === 0;
}

function compact(filter: Change): AlertFilter {
  const entries = Object.entries(filter).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries) as AlertFilter;
}

export function isPriority(name: string): name is PriorityName {
  return (PRIORITIES as readonly string[]).includes(name);
}
