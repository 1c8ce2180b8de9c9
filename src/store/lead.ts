/**
 * Which of several conditions leads: the one that the fewest alerts fit is looked up in its index, newest alerts
 * first, and what it yields is held against the others. So a rare rule among a million alerts of others is found as
 * fast as a common one.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Condition } from './filter.ts';

export interface Found {
  readonly id: number;
  readonly time: number;
}

export interface Row extends Found {
  readonly line: string;
}

/** Conditions that more alerts fit are all the same: some of the newest will do. */
const COUNTED = 5000;

type Part = Pick<Condition, 'sql' | 'values'>;

/** At most `limit` alerts that fit all conditions, newest first, from the newest on or before `from`. */
export function rowsBy(
  database: DatabaseSync,
  conditions: readonly Condition[],
  limit: number,
  from: Found | undefined,
): readonly Found[] {
  const paging: Condition[] =
    from === undefined ? [] : [{ sql: '(time, id) < (?, ?)', values: [from.time, from.id] }];
  const times = [...conditions.filter(({ isTime }) => isTime), ...paging];
  const others = conditions.filter(({ isTime }) => !isTime);
  const lead = leadOf(database, others, times);
  const rest = others.filter((condition) => condition !== lead).map(asTest);
  if (lead?.words !== undefined) return select(database, [lead, ...times, ...rest], '', limit);
  const arms = lead?.arms ?? [undefined];
  const found = arms.flatMap((arm) =>
    select(database, [...(arm ? [arm] : []), ...times, ...rest], arm ? '' : 'INDEXED BY alerts_time', limit),
  );
  return found.sort(compareNewestFirst).slice(0, limit);
}

export function compareNewestFirst(one: Found, other: Found): number {
  return other.time - one.time || other.id - one.id;
}

function select(
  database: DatabaseSync,
  parts: readonly Part[],
  index: string,
  limit: number,
): readonly Found[] {
  const where = parts.length === 0 ? '' : `WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`;
  return database
    .prepare(`SELECT id, time FROM alerts ${index} ${where} ORDER BY time DESC, id DESC LIMIT ?`)
    .all(...parts.flatMap(({ values }) => values), limit) as unknown as readonly Found[];
}

/** The condition that the fewest alerts fit; `undefined` when many fit each, or there is none. */
function leadOf(
  database: DatabaseSync,
  conditions: readonly Condition[],
  times: readonly Condition[],
): Condition | undefined {
  let [lead, least]: [Condition | undefined, number] = [undefined, COUNTED];
  for (const condition of conditions) {
    const count = countOf(database, condition, times);
    if (count < least) [lead, least] = [condition, count];
  }
  // Of two that are common, an index is still better than the times alone.
  return lead ?? conditions.find(({ arms }) => arms !== undefined && arms.length === 1);
}

/** Whether one of the conditions is known to fit few alerts. */
export function areFew(database: DatabaseSync, conditions: readonly Condition[]): boolean {
  const times = conditions.filter(({ isTime }) => isTime);
  return conditions.some((condition) => !condition.isTime && countOf(database, condition, times) < COUNTED);
}

function countOf(database: DatabaseSync, { words, arms }: Condition, times: readonly Condition[]): number {
  const count = (from: string, values: readonly (string | number)[], most: number): number =>
    Number(
      database.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM ${from} LIMIT ?)`).get(...values, most)
        ?.count,
    );
  if (words !== undefined) return count('words WHERE words MATCH ?', [words], COUNTED);
  if (arms === undefined) return COUNTED;
  let sum = 0;
  for (const arm of arms) {
    const parts = [arm, ...times];
    const where = parts.map(({ sql }) => sql).join(' AND ');
    sum += count(
      `alerts WHERE ${where}`,
      parts.flatMap(({ values }) => values),
      COUNTED - sum,
    );
    if (sum >= COUNTED) break;
  }
  return sum;
}

/** The condition for alerts that were found by another: no index is to be used for it. */
function asTest({ sql, values }: Condition): Part {
  return { sql: `+${sql}`, values };
}
