/** Filters of alerts as URLs have them. */
import { milliseconds } from '../config/shape.ts';
import { PRIORITIES, type Priority } from '../rules/checked.ts';
import { Refusal } from '../server/refusal.ts';
import type { Cursor, Filter } from '../store/query.ts';

/** Names that may be given more than once, and what the filter calls them. */
const LISTS = {
  rule: 'rules',
  source: 'sources',
  container: 'containers',
  pod: 'pods',
  process: 'processes',
  tag: 'tags',
} as const;
const SINGLE = ['since', 'until', 'priority', 'text'];
/** Words that are looked for: each takes as long as all alerts take that have it, and nothing can end that early. */
const MOST_WORDS = 40;
/** A word as the store's index has them. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu;
/** Milliseconds since the epoch: what lies beyond is no date that people know. */
const [FIRST_TIME, LAST_TIME] = [0, Date.UTC(9999, 11, 31)];
/** Values of one name. */
const MOST_VALUES = 50;

/** The filter that a query means; `others` are further names that it may have. Throws a {@link Refusal}. */
export function filterOf(query: URLSearchParams, others: readonly string[] = []): Filter {
  for (const name of new Set(query.keys())) {
    if (!Object.hasOwn(LISTS, name) && !SINGLE.includes(name) && !others.includes(name))
      throw malformed(`there is no filter of the name ${JSON.stringify(name.slice(0, 40))}`);
    const most = Object.hasOwn(LISTS, name) ? MOST_VALUES : 1;
    if (query.getAll(name).length > most)
      throw malformed(`${name}: give it ${most === 1 ? 'once' : `${most} times`} at most`);
  }
  const lists = Object.entries(LISTS).map(([name, key]) => {
    const values = query.getAll(name).filter((value) => value !== '');
    return [key, values.length === 0 ? undefined : values] as const;
  });
  return {
    ...Object.fromEntries(lists),
    since: timeIn(query, 'since'),
    until: timeIn(query, 'until'),
    priority: priorityIn(query),
    text: textIn(query),
  };
}

/** A whole number of a query. Throws a {@link Refusal}. */
export function numberIn(
  query: URLSearchParams,
  name: string,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const text = given(query, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < least || value > most)
    throw malformed(`${name}: give a number from ${least} to ${most}`);
  return value;
}

/** The place between two pages. Throws a {@link Refusal}. */
export function cursorIn(query: URLSearchParams): Cursor | undefined {
  const text = given(query, 'cursor');
  if (text === undefined) return undefined;
  const match = /^(-?\d{1,16})\.(\d{1,15})$/.exec(text);
  if (match === null) throw malformed('cursor: give what a page has told as next');
  return { time: Number(match[1]), id: Number(match[2]) };
}

export function cursorText({ time, id }: Cursor): string {
  return `${time}.${id}`;
}

/** A time such as 2026-01-31T12:00, or an age such as 7d, in microseconds since the epoch, in the years 1970 to 9999; `undefined` for others. */
export function timeOf(text: string, now = Date.now()): number | undefined {
  const ago = milliseconds(text);
  const time = ago === undefined ? Date.parse(text) : now - ago;
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time, FIRST_TIME), LAST_TIME) * 1000;
}

/** A priority in any case, `info` too; `undefined` for others. */
export function priorityOf(text: string): Priority | undefined {
  const wanted = text.toLowerCase() === 'info' ? 'informational' : text.toLowerCase();
  return PRIORITIES.find((priority) => priority.toLowerCase() === wanted);
}

function textIn(query: URLSearchParams): string | undefined {
  const text = given(query, 'text');
  if (text !== undefined && [...text.matchAll(WORD)].length > MOST_WORDS)
    throw malformed(`text: give ${MOST_WORDS} words at most`);
  return text;
}

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = given(query, name);
  if (text === undefined) return undefined;
  const time = timeOf(text);
  if (time === undefined) throw malformed(`${name}: give a time such as 1h, 7d or 2026-01-31T12:00`);
  return time;
}

function priorityIn(query: URLSearchParams): Priority | undefined {
  const text = given(query, 'priority');
  if (text === undefined) return undefined;
  const priority = priorityOf(text);
  if (priority === undefined) throw malformed(`priority: give one of ${PRIORITIES.join(', ')}`);
  return priority;
}

function given(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  return text === null || text === '' ? undefined : text;
}

function malformed(message: string): Refusal {
  return new Refusal(400, message, { counted: 'malformed' });
}
