/**
 * Symbolic links that were made lately, by what their events told. Events come in order: a link that is made,
 * used and removed at once is followed here although the file system no longer has it.
 */
import type { ByteString } from '../events/bytes.ts';
import { directoryOf, joinPath } from './paths.ts';

/** Links in one path; the kernel follows no more either (path_resolution(7)). */
export const MAX_LINKS = 40;

export class RecentLinks {
  /** Where a link leads, by container and path. The oldest come first. */
  readonly #targets = new Map<string, ByteString>();
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
    const key = keyOf(containerId, link);
    this.#targets.delete(key);
    if (this.#targets.size >= this.#limit) {
      const [oldest] = this.#targets.keys();
      if (oldest !== undefined) this.#targets.delete(oldest);
      this.#forgotten++;
    }
    this.#targets.set(key, joinPath(directoryOf(link), target));
  }

  remove(containerId: ByteString, path: ByteString): void {
    this.#targets.delete(keyOf(containerId, path));
  }

  /** What lies at `from` lies at `to` now. */
  move(containerId: ByteString, from: ByteString, to: ByteString): void {
    const target = this.#targets.get(keyOf(containerId, from));
    this.remove(containerId, from);
    this.remove(containerId, to);
    if (target !== undefined) this.add(containerId, to, target);
  }

  /** The absolute and normal path with these links followed; the same where there are none in it. */
  follow(containerId: ByteString, path: ByteString): ByteString {
    if (this.#targets.size === 0) return path;
    let followed = path;
    for (let links = 0; links < MAX_LINKS; links++) {
      const next = this.#followFirst(containerId, followed);
      if (next === undefined) return followed;
      followed = next;
    }
    return path;
  }

  #followFirst(containerId: ByteString, path: ByteString): ByteString | undefined {
    for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
      const target = this.#targets.get(keyOf(containerId, end < 0 ? path : path.slice(0, end)));
      if (target !== undefined) return end < 0 ? target : joinPath(target, path.slice(end + 1));
      if (end < 0) return undefined;
    }
  }
}

function keyOf(containerId: ByteString, path: ByteString): string {
  return `${containerId}:${path}`;
}
