/** Follows the symbolic links of a path, as a process with another root directory sees it. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { ByteString } from '../../events/bytes.ts';
import { inodeNumber } from '../inode-number.ts';
import { MAX_LINKS } from '../recent-links.ts';

export interface PathQuestion {
  /** Root directories, of which the first that is there counts: empty for our own. */
  readonly roots: readonly string[];
  /** Absolute. */
  readonly path: ByteString;
  /** A directory without links in its path, which need not be looked at; empty without one. */
  readonly base: ByteString;
  /** The file at the end is wanted as well. */
  readonly isFile: boolean;
}

export interface Followed {
  readonly path: ByteString;
  /** Of the file at the end, where it is asked for and there. */
  readonly identity: { readonly device: number; readonly inode: number } | undefined;
}

/** Where the path leads, all its links followed; `undefined` when it leads nowhere. */
export function followPath({ roots, path, base, isFile }: PathQuestion): Followed | undefined {
  const root = roots.find((candidate) => candidate === '' || statOf(`${candidate}/`) !== undefined);
  if (root === undefined) return undefined;
  const resolved = follow(root, path, base);
  if (resolved === undefined) return undefined;
  const found = isFile ? statOf(root + resolved) : undefined;
  return { path: resolved, identity: found && { device: Number(found.dev), inode: inodeNumber(found.ino) } };
}

/** What of a path lies below its base; all of it where it does not. */
export function belowBase(path: ByteString, base: ByteString): ByteString {
  return base.length > 1 && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
}

function follow(root: string, path: ByteString, base: ByteString): ByteString | undefined {
  const below = belowBase(path, base);
  if (below !== path) return walk(root, below, base);
  return root === '' ? realPath(path) : walk(root, path, '');
}

function realPath(path: ByteString): ByteString | undefined {
  try {
    return realpathSync.native(bytesOf(path), { encoding: 'latin1' });
  } catch {
    return undefined;
  }
}

/** One component after the other, from `base` on: a link that begins with a slash starts at `root`, not at our own. */
function walk(root: string, path: ByteString, base: ByteString): ByteString | undefined {
  const rest = path.split('/').reverse();
  let at = base;
  let links = 0;
  while (rest.length > 0) {
    const part = rest.pop() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
      continue;
    }
    const next = `${at}/${part}`;
    const target = linkAt(root + next);
    if (target === null) return undefined;
    if (target === undefined) at = next;
    else {
      if (++links > MAX_LINKS) return undefined;
      if (target.startsWith('/')) at = '';
      rest.push(...target.split('/').reverse());
    }
  }
  return at === '' ? '/' : at;
}

/** What a symbolic link says; `undefined` for what is none, `null` for what is not there. */
function linkAt(path: ByteString): ByteString | undefined | null {
  try {
    const found = lstatSync(bytesOf(path), { bigint: true, throwIfNoEntry: false });
    if (!found) return null;
    return found.isSymbolicLink() ? readlinkSync(bytesOf(path), { encoding: 'latin1' }) : undefined;
  } catch {
    return null;
  }
}

function statOf(path: ByteString) {
  try {
    return statSync(bytesOf(path), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A path as Node takes it: bytes stay what they are. */
export function bytesOf(path: ByteString): Buffer {
  return Buffer.from(path, 'latin1');
}
