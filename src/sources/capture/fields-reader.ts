/** Reads the fields of a block's body one after the other, and never beyond its end. */
import type { ByteString } from '../../events/bytes.ts';
import { Damage } from './error.ts';

/** A list of entries ends where no more bytes are left than padding takes. */
export const MAX_PADDING = 3;

export class FieldsReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;

  /** Reads the bytes of `buffer` from `start` to `end`. */
  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  i32(): number {
    return this.#buffer.readInt32LE(this.#take(4));
  }

  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  /** A signed 64-bit field that holds an id or a count, as a number. */
  i64(): number {
    return Number(this.#buffer.readBigInt64LE(this.#take(8)));
  }

  /** `length` bytes. */
  bytes(length: number): ByteString {
    const start = this.#take(length);
    return this.#buffer.toString('latin1', start, start + length);
  }

  /** Text after its length in two bytes, up to a NUL if it has one. */
  text(): ByteString {
    return untilNul(this.bytes(this.u16()));
  }

  /** Texts with a NUL after each, all of them after their length in two bytes; the last NUL may lack. */
  texts(): ByteString[] {
    const bytes = this.bytes(this.u16());
    if (bytes === '') return [];
    return (bytes.endsWith('\0') ? bytes.slice(0, -1) : bytes).split('\0');
  }

  /** A reader of the next `length` bytes, over which this one moves. */
  part(length: number): FieldsReader {
    const start = this.#take(length);
    return new FieldsReader(this.#buffer, start, start + length);
  }

  #take(length: number): number {
    const start = this.#at;
    if (length < 0 || length > this.#end - start)
      throw new Damage(`a field of ${length} bytes where ${this.#end - start} are left`);
    this.#at = start + length;
    return start;
  }
}

/** What stands before the first NUL. */
export function untilNul(text: ByteString): ByteString {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}
