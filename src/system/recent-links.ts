/**
 * Symbolic links that were made lately, by what their events told. Events come in order: a link that is made,
 * used and removed at once is followed here although the file system no longer has it.
 *
 * Paths are absolute, and best as they were given: `link/..` is not where the link lies.
 */
import type { ByteString } from '../events/bytes.ts';
import { directoryOf } from './paths.ts';

/** Links in one path; the kernel follows no more either (path_resolution(7)). */
export const MAX_LINKS = 40;

/** A link at a place, or below it. */
interface Taken {
  /** Behind the path of the place: empty for the place itself. */
  readonly below: ByteString;
  readonly target: ByteString;
}

export class RecentLinks {
  /** What a link says, by container and the path of the link, which has no links in it. The oldest come first. */
  readonly #targets = new Map<string, ByteString>();
  /** How many links lie below a directory, whichever depth. */
  readonly #below = new Map<string, number>();
  readonly #limit: number;
  #forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Links that were forgotten because newer ones came. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(containerId: ByteString, link: ByteString, target: ByteString): void {
    this.#set(this.#place(containerId, link), target);
  }

  remove(containerId: ByteString, path: ByteString): void {
    if (this.#targets.size > 0) this.#delete(this.#place(containerId, path));
  }

  /** What lies at `from`, links in a directory included, lies at `to` now; with `exchange` also the other way. */
  move(containerId: ByteString, from: ByteString, to: ByteString, exchange = false): void {
    if (this.#targets.size === 0) return;
    const [source, destination] = [this.#place(containerId, from), this.#place(containerId, to)];
    const moved = this.#take(source);
    const replaced = this.#take(destination);
    for (const { below, target } of moved) this.#set(destination + below, target);
    if (exchange) for (const { below, target } of replaced) this.#set(source + below, target);
  }

  /** A hard link was made at `to`: of a symbolic link, it is the same link. */
  copy(containerId: ByteString, from: ByteString, to: ByteString): void {
    const target = this.#targets.get(this.#place(containerId, from));
    if (target !== undefined) this.add(containerId, to, target);
  }

  /** The path with these links followed, normal; as it stands where there are none in it. */
  follow(containerId: ByteString, path: ByteString): ByteString {
    if (this.#targets.size === 0) return path;
    const { end, links } = this.#walk(containerId, path);
    return links === 0 || links > MAX_LINKS ? path : end;
  }

  /** Where a link lies itself: the links before its last part are followed. */
  #place(containerId: ByteString, path: ByteString): string {
    const { end } = this.#walk(containerId, directoryOf(path));
    return `${containerId}:${end === '/' ? '' : end}/${path.slice(path.lastIndexOf('/') + 1)}`;
  }

  /** As the kernel walks: part after part. */
  #walk(containerId: ByteString, path: ByteString): { readonly end: ByteString; readonly links: number } {
    const rest = path.split('/').reverse();
    let at = '';
    let links = 0;
    while (rest.length > 0 && links <= MAX_LINKS) {
      const part = rest.pop() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
        continue;
      }
      const target = this.#targets.get(`${containerId}:${at}/${part}`);
      if (target === undefined) at = `${at}/${part}`;
      else {
        links++;
        if (target.startsWith('/')) at = '';
        rest.push(...target.split('/').reverse());
      }
    }
    return { end: at === '' ? '/' : at, links };
  }

  #set(key: string, target: ByteString): void {
    this.#delete(key);
    if (this.#targets.size >= this.#limit) {
      const [oldest] = this.#targets.keys();
      if (oldest !== undefined) this.#delete(oldest);
      this.#forgotten++;
    }
    this.#targets.set(key, target);
    for (const directory of directoriesOf(key))
      this.#below.set(directory, (this.#below.get(directory) ?? 0) + 1);
  }

  #delete(key: string): void {
    if (!this.#targets.delete(key)) return;
    for (const directory of directoriesOf(key)) {
      const left = (this.#below.get(directory) ?? 0) - 1;
      if (left > 0) this.#below.set(directory, left);
      else this.#below.delete(directory);
    }
  }

  /** Removes the link at a place and all below it. */
  #take(place: string): readonly Taken[] {
    const taken: Taken[] = [];
    const own = this.#targets.get(place);
    if (own !== undefined) taken.push({ below: '', target: own });
    if (this.#below.has(place))
      for (const [key, target] of this.#targets)
        if (key.startsWith(`${place}/`)) taken.push({ below: key.slice(place.length), target });
    for (const { below } of taken) this.#delete(place + below);
    return taken;
  }
}

/** The directories that a link lies in, as keys, but for the root. */
function* directoriesOf(key: string): Generator<string> {
  const root = key.indexOf('/');
  for (let end = key.lastIndexOf('/'); end > root; end = key.lastIndexOf('/', end - 1))
    yield key.slice(0, end);
}
