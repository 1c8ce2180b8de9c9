/** The store of alerts, as commands name it. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { Option } from 'commander';
import type { Config } from '../config/schema.ts';
import type { StoreChoice } from '../engine/wanted-outputs.ts';
import { storePath } from '../store/location.ts';
import { openToRead, openToWrite } from '../store/open.ts';
import { StoreQuery } from '../store/query.ts';
import { fail } from './fail.ts';
import { plainLog } from './log.ts';

/** `--store` of commands that raise alerts. */
export function storeOption(): Option {
  return new Option('--store [file]', 'keep alerts, in the configured store or another');
}

/** What `--store` says; without it, `store.keep`. Ends the command when alerts cannot be kept that were to be. */
export function storeChoice(given: string | true | undefined, { store }: Config): StoreChoice {
  if (given === undefined) return 'part';
  const path = storePath(given === true ? store.path : given);
  if (given !== true && !mayBeStore(path))
    fail(`--store ${path}: this file is no store of alerts, and stays as it is`);
  try {
    openToWrite(path, (aside) =>
      plainLog(`store ${path}: the file is damaged: it lies at ${aside} now, and a new one is begun`),
    ).close();
  } catch (error) {
    fail(`cannot keep alerts: ${messageOf(error, path)}`);
  }
  return { path };
}

/** How every database of SQLite begins: https://www.sqlite.org/fileformat.html */
const MAGIC = 'SQLite format 3\0';

/**
 * Whether there is nothing yet, or what may be a store: a file that was named by mistake must not be moved aside like
 * a damaged one.
 */
function mayBeStore(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || (stats.isFile() && stats.size === 0)) return true;
  if (!stats.isFile()) return false;
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAGIC.length);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes)) === MAGIC;
  } finally {
    closeSync(descriptor);
  }
}

/** The store that is named, or configured. */
export function pathOfStore(given: string | undefined, { store }: Config): string {
  return given ?? storePath(store.path);
}

/** Opens a store to search it. Ends the command when that is not possible. */
export function openStore(path: string): { readonly query: StoreQuery; close(): void } {
  try {
    const database = openToRead(path);
    return { query: new StoreQuery(database), close: () => database.close() };
  } catch (error) {
    fail(messageOf(error, path));
  }
}

function messageOf(error: unknown, path: string): string {
  const { message } = error as Error;
  return message.includes(path) ? message : `${path}: ${message}`;
}
