/** Lists of texts such as arguments and environments, shared: many processes have the same few. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';

const NONE: readonly ByteString[] = Object.freeze([]);

/** Longer lists are not worth remembering: comparing them costs as much as making them. */
const MAX_LENGTH = 4096;

/**
 * Keeps the lists that came last, in two generations: when the younger is full it becomes the older, which is
 * forgotten. A list that is forgotten is only made again.
 */
export class TextLists {
  #young = new Map<ByteString, readonly ByteString[]>();
  #old: ReadonlyMap<ByteString, readonly ByteString[]> = new Map();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  /**
   * The texts in a parameter, each of which ends with a NUL; `undefined` when the event does not have it. As in
   * Falco, an only text that is empty is none.
   */
  of(event: EventCursor, index: number): readonly ByteString[] | undefined {
    const size = event.sizeOf(index);
    if (size === 0) return event.has(index) ? NONE : undefined;
    if (size > MAX_LENGTH) return event.texts(index);
    const all = event.whole(index);
    if (all === '\0') return NONE;
    let list = this.#young.get(all);
    if (list) return list;
    list = this.#old.get(all) ?? (all.endsWith('\0') ? all.slice(0, -1) : all).split('\0');
    if (this.#young.size >= this.#limit / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(all, list);
    return list;
  }
}
