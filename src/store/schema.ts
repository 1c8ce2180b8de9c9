/** How alerts lie in the store's file, and how files of earlier versions become such of this one. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * Steps from one version to the next; the version of a file (`PRAGMA user_version`) is the number of steps that it
 * has seen. What has been released is never changed: a new version is a new step.
 *
 * Texts that many alerts share are kept once, in `names`. Every index but the first ends with the time, so that the
 * newest alerts of a rule, a process and so on lie together, newest last.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (kind, text)
  );
  CREATE TABLE alerts (
    -- Ascends in the order of storing; never used again.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Of the event, microseconds since the epoch.
    time INTEGER NOT NULL,
    -- When it was stored, seconds since the epoch.
    stored INTEGER NOT NULL,
    -- As syslog counts: 0 is the most severe.
    priority INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    source INTEGER NOT NULL,
    container INTEGER,
    container_name INTEGER,
    pod INTEGER,
    process INTEGER,
    -- The JSON line as Falco writes it.
    line TEXT NOT NULL
  );
  CREATE INDEX alerts_time ON alerts (time, priority, rule);
  CREATE INDEX alerts_priority ON alerts (priority, time);
  CREATE INDEX alerts_rule ON alerts (rule, time);
  CREATE INDEX alerts_source ON alerts (source, time);
  CREATE INDEX alerts_container ON alerts (container, time) WHERE container IS NOT NULL;
  CREATE INDEX alerts_container_name ON alerts (container_name, time) WHERE container_name IS NOT NULL;
  CREATE INDEX alerts_pod ON alerts (pod, time) WHERE pod IS NOT NULL;
  CREATE INDEX alerts_process ON alerts (process, time) WHERE process IS NOT NULL;
  CREATE VIRTUAL TABLE words USING fts5(
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
  );
  `,
  `
  -- Conditions of rules as they were written, which the evidence of many alerts shares.
  CREATE TABLE outlines (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    data BLOB NOT NULL
  );
  CREATE TABLE evidence (
    alert INTEGER PRIMARY KEY,
    outline INTEGER,
    data BLOB NOT NULL
  );
  CREATE INDEX evidence_outline ON evidence (outline) WHERE outline IS NOT NULL;
  `,
];

/** The version from which on a file has evidence. */
export const EVIDENCE_VERSION = 2;

/** Those of files of this version. */
export const TABLES: readonly string[] = ['names', 'alerts', 'words', 'outlines', 'evidence'];

/** The version of files that this program writes. */
export const SCHEMA_VERSION = STEPS.length;

/** The version of an open file; 0 for one that is empty. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Brings a file to a version, this one's, whole or not at all. The file is not of a later version. */
export function migrate(database: DatabaseSync, wanted: number = SCHEMA_VERSION): void {
  if (schemaVersion(database) === wanted) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster.
    for (let version = schemaVersion(database); version < wanted; version++)
      database.exec(`${STEPS[version]}; PRAGMA user_version = ${version + 1}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
