/** Enter events that wait for the exit event of their thread. */

/** Bytes that all slots may take: half a million threads with an ordinary event each. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Room of a new slot; nearly every enter event fits. */
const SLOT_SIZE = 128;

export interface EnterEvent {
  readonly code: number;
  /** The event is the first `length` bytes. */
  readonly bytes: Buffer;
  readonly length: number;
}

interface Slot extends EnterEvent {
  code: number;
  bytes: Buffer;
  length: number;
}

/**
 * One enter event per thread: the next one of the same thread replaces it, since the call before must be
 * over. A full store forgets the thread that came first.
 */
export class EnterEvents {
  /** Enter events forgotten because the store was full. */
  evicted = 0;

  readonly #limit: number;
  readonly #slots = new Map<number, Slot>();
  #size = 0;

  constructor(limit = MAX_BYTES) {
    this.#limit = limit;
  }

  /** Keeps a copy of the event that lies at `offset` of `buffer`. */
  store(tid: number, code: number, buffer: Buffer, offset: number, length: number): void {
    const slot = this.#slotOf(tid, length);
    buffer.copy(slot.bytes, 0, offset, offset + length);
    slot.code = code;
    slot.length = length;
  }

  /** The thread's enter event, if it is of this code. */
  find(tid: number, code: number): EnterEvent | undefined {
    const slot = this.#slots.get(tid);
    return slot && slot.length > 0 && slot.code === code ? slot : undefined;
  }

  /** Forgets the thread's enter event; its memory stays for the next. */
  remove(tid: number): void {
    const slot = this.#slots.get(tid);
    if (slot) slot.length = 0;
  }

  clear(): void {
    this.#slots.clear();
    this.#size = 0;
  }

  #slotOf(tid: number, length: number): Slot {
    const known = this.#slots.get(tid);
    if (known && known.bytes.length >= length) return known;
    if (known) this.#drop(tid, known);
    const slot = { code: 0, bytes: Buffer.allocUnsafe(Math.max(length, SLOT_SIZE)), length: 0 };
    for (const [first, victim] of this.#slots) {
      if (this.#size + slot.bytes.length <= this.#limit) break;
      if (victim.length > 0) this.evicted++;
      this.#drop(first, victim);
    }
    this.#slots.set(tid, slot);
    this.#size += slot.bytes.length;
    return slot;
  }

  #drop(tid: number, slot: Slot): void {
    this.#slots.delete(tid);
    this.#size -= slot.bytes.length;
  }
}
