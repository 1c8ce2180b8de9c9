/** Finds the files that name the users and groups of a root directory, and reads those that have changed. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { ByteString } from '../../events/bytes.ts';

export interface UserFilesQuestion {
  /** Root directories, of which the first counts that is there and is not the one at `outside`. */
  readonly roots: readonly string[];
  /** The host's own root directory: a process that has it is not in its container yet. */
  readonly outside: string | undefined;
  /** Versions that are known already, and need not be read again. */
  readonly passwd: string;
  readonly group: string;
}

export interface FoundUserFiles {
  readonly passwd: FoundFile;
  readonly group: FoundFile;
}

export interface FoundFile {
  /** Another one for every change; empty when there is no such file. */
  readonly version: string;
  /** Absent where the version is the one that is known. */
  readonly text?: ByteString;
}

/** A container may put anything in its place: what is larger is not read. */
const MAX_FILE = 4 * 1024 * 1024;

/** `undefined` while there is no such root directory, or no /etc in it. */
export function findUserFiles({
  roots,
  outside,
  passwd,
  group,
}: UserFilesQuestion): FoundUserFiles | 'no files' | undefined {
  const root = roots.find((candidate) => isRoot(candidate, outside));
  if (root === undefined) return undefined;
  if (!statOf(`${root}/etc`)?.isDirectory()) return 'no files';
  return { passwd: findFile(`${root}/etc/passwd`, passwd), group: findFile(`${root}/etc/group`, group) };
}

function isRoot(path: string, outside: string | undefined): boolean {
  if (outside === undefined) return true;
  const there = statOf(`${outside}/`);
  const here = statOf(`${path}/`);
  return here !== undefined && there !== undefined && (here.ino !== there.ino || here.dev !== there.dev);
}

function findFile(path: string, known: string): FoundFile {
  const stat = statOf(path);
  const version = stat?.isFile()
    ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`
    : '';
  if (version === known) return { version };
  return { version, text: version === '' ? '' : readRegularFile(path) };
}

/**
 * Never follows a symbolic link: one that is absolute would lead out of a container into the host's
 * own files, and a pipe in the file's place would hold us up for ever.
 */
function statOf(path: string): Stats | undefined {
  try {
    return path.endsWith('/') ? statSync(path) : lstatSync(path);
  } catch {
    return undefined;
  }
}

function readRegularFile(path: string): ByteString {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_FILE) return '';
    const buffer = Buffer.alloc(stat.size);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, stat.size, 0));
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
