/**
 * The layout of an event and a cursor that reads it where it lies: in the ring buffer, in a capture's
 * chunk, in a test's array. Nothing is copied and nothing allocated until a value is asked for.
 *
 *     offset  size  little-endian
 *     0       8     timestamp, nanoseconds since the epoch
 *     8       8     thread id
 *     16      4     length of the whole event
 *     20      2     event code (table.ts)
 *     22      4     number of parameters
 *     26      2×n   length of each parameter (4×n where the type has LARGE_PAYLOAD)
 *             …     the parameters, without padding
 */
import type { ByteString } from './bytes.ts';
import { internText } from './interner.ts';
import { EVENT_TYPES, type EventType } from './table.ts';

export const HEADER_SIZE = 26;

/** More parameters than any event has; a header that claims more is damaged. */
export const MAX_PARAMETERS = 64;

/** A JSON object or array, as `JSON.parse` makes it. */
export type JsonDocument = object;

const UNKNOWN_TYPE = EVENT_TYPES[1] as EventType;

const TWO_32 = 2 ** 32;
const EMPTY = Buffer.alloc(HEADER_SIZE);
const EMPTY_VIEW = new DataView(EMPTY.buffer, EMPTY.byteOffset, EMPTY.byteLength);

/** 1 for the codes whose parameter lengths have four bytes. */
const LARGE_PAYLOAD = Uint8Array.from(EVENT_TYPES, (type) => (type.flags.has('LARGE_PAYLOAD') ? 1 : 0));

/**
 * Reads one event after the other. A cursor is reused: what must outlive the event is taken out as a
 * value. Reading a parameter that the event does not have gives `undefined`.
 */
export class EventCursor {
  /** Number of the event in its source, from 1. */
  number = 0;
  /** CPU on which the event happened. */
  cpu = 0;
  /** Event code; see {@link EVENT_TYPES}. */
  code = 0;
  /** Thread id. */
  tid = 0;
  parameterCount = 0;
  /** The model of the machine learns from this event, but rules must not see it; captures have such events. */
  stateOnly = false;
  /** Nanoseconds by which the machine's clock was set since the source began; none in captures. */
  clockCorrection = 0n;

  #buffer: Buffer = EMPTY;
  #view: DataView = EMPTY_VIEW;
  #offset = 0;
  #lengthSize = 2;
  /** `#starts[i]` is where parameter i begins, known for i ≤ `#located`. */
  readonly #starts = new Int32Array(MAX_PARAMETERS + 1);
  #located = 0;
  /** The document of the event's JSON, once somebody has asked for it or given it; `null` when there is none. */
  #document: JsonDocument | null | undefined;

  /**
   * Use `buffer` from now on. Cheap, but not free: sources call it once per buffer, not per event.
   * The buffer may be memory that the kernel writes to.
   */
  attach(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Move to the event that begins at `offset` of the attached buffer. The caller has checked its length. */
  moveTo(offset: number): void {
    const view = this.#view;
    this.#offset = offset;
    this.tid = view.getUint32(offset + 8, true);
    this.code = view.getUint16(offset + 20, true);
    this.parameterCount = Math.min(view.getUint32(offset + 22, true), MAX_PARAMETERS);
    this.#lengthSize = LARGE_PAYLOAD[this.code] === 1 ? 4 : 2;
    this.#starts[0] = offset + HEADER_SIZE + this.parameterCount * this.#lengthSize;
    this.#located = 0;
    this.#document = undefined;
  }

  get type(): EventType {
    return EVENT_TYPES[this.code] ?? UNKNOWN_TYPE;
  }

  /** Length of the whole event in bytes. */
  get length(): number {
    return this.#view.getUint32(this.#offset + 16, true);
  }

  /** The event's own bytes, where they lie: valid until the source moves on. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#offset, this.#offset + this.length);
  }

  /** Copies the event's bytes from `from` up to `to`, counted from its beginning, to index `at` of `target`. */
  copyTo(target: Buffer, at: number, from = 0, to = this.length): void {
    this.#buffer.copy(target, at, this.#offset + from, this.#offset + to);
  }

  /** Where parameter `index` begins, counted from the beginning of the event; the end of the last for their number. */
  offsetOf(index: number): number {
    return this.#locate(Math.min(index, this.parameterCount)) - this.#offset;
  }

  /** Bytes in which the length of a parameter is written. */
  get lengthSize(): number {
    return this.#lengthSize;
  }

  /** Nanoseconds since the epoch, by a clock that never jumps: for order and durations. */
  get timestamp(): bigint {
    return this.#view.getBigUint64(this.#offset, true);
  }

  /** Nanoseconds since the epoch as the machine's clock tells it now, even if it was set meanwhile: for people. */
  get wallTime(): bigint {
    return this.timestamp + this.clockCorrection;
  }

  /** Copies the timestamp into two words, the low one first: keeps it without allocating. */
  copyTimestamp(words: Uint32Array): void {
    words[0] = this.#view.getUint32(this.#offset, true);
    words[1] = this.#view.getUint32(this.#offset + 4, true);
  }

  /** Milliseconds since the epoch with a fraction, precise to about a microsecond: for arithmetic without bigint. */
  get milliseconds(): number {
    const view = this.#view;
    return (view.getUint32(this.#offset + 4, true) * TWO_32 + view.getUint32(this.#offset, true)) / 1e6;
  }

  has(index: number): boolean {
    return index < this.parameterCount;
  }

  /** Length of parameter `index` in bytes; 0 when the event does not have it. */
  sizeOf(index: number): number {
    return index < this.parameterCount ? this.#locate(index + 1) - this.#locate(index) : 0;
  }

  /** Bytes of a parameter, where they lie: valid until the source moves on. */
  raw(index: number): Buffer | undefined {
    if (index >= this.parameterCount) return undefined;
    return this.#buffer.subarray(this.#locate(index), this.#locate(index + 1));
  }

  /** Text of a CHARBUF, FSPATH or FSRELPATH parameter: up to its NUL. Empty when the kernel could not read it. */
  text(index: number): ByteString | undefined {
    if (index >= this.parameterCount) return undefined;
    let end = this.#locate(index + 1);
    const start = this.#starts[index] as number;
    if (end > start && this.#buffer[end - 1] === 0) end--;
    const text = internText(this.#buffer, this.#view, start, end);
    const nul = text.indexOf('\0');
    return nul < 0 ? text : text.slice(0, nul);
  }

  /** NUL-terminated strings that follow each other, such as arguments and environment. */
  texts(index: number): ByteString[] | undefined {
    if (index >= this.parameterCount) return undefined;
    const start = this.#locate(index);
    let end = this.#locate(index + 1);
    if (end === start) return [];
    if (this.#buffer[end - 1] === 0) end--;
    return this.#buffer.toString('latin1', start, end).split('\0');
  }

  /** All bytes of a parameter as a byte string; empty when the event does not have it. */
  whole(index: number): ByteString {
    if (index >= this.parameterCount) return '';
    const end = this.#locate(index + 1);
    return internText(this.#buffer, this.#view, this.#starts[index] as number, end);
  }

  /**
   * The JSON document in parameter `index`; `undefined` when it holds none. Parsed when first asked for: an event has
   * one document at most.
   */
  json(index: number): JsonDocument | undefined {
    if (this.#document === undefined) this.#document = parseDocument(this.raw(index));
    return this.#document ?? undefined;
  }

  /** For sources that have parsed the event's JSON already. */
  giveDocument(document: JsonDocument): void {
    this.#document = document;
  }

  u8(index: number): number | undefined {
    const at = this.#placeOf(index, 1);
    return at < 0 ? undefined : this.#view.getUint8(at);
  }

  u16(index: number): number | undefined {
    const at = this.#placeOf(index, 2);
    return at < 0 ? undefined : this.#view.getUint16(at, true);
  }

  u32(index: number): number | undefined {
    const at = this.#placeOf(index, 4);
    return at < 0 ? undefined : this.#view.getUint32(at, true);
  }

  /** A byte within a parameter, which must have it. */
  u8At(index: number, offset: number): number {
    return this.#view.getUint8(this.#locate(index) + offset);
  }

  /** Four bytes within a parameter, which must have them, as a number. */
  u32At(index: number, offset: number): number {
    return this.#view.getUint32(this.#locate(index) + offset, true);
  }

  /** Whether `length` bytes of two parameters, which must have them, are the same; nothing is decoded. */
  sameBytes(left: number, leftStart: number, right: number, rightStart: number, length: number): boolean {
    const buffer = this.#buffer;
    const leftAt = this.#locate(left) + leftStart;
    const rightAt = this.#locate(right) + rightStart;
    // Paths differ at their ends more often than at their beginnings.
    for (let offset = length - 1; offset >= 0; offset--)
      if (buffer[leftAt + offset] !== buffer[rightAt + offset]) return false;
    return true;
  }

  /** The upper half of a 64-bit parameter. */
  u32High(index: number): number | undefined {
    const at = this.#placeOf(index, 8);
    return at < 0 ? undefined : this.#view.getUint32(at + 4, true);
  }

  i32(index: number): number | undefined {
    const at = this.#placeOf(index, 4);
    return at < 0 ? undefined : this.#view.getInt32(at, true);
  }

  /** A 64-bit signed parameter as a number: exact for results, descriptors and process ids. */
  i64(index: number): number | undefined {
    const at = this.#placeOf(index, 8);
    if (at < 0) return undefined;
    return this.#view.getInt32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true);
  }

  /** A 64-bit unsigned parameter, exact. */
  u64(index: number): bigint | undefined {
    const at = this.#placeOf(index, 8);
    return at < 0 ? undefined : this.#view.getBigUint64(at, true);
  }

  /** Where parameter `index` begins; -1 when it has fewer than `size` bytes or the event does not have it. */
  #placeOf(index: number, size: number): number {
    if (index >= this.parameterCount) return -1;
    const end = this.#locate(index + 1);
    const start = this.#starts[index] as number;
    return end - start < size ? -1 : start;
  }

  /** Where parameter `index` begins; `index` may be the number of parameters, which gives the end of the last. */
  #locate(index: number): number {
    const starts = this.#starts;
    let located = this.#located;
    if (index > located) {
      const view = this.#view;
      const end = this.#offset + this.length;
      let at = starts[located] as number;
      for (; located < index; located++) {
        const lengthAt = this.#offset + HEADER_SIZE + located * this.#lengthSize;
        at += this.#lengthSize === 2 ? view.getUint16(lengthAt, true) : view.getUint32(lengthAt, true);
        // A damaged event must not make us read its neighbour.
        if (at > end) at = end;
        starts[located + 1] = at;
      }
      this.#located = located;
    }
    return starts[index] as number;
  }
}

function parseDocument(bytes: Buffer | undefined): JsonDocument | null {
  if (bytes === undefined) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
