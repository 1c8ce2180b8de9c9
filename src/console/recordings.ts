/** Recordings and captures that rules can be tried against: the files of one folder, and nothing else. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recordings } from '../server/api-types.ts';

/** Recordings that are listed. */
const MOST = 500;
/** Files that are looked at. */
const MOST_FILES = 10_000;

/** The newest recordings; a folder that is not there has none. */
export async function listRecordings(folder: string): Promise<Recordings> {
  const names = await readdir(folder).catch((): string[] => []);
  const found: { name: string; bytes: number; modified: number }[] = [];
  for (const name of names.slice(0, MOST_FILES)) {
    const stats = name.startsWith('.') ? undefined : await lstat(join(folder, name)).catch(() => undefined);
    // A link may lead anywhere.
    if (stats?.isFile()) found.push({ name, bytes: stats.size, modified: Math.round(stats.mtimeMs * 1000) });
  }
  found.sort((one, other) => other.modified - one.modified);
  return { folder, recordings: found.slice(0, MOST), others: Math.max(0, found.length - MOST) };
}

/** Path of a recording of the folder; `undefined` when it is none of them, whatever its name looks like. */
export async function recordingPath(folder: string, name: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes(name) || name.startsWith('.')) return undefined;
  const path = join(folder, name);
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() ? path : undefined;
}
