/**
 * Follows symbolic links in paths of calls that leave no open file behind: rename, unlink, chmod, mount and
 * the like. The kernel does not tell where they led, so the file system is asked right after the call: a
 * program that changes a link at once can still deceive, which it cannot where a file is opened.
 */
import type { ByteString } from '../events/bytes.ts';
import { belowBase, type Followed } from './looks/follow-path.ts';
import { type Looks, UNANSWERED } from './looks/looks.ts';
import { directoryOf, joinPath, normalisePath, placePath } from './paths.ts';
import { RecentLinks } from './recent-links.ts';
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

/** Processes of a container through which its root directory is looked for. */
const MAX_ROOTS = 8;

export interface PathResolverParts {
  /** Who looks at the file system. */
  readonly looks: Looks;
  /** Where the machine's files are mounted; empty on the machine itself. */
  readonly hostRoot?: string;
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
  file(thread: Thread, path: ByteString, base: ByteString = ''): Followed | undefined {
    if (!this.#mayAsk(path, base)) return undefined;
    const own = ownPath(thread, path);
    const followed = this.#followLinks(thread, own);
    const found = this.#follow(thread, followed, base, true);
    if (found !== UNANSWERED && found !== undefined) return found;
    const known = knownPath(own, followed);
    return known === undefined ? undefined : { path: known, identity: undefined };
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
    const followed = this.#followLinks(thread, own);
    const found = this.#follow(thread, followed, base, false);
    const known = knownPath(own, followed);
    if (found === UNANSWERED) return known;
    const resolved = found?.path ?? known;
    this.#directories.set(key, resolved);
    return resolved;
  }

  /** As far as events have told of links; these may lead to what is another for every process. */
  #followLinks(thread: Thread, path: ByteString): ByteString {
    const followed = this.links.follow(thread.containerId, path);
    return followed === path ? path : ownPath(thread, followed);
  }

  #follow(thread: Thread, path: ByteString, base: ByteString, isFile: boolean) {
    return this.#parts.looks.ask({ kind: 'follow', roots: this.#rootsOf(thread), path, base, isFile });
  }

  #mayAsk(path: ByteString, base: ByteString): boolean {
    const walked = partsIn(belowBase(path, base));
    const price = Math.ceil((walked * (1 + partsIn(path) / DEEP)) / PARTS_FOR_A_TOKEN);
    if (this.#parts.bucket.take(Math.max(price, 1))) return true;
    this.#refused++;
    return false;
  }

  /** Where this process may find the thread's root directory: empty for its own. */
  #rootsOf({ tid, containerId }: Thread): readonly string[] {
    const { hostRoot = '', processesIn } = this.#parts;
    if (containerId === '') return [hostRoot];
    const roots = [`${hostRoot}/proc/${tid}/root`];
    for (const pid of processesIn(containerId)) {
      if (roots.length >= MAX_ROOTS) break;
      roots.push(`${hostRoot}/proc/${pid}/root`);
    }
    return roots;
  }
}

/** The path as far as events have told where it leads. */
function knownPath(path: ByteString, followed: ByteString): ByteString | undefined {
  return followed === path ? undefined : followed;
}

/** A path of the process itself behind what stands before it, which is to come to nothing. */
const OF_PROCESS = /^(.*?)\/(?:proc\/(self|thread-self|\d+(?:\/task\/\d+)?)|dev\/fd)(?=\/|$)/s;
const PLACE_OF_PROCESS = /^\/(cwd|root)(?=\/|$)/;

/**
 * `/proc/self` is another directory for every process, and so is what is behind it. Where its own working and root
 * directory lead the model knows at the moment of the event; the process may be somewhere else, or gone, when the
 * file system is asked.
 */
function ownPath(thread: Thread, path: ByteString): ByteString {
  const [start, before = '', named] = OF_PROCESS.exec(path) ?? [];
  if (start === undefined || (before !== '' && normalisePath(before) !== '/')) return path;
  const rest = path.slice(start.length).replace(/^\/(?:\.?\/)+/, '/');
  const process = `${thread.pid}`;
  const task = `${process}/task/${thread.tid}`;
  const numbers = named === 'self' ? process : named === 'thread-self' ? task : named;
  if (numbers === undefined) return `/proc/${process}/fd${rest}`;
  const [place, name] = numbers === process || numbers === task ? (PLACE_OF_PROCESS.exec(rest) ?? []) : [];
  if (place === undefined || (name === 'cwd' && thread.cwd === '')) return `/proc/${numbers}${rest}`;
  const below = rest.slice(place.length);
  return placePath(name === 'cwd' ? thread.cwd : '/', below.replace(/^\/+/, ''));
}

function partsIn(path: ByteString): number {
  let parts = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parts++;
  return parts;
}
