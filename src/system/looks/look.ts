/**
 * What can be looked at on the machine: questions to its file systems as plain data, which another process can
 * answer, and the answering. A file system answers when it likes, one of a program's own (FUSE) or of a dead server
 * never: so none of this is done on the thread that reads events (see looks.ts).
 */
import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import type { ByteString } from '../../events/bytes.ts';
import { inodeNumber } from '../inode-number.ts';
import { type Executable, type ProcProcess, ProcReader, type ReadDepth } from '../proc-reader.ts';
import { bytesOf, type Followed, followPath, type PathQuestion } from './follow-path.ts';
import { type FoundUserFiles, findUserFiles, type UserFilesQuestion } from './user-files-of.ts';

export type Look =
  /** What a path leads to, links followed. */
  | { readonly kind: 'state'; readonly path: ByteString }
  /** The same of many, in one question. */
  | { readonly kind: 'states'; readonly paths: readonly ByteString[] }
  /** What a directory holds. */
  | { readonly kind: 'names'; readonly path: ByteString; readonly limit: number }
  | ({ readonly kind: 'follow' } & PathQuestion)
  | ({ readonly kind: 'user files' } & UserFilesQuestion)
  /** The process that has thread `tid`. */
  | { readonly kind: 'process'; readonly hostRoot: string; readonly tid: number; readonly depth: ReadDepth }
  | { readonly kind: 'executable'; readonly hostRoot: string; readonly pid: number };

export interface FileState {
  readonly device: number;
  /** See inode-number.ts. */
  readonly inode: number;
  readonly type: 'file' | 'directory' | 'other';
}

/** By kind of look: what is found; `undefined` for what is not there or may not be looked at. */
export interface Findings {
  readonly state: FileState | undefined;
  readonly states: readonly (FileState | undefined)[];
  readonly names: readonly ByteString[] | 'too many' | undefined;
  readonly follow: Followed | undefined;
  readonly 'user files': FoundUserFiles | 'no files' | undefined;
  readonly process: ProcProcess | undefined;
  readonly executable: Executable | undefined;
}

/** Looks, however long it takes. Never throws. */
export function find(look: Look): Findings[Look['kind']] {
  switch (look.kind) {
    case 'state':
      return stateOf(look.path);
    case 'states':
      return look.paths.map(stateOf);
    case 'names':
      return namesIn(look.path, look.limit);
    case 'follow':
      return followPath(look);
    case 'user files':
      return findUserFiles(look);
    case 'process':
      return new ProcReader(look.hostRoot).read(look.tid, look.depth);
    case 'executable':
      return new ProcReader(look.hostRoot).executable(look.pid);
  }
}

/** Says which looks are of the same thing: what did not answer once is not asked for a while. */
export function subjectOf(look: Look): string {
  switch (look.kind) {
    case 'state':
    case 'names':
      return look.path;
    case 'states':
      return look.paths.join(' ');
    case 'follow':
      return `${look.roots[0] ?? ''}${look.path}`;
    case 'user files':
      return `users of ${look.roots[0] ?? ''}`;
    case 'process':
      return `${look.depth} ${look.tid}`;
    case 'executable':
      return `executable ${look.pid}`;
  }
}

function stateOf(path: ByteString): FileState | undefined {
  const found = stat(path);
  if (!found) return undefined;
  const type = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  return { device: Number(found.dev), inode: inodeNumber(found.ino), type };
}

function namesIn(path: ByteString, limit: number): readonly ByteString[] | 'too many' | undefined {
  try {
    const names = readdirSync(bytesOf(path), { encoding: 'latin1' });
    return names.length > limit ? 'too many' : names;
  } catch {
    // It does not exist, or is none.
    return undefined;
  }
}

function stat(path: ByteString): BigIntStats | undefined {
  try {
    return statSync(bytesOf(path), { bigint: true, throwIfNoEntry: false });
  } catch {
    // A name that cannot be looked at (a loop of links, a directory that is a file) leads nowhere.
    return undefined;
  }
}
