/**
 * Changes a manifest in the kubelet's folder so that it can be undone. The kubelet takes every file there for a pod:
 * a backup beside the manifest would start a second API server. So backups lie elsewhere; and what is written in the
 * folder until it is whole has a name that begins with a dot, which the kubelet passes over.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ManifestError } from './container.ts';

/** A file that is written together with the manifest, such as a kubeconfig. */
export interface FileBeside {
  readonly path: string;
  readonly content: string;
}

/** What a backup says of itself. */
interface BackupRecord {
  readonly manifest: string;
  /** Of the manifest as it was written. */
  readonly sha256: string;
  /** Files that were written with it, as they were; `null` for those that were not there. */
  readonly beside: readonly { readonly path: string; readonly before: string | null }[];
}

export interface Backup extends BackupRecord {
  /** The manifest as it was. */
  readonly content: string;
  readonly file: string;
}

/** The manifest's real path and text. */
export function readManifest(path: string): { readonly path: string; readonly text: string } {
  const real = realpathSync(path);
  return { path: real, text: readFileSync(real, 'utf8') };
}

/** Throws a {@link ManifestError} when backups would lie where the kubelet reads. */
export function checkBackupFolder(manifest: string, folder: string): void {
  const inside = relative(dirname(manifest), existsSync(folder) ? realpathSync(folder) : resolve(folder));
  if (inside === '' || !inside.startsWith('..'))
    throw new ManifestError(
      `${folder} lies in the folder of the manifest, whose files the kubelet starts: a backup there would be a ` +
        'second API server',
    );
}

/**
 * Puts `text` in the manifest's place, whole or not at all, with the mode and owner that it had. Returns the path of
 * the backup.
 */
export function replaceManifest(
  manifest: string,
  text: string,
  { folder, beside }: { readonly folder: string; readonly beside: readonly FileBeside[] },
): string {
  checkBackupFolder(manifest, folder);
  const before = readFileSync(manifest, 'utf8');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const number = Math.max(0, ...numbersOf(manifest, folder)) + 1;
  const backup = backupPath(manifest, folder, number);
  const kept = beside.map(({ path }) => {
    return { path, before: existsSync(path) ? readFileSync(path, 'utf8') : null };
  });
  const record: BackupRecord = { manifest, sha256: sha256(text), beside: kept };
  writeWhole(backup, before, { mode: 0o600 });
  writeWhole(`${backup}.json`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  // The API server must find them when it starts.
  for (const { path, content } of beside) {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, content, { mode: 0o600 });
  }
  writeWhole(manifest, text, statSync(manifest));
  return backup;
}

/** The last backup of the manifest; `undefined` when there is none. */
export function lastBackup(manifest: string, folder: string): Backup | undefined {
  const number = Math.max(0, ...numbersOf(manifest, folder));
  if (number === 0) return undefined;
  const file = backupPath(manifest, folder, number);
  const record = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as BackupRecord;
  return { ...record, file, content: readFileSync(file, 'utf8') };
}

/** Whether nobody has changed the manifest since the backup was made. */
export function isUnchangedSince({ sha256: written }: Backup, text: string): boolean {
  return sha256(text) === written;
}

/** Puts back the manifest and what was written with it, and removes the backup. */
export function restoreBackup(manifest: string, { content, beside, file }: Backup): void {
  writeWhole(manifest, content, statSync(manifest));
  for (const { path, before } of beside) {
    if (before === null) rmSync(path, { force: true });
    else writeWhole(path, before, { mode: 0o600 });
  }
  for (const path of [file, `${file}.json`]) rmSync(path, { force: true });
}

/** Backups are numbered, so that several changes can be undone one by one. */
function backupPath(manifest: string, folder: string, number: number): string {
  return join(folder, `${basename(manifest)}.${number}`);
}

function numbersOf(manifest: string, folder: string): number[] {
  if (!existsSync(folder)) return [];
  const start = `${basename(manifest)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)));
}

interface Ownership {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

function writeWhole(path: string, content: string, { mode, uid, gid }: Ownership): void {
  const temporary = join(dirname(path), `.${basename(path)}.lanner-${process.pid}`);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(temporary, mode & 0o7777);
    if (uid !== undefined && gid !== undefined) chownSync(temporary, uid, gid);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
