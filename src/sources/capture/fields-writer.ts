/** Writes fields one after the other into memory that grows: the counterpart of fields-reader.ts. */
import type { ByteString } from '../../events/bytes.ts';
import * as blocks from './blocks.ts';

const FIRST_SIZE = 4096;

export class FieldsWriter {
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What has been written, where it lies: valid until the next field. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.#room(2);
    this.#buffer.writeUInt16LE(value & 0xffff, at);
  }

  /** The lowest 32 bits, whatever the sign. */
  u32(value: number): void {
    const at = this.#room(4);
    this.#buffer.writeUInt32LE(value >>> 0, at);
  }

  /** The lowest 64 bits, whatever the sign. */
  u64(value: bigint): void {
    const at = this.#room(8);
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  }

  /** A whole number in eight bytes. */
  i64(value: number): void {
    this.u64(BigInt(value));
  }

  bytesOf(text: ByteString): void {
    const at = this.#room(text.length);
    this.#buffer.write(text, at, 'latin1');
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** Text after its length in two bytes; cut to `limit` bytes, which readers of the format insist on. */
  text(text: ByteString, limit: number): void {
    const kept = text.length > limit ? text.slice(0, limit) : text;
    this.u16(kept.length);
    this.bytesOf(kept);
  }

  /** Texts with a NUL after each, after the length of all in two bytes; those beyond `limit` are left out. */
  texts(texts: readonly ByteString[], limit: number): void {
    const joined = texts.length === 0 ? '' : `${texts.join('\0')}\0`;
    this.text(joined, limit);
  }

  /** Calls `write`, and puts the length of what it wrote before it in four bytes; `own`: counting those four too. */
  delimited(own: boolean, write: () => void): void {
    const start = this.#room(4);
    write();
    this.#buffer.writeUInt32LE(this.#length - start - (own ? 0 : 4), start);
  }

  /** A whole block with what `write` writes as its body. */
  block(type: number, write: () => void): void {
    this.u32(type);
    const lengthAt = this.#room(4);
    const start = this.#length;
    write();
    while ((this.#length - start) % 4 !== 0) this.u8(0);
    const length = this.#length - start + blocks.BLOCK_OVERHEAD;
    this.#buffer.writeUInt32LE(length, lengthAt);
    this.u32(length);
  }

  /** Takes `count` bytes at the end; where they begin. */
  #room(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, start);
      this.#buffer = grown;
    }
    return start;
  }
}
