/** How many alerts there are in spans of time, by rule or by priority. */
import type { DatabaseSync } from 'node:sqlite';
import { PRIORITIES } from '../rules/checked.ts';
import { type Condition, SINCE } from './filter.ts';
import { areFew } from './lead.ts';
import type { NameKind } from './row.ts';

/** What is counted apart. */
export type CountedBy = 'rule' | 'priority';

export interface SpanCount {
  /** Beginning of the span, microseconds since the epoch. */
  readonly time: number;
  /** Id of the rule's name, or number of the priority. */
  readonly of: number;
  readonly count: number;
}

/** Counts of alerts that fit the conditions, in spans of so many microseconds; spans without any are left out. */
export function countSpans(
  database: DatabaseSync,
  conditions: readonly Condition[],
  by: CountedBy,
  span: number,
): readonly SpanCount[] {
  const counts = conditions.every(({ isTime }) => isTime)
    ? countInIndex(database, conditions, by, span)
    : countFound(database, conditions, by, span);
  return counts.toSorted((one, other) => one.time - other.time || one.of - other.of);
}

/**
 * Goes along the index of each rule or priority, from span to span: all alerts of a large store are counted many
 * times faster than by sorting them into groups.
 */
function countInIndex(
  database: DatabaseSync,
  conditions: readonly Condition[],
  by: CountedBy,
  span: number,
): SpanCount[] {
  // Of several beginnings SQLite goes to the first that it sees, and steps over what lies before the others.
  const begins = conditions.filter(({ sql }) => sql === SINCE);
  const earliest = Math.max(Number.MIN_SAFE_INTEGER, ...begins.map(({ values }) => Number(values[0])));
  const others = conditions.filter(({ sql }) => sql !== SINCE);
  const limits = others.map(({ sql }) => ` AND ${sql}`).join('');
  const values = others.flatMap((condition) => condition.values);
  const first = database.prepare(
    `SELECT min(time) AS time FROM alerts INDEXED BY alerts_${by} WHERE ${by} = ? AND time >= ?${limits}`,
  );
  const count = database.prepare(
    `SELECT count(*) AS count FROM alerts INDEXED BY alerts_${by} WHERE ${by} = ? AND time >= ? AND time < ?${limits}`,
  );
  const counts: SpanCount[] = [];
  for (const of of by === 'rule' ? ruleIds(database) : PRIORITIES.keys()) {
    let from = earliest;
    for (;;) {
      const time = first.get(of, from, ...values)?.time;
      if (typeof time !== 'number') break;
      const begin = Math.floor(time / span) * span;
      const end = begin + span;
      const found = count.get(of, Math.max(begin, earliest), end, ...values)?.count;
      counts.push({ time: begin, of, count: Number(found) });
      from = end;
    }
  }
  return counts;
}

/** How many alerts that fit the conditions each name has, and when it had the last; without those that have none. */
export function countNames(
  database: DatabaseSync,
  conditions: readonly Condition[],
  kind: NameKind,
): readonly { readonly name: string; readonly count: number; readonly last: number }[] {
  const isIndexed = conditions.every(({ isTime }) => isTime);
  const where = [`${kind} IS NOT NULL`, ...conditions.map(({ sql }) => sql)].join(' AND ');
  return database
    .prepare(
      `SELECT names.text AS name, found.count AS count, found.last AS last FROM (
         SELECT ${kind} AS id, count(*) AS count, max(time) AS last
         FROM alerts ${isIndexed ? `INDEXED BY alerts_${kind}` : ''} WHERE ${where} GROUP BY 1
       ) AS found JOIN names ON names.id = found.id ORDER BY found.count DESC, names.text`,
    )
    .all(...conditions.flatMap(({ values }) => values)) as unknown as readonly {
    readonly name: string;
    readonly count: number;
    readonly last: number;
  }[];
}

function countFound(
  database: DatabaseSync,
  conditions: readonly Condition[],
  by: CountedBy,
  span: number,
): SpanCount[] {
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  // Going along all times is faster than looking up many alerts one by one, and slower than few.
  const isInTimes = conditions.every((condition) => condition.isTime || condition.isInTimes);
  const index = isInTimes && !areFew(database, conditions) ? 'INDEXED BY alerts_time' : '';
  return database
    .prepare(
      `SELECT time / CAST(? AS INTEGER) * CAST(? AS INTEGER) AS time, ${by} AS of, count(*) AS count
       FROM alerts ${index} WHERE ${where} GROUP BY 1, 2`,
    )
    .all(span, span, ...conditions.flatMap(({ values }) => values)) as unknown as SpanCount[];
}

function ruleIds(database: DatabaseSync): number[] {
  return database
    .prepare("SELECT id FROM names WHERE kind = 'rule'")
    .all()
    .map(({ id }) => Number(id));
}
