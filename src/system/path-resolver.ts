/**
 * Follows symbolic links in paths of calls that leave no open file behind: rename, unlink, chmod, mount and
 * the like. The kernel does not tell where they led, so the file system is asked right after the call: a
 * program that changes a link at once can still deceive, which it cannot where a file is opened.
 */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import { directoryOf, joinPath } from './paths.ts';
import { MAX_LINKS, RecentLinks } from './recent-links.ts';
import type { Thread } from './thread.ts';
import type { TokenBucket } from './token-bucket.ts';

const MAX_DIRECTORIES = 4096;
const MAX_RECENT_LINKS = 4096;
/**
 * How dear a look is: so many parts of a path are walked for one token of the bucket, and a part so deep counts
 * twice. Paths have up to 2,048 parts, and looking at each takes the longer the deeper it lies: without a price for
 * that, a program in endless directories would keep us busy while events are lost.
 */
const PARTS_FOR_A_TOKEN = 16;
const DEEP = 64;
/** For so long a directory is taken to lead where it led. */
const REMEMBERED_MS = 1000;

export interface ResolvedFile {
  readonly path: ByteString;
  /** Where the file is still there. */
  readonly identity: { readonly device: number; readonly inode: number } | undefined;
}

export interface PathResolverParts {
  /** Limits how much the file system is asked: a token for a path of usual depth. */
  readonly bucket: TokenBucket;
  /** Processes that share the root directory of a container. */
  readonly processesIn: (containerId: ByteString) => Iterable<number>;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

export class PathResolver {
  readonly #parts: PathResolverParts;
  readonly #directories = new Map<string, ByteString | undefined>();
  /** Links that events told of; told anew by who sees the events. */
  readonly links = new RecentLinks(MAX_RECENT_LINKS);
  #forgetAt = 0;
  #refused = 0;

  constructor(parts: PathResolverParts) {
    this.#parts = parts;
  }

  /** Paths that were not resolved, since too many came at once. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * The path with the links in its directory followed; `undefined` when that cannot be found out. `base` is a
   * directory without links in its path, from which a relative path was made absolute.
   */
  withDirectory(thread: Thread, path: ByteString, base: ByteString = ''): ByteString | undefined {
    const directory = this.#directory(thread, directoryOf(path), base);
    return directory === undefined ? undefined : joinPath(directory, path.slice(path.lastIndexOf('/') + 1));
  }

  /** The file that the path leads to, its last part included; `undefined` when that cannot be found out. */
  file(thread: Thread, path: ByteString, base: ByteString = ''): ResolvedFile | undefined {
    if (!this.#mayAsk(path, base)) return undefined;
    const own = ownPath(thread, path);
    const followed = this.links.follow(thread.containerId, own);
    const root = this.#rootOf(thread);
    const resolved = root === undefined ? undefined : follow(root, followed, base);
    const found = resolved === undefined ? undefined : statOf(root + resolved);
    const known = resolved ?? knownPath(own, followed);
    if (known === undefined) return undefined;
    return { path: known, identity: found && { device: found.dev, inode: found.ino } };
  }

  /** Links may have changed. */
  forget(): void {
    this.#directories.clear();
  }

  #directory(thread: Thread, path: ByteString, base: ByteString): ByteString | undefined {
    if (path === base) return base;
    const now = this.#parts.clock();
    if (now >= this.#forgetAt || this.#directories.size >= MAX_DIRECTORIES) {
      this.#directories.clear();
      this.#forgetAt = now + REMEMBERED_MS;
    }
    const own = ownPath(thread, path);
    const key = `${thread.containerId}:${own}`;
    if (this.#directories.has(key)) return this.#directories.get(key);
    if (!this.#mayAsk(path, base)) return undefined;
    const root = this.#rootOf(thread);
    const followed = this.links.follow(thread.containerId, own);
    const resolved =
      (root === undefined ? undefined : follow(root, followed, base)) ?? knownPath(own, followed);
    this.#directories.set(key, resolved);
    return resolved;
  }

  #mayAsk(path: ByteString, base: ByteString): boolean {
    const walked = partsIn(belowBase(path, base));
    const price = Math.ceil((walked * (1 + partsIn(path) / DEEP)) / PARTS_FOR_A_TOKEN);
    if (this.#parts.bucket.take(Math.max(price, 1))) return true;
    this.#refused++;
    return false;
  }

  /** Where this process finds the thread's root directory: empty for its own. */
  #rootOf({ tid, containerId }: Thread): string | undefined {
    if (containerId === '') return '';
    for (const pid of [tid, ...this.#parts.processesIn(containerId)]) {
      const root = `/proc/${pid}/root`;
      if (statOf(`${root}/`) !== undefined) return root;
    }
    return undefined;
  }
}

/** The path as far as events have told where it leads. */
function knownPath(path: ByteString, followed: ByteString): ByteString | undefined {
  return followed === path ? undefined : followed;
}

/** `/proc/self` is another directory for every process. */
function ownPath({ pid, tid }: Thread, path: ByteString): ByteString {
  return path
    .replace(/^\/proc\/self(?=\/|$)/, `/proc/${pid}`)
    .replace(/^\/proc\/thread-self(?=\/|$)/, `/proc/${pid}/task/${tid}`);
}

/** Follows all links of a path below `root`; `undefined` when it leads nowhere. */
function follow(root: string, path: ByteString, base: ByteString): ByteString | undefined {
  const below = belowBase(path, base);
  if (below !== path) return walk(root, below, base);
  return root === '' ? realPath(path) : walk(root, path, '');
}

/** What of a path lies below its base; all of it where it does not. */
function belowBase(path: ByteString, base: ByteString): ByteString {
  return base.length > 1 && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
}

function partsIn(path: ByteString): number {
  let parts = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parts++;
  return parts;
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
    const found = lstatSync(bytesOf(path), { throwIfNoEntry: false });
    if (!found) return null;
    return found.isSymbolicLink() ? readlinkSync(bytesOf(path), { encoding: 'latin1' }) : undefined;
  } catch {
    return null;
  }
}

function statOf(path: ByteString) {
  try {
    return statSync(bytesOf(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function bytesOf(path: ByteString): Buffer {
  return Buffer.from(path, 'latin1');
}
