/** Searching the store: alerts, newest first, and how many there were. */
import type { DatabaseSync } from 'node:sqlite';
import { type Evidence, NOTHING_IN_TIME } from '../alerts/evidence.ts';
import { type CountedBy, countNames, countSpans } from './counts.ts';
import { conditionsOf, type Filter } from './filter.ts';
import { readEvidence } from './kept-evidence.ts';
import { compareNewestFirst, type Found, type Row, rowsBy } from './lead.ts';
import type { NameKind } from './row.ts';
import { EVIDENCE_VERSION, schemaVersion } from './schema.ts';

export type { Filter } from './filter.ts';

/** An alert of the store. */
export interface StoredAlert {
  /** Ascends in the order of storing. */
  readonly id: number;
  /** Of the event, microseconds since the epoch. */
  readonly time: number;
  /** The JSON line as Falco writes it. */
  readonly line: string;
}

export interface Page {
  readonly alerts: readonly StoredAlert[];
  /** Where the next page begins; `undefined` after the last. */
  readonly next: Cursor | undefined;
}

/** Between two alerts. */
export interface Cursor {
  readonly time: number;
  readonly id: number;
}

export interface Count {
  /** Beginning of the span, microseconds since the epoch. */
  readonly time: number;
  /** Name of the rule, or number of the priority. */
  readonly of: string | number;
  readonly count: number;
}

export class StoreQuery {
  readonly #database: DatabaseSync;

  /** Of a file opened with `openToRead`. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** At most `limit` alerts that fit the filter, newest first, from the newest on or from a cursor on. */
  find(filter: Filter, limit: number, from?: Cursor): Page {
    const conditions = conditionsOf(this.#database, filter);
    if (conditions === undefined) return { alerts: [], next: undefined };
    const rows = rowsBy(this.#database, conditions, limit + 1, from);
    const found = rows.slice(0, limit);
    const last = found.at(-1);
    return { alerts: this.#load(found), next: rows.length > limit && last ? last : undefined };
  }

  /** At most `limit` alerts that fit and were stored after the one of the id, in the order of storing. */
  after(id: number, filter: Filter, limit: number): readonly StoredAlert[] {
    const conditions = conditionsOf(this.#database, { ...filter, after: id });
    if (conditions === undefined) return [];
    const where = conditions.map(({ sql }) => sql).join(' AND ');
    // What is new lies at the end of the table.
    return this.#database
      .prepare(`SELECT id, time, line FROM alerts NOT INDEXED WHERE ${where} ORDER BY id LIMIT ?`)
      .all(...conditions.flatMap(({ values }) => values), limit) as unknown as StoredAlert[];
  }

  /** The alert of an id; `undefined` when it is not, or no longer, there. */
  alert(id: number): StoredAlert | undefined {
    return this.#database.prepare('SELECT id, time, line FROM alerts WHERE id = ?').get(id) as unknown as
      | StoredAlert
      | undefined;
  }

  /** What was kept with the alert of an id besides its line; `undefined` when nothing was. */
  evidence(id: number): Evidence | undefined {
    // A file of an earlier version is as it is until somebody writes to it.
    if (schemaVersion(this.#database) < EVIDENCE_VERSION) return undefined;
    const row = this.#database
      .prepare(
        `SELECT evidence.data AS data, outlines.data AS outline
         FROM evidence LEFT JOIN outlines ON outlines.id = evidence.outline WHERE evidence.alert = ?`,
      )
      .get(id) as { readonly data: Uint8Array; readonly outline: Uint8Array | null } | undefined;
    if (row === undefined) return undefined;
    try {
      return readEvidence(row.data, row.outline);
    } catch (error) {
      // The alert itself can be read.
      const reason = `what was kept is damaged: ${(error as Error).message}`;
      return { ...NOTHING_IN_TIME, processesReason: reason, conditionReason: reason };
    }
  }

  /** The highest id so far; 0 without any. */
  get last(): number {
    return Number(this.#database.prepare('SELECT max(id) AS id FROM alerts').get()?.id ?? 0);
  }

  /** How many alerts fit. */
  count(filter: Filter): number {
    const conditions = conditionsOf(this.#database, filter);
    if (conditions === undefined) return 0;
    const where = ['TRUE', ...conditions.map(({ sql }) => sql)].join(' AND ');
    const values = conditions.flatMap((condition) => condition.values);
    return Number(
      this.#database.prepare(`SELECT count(*) AS count FROM alerts WHERE ${where}`).get(...values)?.count,
    );
  }

  /** How many alerts fit, `most` at most, which is found out faster where there are more. */
  countUpTo(filter: Filter, most: number): number {
    const conditions = conditionsOf(this.#database, filter);
    return conditions === undefined ? 0 : rowsBy(this.#database, conditions, most, undefined).length;
  }

  /** How many alerts fit in each span of so many microseconds, by rule or priority; spans without any are left out. */
  counts(filter: Filter, by: CountedBy, span: number): readonly Count[] {
    const conditions = conditionsOf(this.#database, filter);
    if (conditions === undefined) return [];
    const nameOf = by === 'rule' ? this.#names() : undefined;
    return countSpans(this.#database, conditions, by, span).map(({ of, ...rest }) => ({
      ...rest,
      of: nameOf?.get(of) ?? of,
    }));
  }

  /** How many alerts that fit each name has, the most frequent first; `last` is the time of its newest one. */
  countsOf(
    filter: Filter,
    kind: NameKind,
  ): readonly { readonly name: string; readonly count: number; readonly last: number }[] {
    const conditions = conditionsOf(this.#database, filter);
    return conditions === undefined ? [] : countNames(this.#database, conditions, kind);
  }

  /** Times of the oldest and the newest event; `undefined` of an empty store. */
  get times(): { readonly oldest: number; readonly newest: number } | undefined {
    // Apart, since each is the end of an index, and both together are not.
    const [oldest, newest] = ['min', 'max'].map(
      (end) => this.#database.prepare(`SELECT ${end}(time) AS time FROM alerts`).get()?.time,
    );
    return typeof oldest === 'number' && typeof newest === 'number' ? { oldest, newest } : undefined;
  }

  /** All alerts, oldest first. */
  *all(): Generator<StoredAlert> {
    for (let last = 0; ; ) {
      const alerts = this.after(last, {}, PAGE);
      yield* alerts;
      last = alerts.at(-1)?.id ?? last;
      if (alerts.length < PAGE) return;
    }
  }

  #load(found: readonly Found[]): StoredAlert[] {
    const byId = this.#database.prepare('SELECT id, time, line FROM alerts WHERE id = ?');
    const rows = found.map(({ id }) => byId.get(id) as unknown as Row | undefined);
    // One may have been removed in between.
    return rows.filter((row) => row !== undefined).sort(compareNewestFirst);
  }

  #names(): ReadonlyMap<number, string> {
    const rows = this.#database.prepare("SELECT id, text FROM names WHERE kind = 'rule'").all();
    return new Map(rows.map(({ id, text }) => [Number(id), String(text)]));
  }
}

/** Alerts that are read at a time. */
const PAGE = 500;
