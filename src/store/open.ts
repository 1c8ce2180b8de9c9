/** Opening the store's file: to write, with what goes wrong with files; to read, beside those who write. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { migrate, SCHEMA_VERSION, schemaVersion, TABLES } from './schema.ts';

/** Milliseconds that one waits for another who writes. */
const BUSY_MS = 5000;
/** Codes of errors: those that have none of their own, and of files that cannot be opened (rescode.html). */
const SQLITE_ERROR = 1;
const SQLITE_CANTOPEN = 14;
/** A service may write nowhere but in its own folders: what SQLite puts into temporary files has to stay in memory. */
const IN_MEMORY = 'PRAGMA temp_store = MEMORY';
/** Bytes that the log of changes keeps when it has been taken over into the file. */
const LOG_BYTES = 8 * 1024 * 1024;

/** The store is of a later version of this program, which alone knows what may be done to it. */
export class NewerStore extends Error {}

/** What is there is not ours: a folder, a device, or a database of something else. It is left as it is. */
export class ForeignFile extends Error {}

/**
 * Opens the store at `path` to write; makes it, and its folder, where there is none. A file that is no database, or
 * damaged, is moved aside and a new one begun, if that may be done; `onSetAside` is told the new name of the old one.
 * Throws {@link NewerStore} and {@link ForeignFile}, and the error of the system when the file cannot be opened.
 */
export function openToWrite(
  path: string,
  onSetAside: (aside: string) => void,
  maySetAside: () => boolean = () => true,
): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const found = identityOf(path);
  try {
    return openPrepared(path);
  } catch (error) {
    if (!isDamage(error) || !maySetAside()) throw error;
    const aside = setAside(path, found);
    if (aside !== undefined) onSetAside(aside);
    return openPrepared(path);
  }
}

/** The file is a store in which something is missing that SQLite does not miss. */
class DamagedFile extends Error {}

/** Tells a file apart from any other that may take its place; `undefined` when there is none. */
export function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats && `${stats.dev}:${stats.ino}`;
}

/** Opens the store at `path` to read only. Throws an error whose message is for people. */
export function openToRead(path: string): DatabaseSync {
  checkReadable(path);
  try {
    return openReadable(path, path);
  } catch (error) {
    if (error instanceof NewerStore || error instanceof ForeignFile) throw error;
    const { errcode, message } = error as { readonly errcode?: number; readonly message: string };
    if (errcode === SQLITE_CANTOPEN && !hasLog(path)) return openReadable(path, unchanging(path));
    const advice =
      errcode === SQLITE_CANTOPEN ? ': copy it, with its -wal, to a folder that can be written' : '';
    throw new Error(`${path}: cannot be read as a store of alerts: ${message}${advice}`);
  }
}

function openReadable(path: string, place: string | URL): DatabaseSync {
  const database = new DatabaseSync(place, { readOnly: true, timeout: BUSY_MS });
  try {
    checkVersion(database, path);
    if (schemaVersion(database) === 0) throw new Error('it has not been written to yet');
    database.exec(IN_MEMORY);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The file as one that nobody can change, such as that of a disk's image: readers write nothing beside it then. */
function unchanging(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

/** Whether there are changes that are not in the file itself. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function checkReadable(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new Error(`${path}: this user may not read the store of alerts`);
  }
  throw new Error(`${path}: there is no store of alerts`);
}

/**
 * Moves a file aside with what belongs to it, and tells its new name; `undefined` when it is not the one that was
 * found damaged: somebody else has put a new one in its place.
 */
export function setAside(path: string, damaged: string | undefined): string | undefined {
  if (damaged === undefined || identityOf(path) !== damaged) return undefined;
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
}

/** Whether an error of SQLite says that the file is damaged, or none of SQLite's (SQLITE_CORRUPT, SQLITE_NOTADB). */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedFile) return true;
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
    database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}; ${IN_MEMORY}`);
    migrate(database);
    checkTables(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkVersion(database: DatabaseSync, path: string): void {
  const version = schemaVersion(database);
  const objects = database.prepare(
    "SELECT count(*) AS count, sum(name = 'alerts') AS alerts FROM sqlite_schema",
  );
  const { count, alerts } = objects.get() as { readonly count: number; readonly alerts: number | null };
  if (count > 0 && alerts !== 1)
    throw new ForeignFile(`${path}: this is a database of something else, and stays as it is`);
  if (version > 0 && count === 0) throw new DamagedFile(`${path}: its tables are gone`);
  if (version > SCHEMA_VERSION)
    throw new NewerStore(
      `${path}: the store is of a later version of Lanner (${version}, this one knows ${SCHEMA_VERSION}): use that one, or another file (store.path)`,
    );
}

/** Tables that cannot be used although the version says that they are there: damage, which SQLite does not call so. */
function checkTables(database: DatabaseSync, path: string): void {
  try {
    for (const table of TABLES) database.prepare(`SELECT * FROM ${table} LIMIT 0`).all();
  } catch (error) {
    if (isDamage(error) || (error as { readonly errcode?: number }).errcode !== SQLITE_ERROR) throw error;
    throw new DamagedFile(`${path}: ${(error as Error).message}`);
  }
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
  // The permissions of a folder or a device are nothing to change.
  if (!statSync(path).isFile()) throw new ForeignFile(`${path}: this is no file`);
  chmodSync(path, 0o600);
}
