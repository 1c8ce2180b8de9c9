/**
 * What is looked for in the store, as conditions of SQL. Texts of users and of alerts are always parameters and never
 * part of a statement.
 */
import type { DatabaseSync } from 'node:sqlite';
import { PRIORITIES, type Priority } from '../rules/checked.ts';
import { matchesWildcard } from '../rules/select.ts';
import type { NameKind } from './row.ts';

/** What is looked for: alerts that fit everything that is given. Of several names, one of them. `*` stands for any text. */
export interface Filter {
  /** Microseconds since the epoch: from `since` on, before `until`. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** The highest id: what is stored later does not shift pages. */
  readonly upTo?: number | undefined;
  /** Alerts with higher ids. */
  readonly after?: number | undefined;
  readonly rules?: readonly string[] | undefined;
  /** This one and more severe ones. */
  readonly priority?: Priority | undefined;
  readonly sources?: readonly string[] | undefined;
  /** Ids, whole or begun with twelve digits as container engines show them, or names. */
  readonly containers?: readonly string[] | undefined;
  readonly pods?: readonly string[] | undefined;
  readonly processes?: readonly string[] | undefined;
  /** Alerts of rules that had one of these tags when they last fired. */
  readonly tags?: readonly string[] | undefined;
  /** Words that all occur, each the beginning of one of the alert; several in double quotes follow one another. */
  readonly text?: string | undefined;
}

export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
  /** Disjoint conditions that are this one together, where an index, with the time, has each of them. */
  readonly arms?: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  /** It limits the time or the id, which every index has. */
  readonly isTime?: true;
  /** It is about what the index of times has beside the time. */
  readonly isInTimes?: true;
  /** The alerts' ids come from a table of their own. */
  readonly words?: string;
}

/** The condition that a beginning means. */
export const SINCE = 'time >= ?';

/** More names than these make no use of an index. */
const MOST_ARMS = 60;

/** The conditions that a filter means; `undefined` where no alert can fit. */
export function conditionsOf(database: DatabaseSync, filter: Filter): readonly Condition[] | undefined {
  const { since, until, upTo, after, priority } = filter;
  const conditions: (Condition | undefined)[] = [];
  if (since !== undefined) conditions.push({ sql: SINCE, values: [since], isTime: true });
  if (until !== undefined) conditions.push({ sql: 'time < ?', values: [until], isTime: true });
  if (upTo !== undefined) conditions.push({ sql: '+id <= ?', values: [upTo], isTime: true });
  if (after !== undefined) conditions.push({ sql: 'id > ?', values: [after], isTime: true });
  if (priority !== undefined) conditions.push(priorityCondition(PRIORITIES.indexOf(priority)));
  const named: readonly (readonly [readonly NameKind[], readonly string[] | undefined])[] = [
    [['rule'], filter.rules],
    [['source'], filter.sources],
    [['container', 'container_name'], filter.containers],
    [['pod'], filter.pods],
    [['process'], filter.processes],
  ];
  for (const [kinds, patterns = []] of named)
    if (patterns.length > 0)
      conditions.push(nameCondition(kinds.map((kind) => ({ kind, ids: idsOf(database, kind, patterns) }))));
  if (filter.tags !== undefined && filter.tags.length > 0)
    conditions.push(nameCondition([{ kind: 'rule', ids: rulesTagged(database, filter.tags) }]));
  const words = wordsOf(filter.text ?? '');
  if (words !== '') conditions.push(wordsCondition(words, after));
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined;
}

/** A query of FTS5 (https://www.sqlite.org/fts5.html) for words, each in quotes, so that nothing in them has a meaning. */
export function wordsOf(text: string): string {
  // SQLite takes a text to end at its first NUL.
  const parts = [...text.replaceAll('\0', ' ').matchAll(/"([^"]*)"?|[^\s"]+/g)].map(
    ([whole, phrase]) => phrase ?? whole,
  );
  const meant = parts.filter((part) => /[\p{L}\p{N}\p{Co}]/u.test(part));
  return meant.map((part) => `"${part.replaceAll('"', '""')}"*`).join(' ');
}

/** Words of alerts that lie behind all others are looked up once, and not for each of these: that takes as long. */
function wordsCondition(words: string, after: number | undefined): Condition {
  const behind = after === undefined ? '' : ' AND rowid > ?';
  return {
    sql: `id IN (SELECT rowid FROM words WHERE words MATCH ?${behind})`,
    values: [words, ...(after === undefined ? [] : [after])],
    words,
  };
}

function priorityCondition(most: number): Condition {
  const arms = Array.from({ length: most + 1 }, (_, number) => ({
    sql: 'priority = ?',
    values: [number],
  }));
  // The least severe is no condition at all.
  return most === PRIORITIES.length - 1
    ? { sql: 'TRUE', values: [], isInTimes: true }
    : { sql: 'priority <= ?', values: [most], arms, isInTimes: true };
}

/** A condition that one of the columns has one of the names. `undefined` when no alert has such a name. */
function nameCondition(
  columns: readonly { readonly kind: NameKind; readonly ids: readonly number[] }[],
): Condition | undefined {
  const found = columns.filter(({ ids }) => ids.length > 0);
  if (found.length === 0) return undefined;
  const parts = found.map(({ kind, ids }) => ({
    sql: `${kind} IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(ids)],
  }));
  const all: Condition = {
    sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`,
    values: parts.flatMap(({ values }) => values),
    ...(columns.every(({ kind }) => kind === 'rule') ? { isInTimes: true } : {}),
  };
  if (found.reduce((sum, { ids }) => sum + ids.length, 0) > MOST_ARMS) return all;
  const arms = found.flatMap(({ kind, ids }, index) => {
    // An alert that one column has found already is not found again.
    const others = parts.slice(0, index);
    const without = others.map(({ sql }) => ` AND (${sql}) IS NOT TRUE`).join('');
    const values = others.flatMap((part) => part.values);
    return ids.map((id) => ({ sql: `${kind} = ?${without}`, values: [id, ...values] }));
  });
  return { ...all, arms };
}

function idsOf(database: DatabaseSync, kind: NameKind, patterns: readonly string[]): number[] {
  const ids = new Set<number>();
  const exact = database.prepare('SELECT id FROM names WHERE kind = ? AND text = ?');
  for (const pattern of patterns.filter((pattern) => !pattern.includes('*'))) {
    const id = exact.get(kind, pattern)?.id;
    if (id !== undefined) ids.add(Number(id));
  }
  const wild = patterns.map((pattern) => shortId(kind, pattern)).filter((pattern) => pattern.includes('*'));
  if (wild.length === 0) return [...ids];
  for (const { id, text } of database.prepare('SELECT id, text FROM names WHERE kind = ?').iterate(kind))
    if (wild.some((pattern) => matchesWildcard(pattern, String(text)))) ids.add(Number(id));
  return [...ids];
}

/** Ids of the rules whose newest alert has one of the tags. */
function rulesTagged(database: DatabaseSync, tags: readonly string[]): number[] {
  const newest = database.prepare('SELECT line FROM alerts WHERE rule = ? ORDER BY time DESC LIMIT 1');
  const rules = database.prepare("SELECT id FROM names WHERE kind = 'rule'").all();
  return rules.flatMap(({ id }) => {
    const line = newest.get(Number(id))?.line;
    const given: unknown = line === undefined ? [] : JSON.parse(String(line)).tags;
    const own = Array.isArray(given) ? given.map(String) : [];
    return own.some((tag) => tags.some((pattern) => matchesWildcard(pattern, tag))) ? [Number(id)] : [];
  });
}

/** The beginning of a container's id stands for it. */
function shortId(kind: NameKind, pattern: string): string {
  return kind === 'container' && /^[0-9a-f]{12,63}$/.test(pattern) ? `${pattern}*` : pattern;
}
