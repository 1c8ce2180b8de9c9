/**
 * Files that `lanner install` puts onto the machine. What an administrator has changed is never overwritten and
 * never removed: a list of what was installed, with hashes, tells whether a file is still as it was.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface InstalledFile {
  /** Where it belongs on the machine. */
  readonly path: string;
  readonly content: string;
}

export interface Target {
  /** Folder that stands for /, as when a package is built; empty for the machine itself. */
  readonly root: string;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

/** What was done, or would be, to one path. */
export interface Step {
  readonly done: 'created' | 'updated' | 'unchanged' | 'kept' | 'removed' | 'missing';
  readonly path: string;
  readonly remark?: string;
}

/** The list of what was installed. */
const LIST = '/var/lib/lanner/installed.json';

type Hashes = Readonly<Record<string, string>>;

/**
 * Installs files and folders. A file that an administrator has changed stays; the new one is put beside it. Files
 * of an earlier version that are not among them are removed.
 */
export function installFiles(
  files: readonly InstalledFile[],
  folders: readonly string[],
  target: Target,
): Step[] {
  const before = readList(target);
  for (const folder of folders) if (!target.dryRun) mkdirSync(join(target.root, folder), { recursive: true });
  const steps = files.map((file) => installFile(file, before, target));
  const names = new Set(files.map(({ path }) => path));
  const outdated = Object.keys(before).filter((path) => !names.has(path));
  steps.push(...outdated.map((path) => removeFile(path, before, target)));
  const hashes = Object.fromEntries(files.map(({ path, content }) => [path, hashOf(content)]));
  if (!target.dryRun) write(join(target.root, LIST), `${JSON.stringify(hashes, null, 2)}\n`);
  return steps;
}

/** Removes what was installed and has not been changed since, and the folders that are empty then. */
export function uninstallFiles(folders: readonly string[], target: Target): Step[] {
  const before = readList(target);
  const steps = Object.keys(before).map((path) => removeFile(path, before, target));
  if (target.dryRun) return steps;
  rmSync(join(target.root, LIST), { force: true });
  for (const folder of [...folders, dirname(LIST)].toReversed()) removeIfEmpty(join(target.root, folder));
  return steps;
}

function installFile({ path, content }: InstalledFile, before: Hashes, { root, dryRun }: Target): Step {
  const place = join(root, path);
  const present = read(place);
  if (present === content) return { done: 'unchanged', path };
  if (present === undefined || hashOf(present) === before[path]) {
    if (!dryRun) write(place, content);
    return { done: present === undefined ? 'created' : 'updated', path };
  }
  // What would be put there is what was there before: there is nothing new to look at.
  if (before[path] === hashOf(content)) return { done: 'kept', path, remark: 'it was changed' };
  if (!dryRun) write(`${place}.new`, content);
  return { done: 'kept', path, remark: `it was changed; the new one is ${path}.new` };
}

function removeFile(path: string, before: Hashes, { root, dryRun }: Target): Step {
  const place = join(root, path);
  const present = read(place);
  if (present === undefined) return { done: 'missing', path };
  if (hashOf(present) !== before[path]) return { done: 'kept', path, remark: 'it was changed' };
  if (!dryRun) {
    rmSync(place);
    rmSync(`${place}.new`, { force: true });
  }
  return { done: 'removed', path };
}

function readList({ root }: Target): Hashes {
  const text = read(join(root, LIST));
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `${join(root, LIST)} is damaged: remove it, and nothing that is there will be overwritten`,
    );
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it, or it was never there.
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
