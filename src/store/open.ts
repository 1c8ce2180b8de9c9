/** Opening the store's file: to write, with what goes wrong with files; to read, beside those who write. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';

/** Milliseconds that one waits for another who writes. */
const BUSY_MS = 5000;
/** Bytes that the log of changes keeps when it has been taken over into the file. */
const LOG_BYTES = 8 * 1024 * 1024;

/** The store is of a later version of this program, which alone knows what may be done to it. */
export class NewerStore extends Error {}

/**
 * Opens the store at `path` to write; makes it, and its folder, where there is none. A file that is no store, or
 * damaged, is moved aside and a new one begun; `onSetAside` is told the new name of the old one. Throws
 * {@link NewerStore}, and the error of the system when the file cannot be opened.
 */
export function openToWrite(path: string, onSetAside: (aside: string) => void): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return openPrepared(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    onSetAside(setAside(path));
    return openPrepared(path);
  }
}

/** Opens the store at `path` to read only. Throws an error whose message is for people. */
export function openToRead(path: string): DatabaseSync {
  if (!existsSync(path)) throw new Error(`${path}: there is no store of alerts`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    checkVersion(database, path);
    if (schemaVersion(database) === 0) throw new Error('it has not been written to yet');
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof NewerStore) throw error;
    throw new Error(`${path}: cannot be read as a store of alerts: ${(error as Error).message}`);
  }
}

/** Moves a file aside with what belongs to it, and tells its new name. */
export function setAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
}

/** Whether an error of SQLite says that the file is damaged, or none of SQLite's (SQLITE_CORRUPT, SQLITE_NOTADB). */
export function isDamage(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: string; readonly errcode?: number };
  // The lower byte is the primary code: https://www.sqlite.org/rescode.html
  return code === 'ERR_SQLITE_ERROR' && [11, 26].includes((errcode ?? 0) & 0xff);
}

function openPrepared(path: string): DatabaseSync {
  createPrivate(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    checkVersion(database, path);
    // Has an effect only while the file is empty: what is deleted can be given back to the file system.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    // What is committed survives the end of this process, however that comes; what was committed since the last
    // checkpoint may be lost when the machine fails, and the file stays whole: https://www.sqlite.org/wal.html
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkVersion(database: DatabaseSync, path: string): void {
  const version = schemaVersion(database);
  if (version > SCHEMA_VERSION)
    throw new NewerStore(
      `${path}: the store is of a later version of Lanner (${version}, this one knows ${SCHEMA_VERSION}): use that one, or another file (store.path)`,
    );
}

/**
 * What alerts tell is for the owner alone. SQLite gives its other files the permissions of this one. A file that is
 * there is not opened: closing it would take away the locks that this process holds on it (fcntl(2)).
 */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(path, 0o600);
}
