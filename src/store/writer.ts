/** Writes alerts into the store, and keeps it within its bounds. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type KeptEvidence, keepEvidence, NO_DATA } from './kept-evidence.ts';
import { NAME_KINDS, type NameKind, NOTHING, type Row } from './row.ts';

export interface StoreLimits {
  /** Milliseconds; 0 for any age. */
  readonly maxAgeMs: number;
  /** Bytes of the file; 0 for any size. */
  readonly maxBytes: number;
}

/** Alerts that were removed to keep the bounds. */
export interface Removed {
  readonly age: number;
  readonly size: number;
}

/** Alerts that are removed at a time: those that write alerts wait for it. */
const REMOVED_AT_ONCE = 2000;
/** When the size is reached, so much of it is made free, so that it need not be done for every alert. */
const FREED_SHARE = 0.02;
/** Names that are remembered; when they are more, they are looked up anew. */
const REMEMBERED = 20_000;
/** Pages that are given back to the file system at a time. */
const GIVEN_BACK = 2000;

export class StoreWriter {
  readonly #database: DatabaseSync;
  readonly #limits: StoreLimits;
  readonly #insertAlert: StatementSync;
  readonly #insertWords: StatementSync;
  readonly #insertName: StatementSync;
  readonly #findName: StatementSync;
  readonly #findFirst: StatementSync;
  readonly #findOldest: StatementSync;
  readonly #insertEvidence: StatementSync;
  readonly #insertOutline: StatementSync;
  readonly #findOutline: StatementSync;
  readonly #ids = new Map<string, number>();
  #lastKept: ({ readonly evidence: string } & KeptEvidence) | undefined;
  #removedSinceTidied = 0;
  /** Between the moment when the size is reached and that when enough is free. */
  #isFreeing = false;
  /** `PRAGMA data_version`, which changes when others have written. */
  #version: number | undefined;

  constructor(database: DatabaseSync, limits: StoreLimits) {
    this.#database = database;
    this.#limits = limits;
    const columns = ['time', 'stored', 'priority', ...NAME_KINDS, 'line'];
    this.#insertAlert = changing(
      database,
      `INSERT INTO alerts (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.#insertWords = changing(database, 'INSERT INTO words (rowid, text) VALUES (?, ?)');
    this.#insertName = changing(database, 'INSERT OR IGNORE INTO names (kind, text) VALUES (?, ?)');
    this.#findName = database.prepare('SELECT id FROM names WHERE kind = ? AND text = ?');
    this.#findFirst = database.prepare('SELECT stored FROM alerts ORDER BY id LIMIT 1');
    this.#findOldest = database.prepare('SELECT id, stored FROM alerts ORDER BY id LIMIT ?');
    this.#insertEvidence = changing(database, 'INSERT INTO evidence (alert, outline, data) VALUES (?, ?, ?)');
    this.#insertOutline = changing(database, 'INSERT OR IGNORE INTO outlines (key, data) VALUES (?, ?)');
    this.#findOutline = database.prepare('SELECT id FROM outlines WHERE key = ?');
  }

  /** Writes rows, all or none of them. `now` in milliseconds since the epoch. */
  write(rows: readonly Row[], now: number): void {
    const stored = Math.floor(now / 1000);
    this.#whole(() => {
      this.#forgetOthers();
      for (const { time, priority, names, text, line, evidence } of rows) {
        const ids = NAME_KINDS.map((kind) => this.#idOf(kind, names[kind]));
        const { lastInsertRowid } = this.#insertAlert.run(time, stored, priority, ...ids, line);
        this.#insertWords.run(lastInsertRowid, text);
        if (evidence !== undefined) this.#keepEvidence(lastInsertRowid, evidence);
      }
    });
  }

  #keepEvidence(alert: number | bigint, evidence: string): void {
    if (evidence === NOTHING) {
      this.#insertEvidence.run(alert, null, NO_DATA);
      return;
    }
    // In a flood much is alike.
    if (this.#lastKept?.evidence !== evidence)
      this.#lastKept = { evidence, ...keepEvidence(JSON.parse(evidence)) };
    const { outline, data } = this.#lastKept;
    this.#insertEvidence.run(alert, outline === undefined ? null : this.#idOfOutline(outline), data);
  }

  #idOfOutline({ key, pack }: NonNullable<KeptEvidence['outline']>): number {
    const id = this.#findOutline.get(key)?.id;
    if (id !== undefined) return Number(id);
    this.#insertOutline.run(key, pack());
    return Number(this.#findOutline.get(key)?.id);
  }

  /**
   * Removes what is too old, and the oldest of what is too much: a part of it at a time, so that those who have
   * alerts to write need not wait long. `isDone` when nothing is left to be removed.
   */
  trim(now: number): Removed & { readonly isDone: boolean } {
    const { maxAgeMs, maxBytes } = this.#limits;
    const age =
      maxAgeMs === 0 ? 0 : this.#removeOld(Math.floor((now - maxAgeMs) / 1000), Math.floor(now / 1000));
    const isTooLarge = maxBytes > 0 && this.#usedBytes() > maxBytes * (1 - FREED_SHARE);
    const mayBegin = isTooLarge && (this.#isFreeing || this.#usedBytes() > maxBytes);
    const size = mayBegin ? this.#removeOldest(Number.MAX_SAFE_INTEGER) : 0;
    this.#isFreeing = size > 0;
    this.#removedSinceTidied += age + size;
    const isDone = age < REMOVED_AT_ONCE && size === 0;
    if (isDone && maxBytes > 0) this.#giveBack(maxBytes);
    return { age, size, isDone };
  }

  /** Removes alerts that were stored before a time in seconds. */
  #removeOld(before: number, now: number): number {
    const first = this.#findFirst.get()?.stored as number | undefined;
    // It is asked after every batch. One from the future tells that the clock was wrong: others may be older.
    if (first === undefined || (first >= before && first <= now)) return 0;
    return this.#removeOldest(before);
  }

  /** Removes the oldest alerts up to the last one that was stored before a time in seconds, and tells how many. */
  #removeOldest(before: number): number {
    return this.#whole(() => {
      const oldest = this.#findOldest.all(REMOVED_AT_ONCE) as {
        readonly id: number;
        readonly stored: number;
      }[];
      // What was stored before an old one is old, too, whatever the clock said.
      const removed = oldest.slice(0, oldest.findLastIndex(({ stored }) => stored < before) + 1);
      const last = removed.at(-1);
      if (last === undefined) return 0;
      changing(this.#database, 'DELETE FROM alerts WHERE id <= ?').run(last.id);
      changing(this.#database, 'DELETE FROM evidence WHERE alert <= ?').run(last.id);
      const removeWords = changing(this.#database, 'DELETE FROM words WHERE rowid = ?');
      for (const { id } of removed) removeWords.run(id);
      return removed.length;
    });
  }

  /** Removes names that no alert has any more, when so many alerts have gone that some may be. */
  tidy(): void {
    if (this.#removedSinceTidied < REMOVED_AT_ONCE) return;
    const { count } = this.#database.prepare('SELECT count(*) AS count FROM names').get() as {
      readonly count: number;
    };
    if (this.#removedSinceTidied < count / 2) return;
    this.#removedSinceTidied = 0;
    const unused = NAME_KINDS.map(
      (kind) => `kind = '${kind}' AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.${kind} = names.id)`,
    );
    this.#whole(() => {
      this.#database.exec(`DELETE FROM names WHERE ${unused.join(' OR ')}`);
      this.#database.exec(
        'DELETE FROM outlines WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.outline = outlines.id)',
      );
    });
    this.#ids.clear();
  }

  /** Bytes of the file that hold something. */
  #usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Makes a file smaller that was allowed to be larger before. */
  #giveBack(maxBytes: number): void {
    if (this.#pragma('page_count') * this.#pragma('page_size') > maxBytes)
      this.#database.exec(`PRAGMA incremental_vacuum(${GIVEN_BACK})`);
  }

  /** When another process has written, it may have removed names that are remembered here. */
  #forgetOthers(): void {
    const version = this.#pragma('data_version');
    if (version !== this.#version) this.#ids.clear();
    this.#version = version;
  }

  #pragma(name: 'page_count' | 'freelist_count' | 'page_size' | 'data_version'): number {
    return Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  #idOf(kind: NameKind, text: string | null): number | null {
    if (text === null) return null;
    const key = `${kind} ${text}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      this.#insertName.run(kind, text);
      id = Number(this.#findName.get(kind, text)?.id);
      if (this.#ids.size >= REMEMBERED) this.#ids.clear();
      this.#ids.set(key, id);
    }
    return id;
  }

  /** Does all of it or nothing. */
  #whole<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // Names of a batch that came to nothing are no names.
      this.#ids.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** A statement whose `run` tells the last row that was inserted, which of FTS5's own tables is too large for a number. */
function changing(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}
