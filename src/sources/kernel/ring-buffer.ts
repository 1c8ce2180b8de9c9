/**
 * Reads one BPF ring buffer where it lies. Layout (kernel/bpf/ringbuf.c): a page with the consumer's
 * position, a page with the producer's, then the data, which can be mapped twice in a row so that no record
 * wraps. A record is a header of eight bytes, whose first four are the length with two flag bits, and the
 * payload, padded to eight bytes. Positions only grow.
 */
import { EventCursor, HEADER_SIZE } from '../../events/cursor.ts';

const RECORD_HEADER = 8;
const BUSY = 0x80000000;
const DISCARDED = 0x40000000;
const LENGTH = 0x3fffffff;
const TWO_32 = 2 ** 32;

/** The shared memory of a ring: what the kernel maps, or a test's arrays. */
export interface RingMemory {
  /** One number of 64 bits, which we write. */
  readonly consumer: BigUint64Array;
  /** One number of 64 bits, which the kernel writes. */
  readonly producer: BigUint64Array;
  /** The data, and behind it the beginning of the data again, at least as long as the longest record. */
  readonly data: Buffer;
  /** Bytes of the ring. */
  readonly size: number;
}

export class RingBuffer {
  /** The event at the head; valid after `peek` returned true. */
  readonly event = new EventCursor();
  /** Timestamp of the event at the head, nanoseconds after `base`. */
  timestamp = 0;
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;
  readonly #headers: Int32Array;
  readonly #view: DataView;
  readonly #size: number;
  readonly #baseHigh: number;
  readonly #baseLow: number;
  /** How far we have read, and what we have told the kernel. */
  #position: number;
  #released: number;
  /** The producer's position when we last looked. */
  #limit: number;
  #length = 0;

  /** `base`: nanoseconds since the epoch that `timestamp` counts from. */
  constructor({ consumer, producer, data, size }: RingMemory, cpu: number, base: bigint) {
    this.#consumer = consumer;
    this.#producer = producer;
    this.#headers = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#size = size;
    this.#baseHigh = Number(base >> 32n);
    this.#baseLow = Number(base & 0xffffffffn);
    this.#position = Number(Atomics.load(consumer, 0));
    this.#released = this.#position;
    this.#limit = this.#position;
    this.event.attach(data);
    this.event.cpu = cpu;
  }

  /** Looks how far the kernel has written. Records after that are not seen until the next look. */
  look(): void {
    this.#limit = Number(Atomics.load(this.#producer, 0));
  }

  /** Moves `event` to the record at the head. False when there is none, or it is not complete yet. */
  peek(): boolean {
    while (this.#position < this.#limit) {
      const offset = this.#position % this.#size;
      const header = Atomics.load(this.#headers, offset / 4);
      if ((header & BUSY) !== 0) return false;
      this.#length = (RECORD_HEADER + (header & LENGTH) + 7) & ~7;
      if ((header & DISCARDED) === 0 && (header & LENGTH) >= HEADER_SIZE) {
        const at = offset + RECORD_HEADER;
        this.event.moveTo(at);
        this.timestamp = this.#sinceBase(at);
        return true;
      }
      this.#position += this.#length;
    }
    return false;
  }

  /** Steps over the record that `peek` found. */
  next(): void {
    this.#position += this.#length;
  }

  /** Gives the room of what has been read back to the kernel. */
  release(): void {
    if (this.#released === this.#position) return;
    this.#released = this.#position;
    Atomics.store(this.#consumer, 0, BigInt(this.#position));
  }

  /** Bytes read but not given back. */
  get held(): number {
    return this.#position - this.#released;
  }

  /** Exact within 104 days of the base, and to some nanoseconds for ever: enough to order events. */
  #sinceBase(at: number): number {
    const low = this.#view.getUint32(at, true);
    const high = this.#view.getUint32(at + 4, true);
    return (high - this.#baseHigh) * TWO_32 + (low - this.#baseLow);
  }
}
