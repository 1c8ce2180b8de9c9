/**
 * The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as far as the
 * APIs of container engines need it: fields by number, whatever their names.
 */
import type { ByteString } from '../events/bytes.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** One message that was received. A field that is absent reads as empty, as the format has it. */
export class Message {
  readonly #fields = new Map<number, (bigint | Buffer)[]>();

  /** Throws a RangeError when the bytes are no message. */
  constructor(bytes: Buffer) {
    const reader = new Reader(bytes);
    while (!reader.atEnd) {
      const key = Number(reader.varint());
      const value = reader.value(key & 7);
      const values = this.#fields.get(key >>> 3);
      if (values) values.push(value);
      else this.#fields.set(key >>> 3, [value]);
    }
  }

  integer(field: number): bigint {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === 'bigint' ? BigInt.asIntN(64, value) : 0n;
  }

  flag(field: number): boolean {
    return this.integer(field) !== 0n;
  }

  bytes(field: number): Buffer {
    return this.#all(field).at(-1) ?? EMPTY;
  }

  text(field: number): ByteString {
    return this.bytes(field).toString('latin1');
  }

  has(field: number): boolean {
    return this.#fields.has(field);
  }

  /** The message in a field; one without fields when it is absent. */
  message(field: number): Message {
    return new Message(this.bytes(field));
  }

  messages(field: number): Message[] {
    return this.#all(field).map((bytes) => new Message(bytes));
  }

  /** A field of type map<string, string>. */
  map(field: number): Map<ByteString, ByteString> {
    return new Map(this.messages(field).map((entry) => [entry.text(1), entry.text(2)]));
  }

  #all(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== 'bigint');
  }
}

const EMPTY = Buffer.alloc(0);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number in the answer has no end');
  }

  value(wireType: number): bigint | Buffer {
    switch (wireType) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.#take(8).readBigUInt64LE();
      case BYTES:
        return this.#take(Number(this.varint()));
      case FIXED32:
        return BigInt(this.#take(4).readUInt32LE());
      default:
        throw new RangeError(`the answer has a field of wire type ${wireType}`);
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the answer ends within a field');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** A field of type string, bytes, or message. */
export function bytesField(field: number, value: ByteString | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return Buffer.concat([varint((field << 3) | BYTES), varint(bytes.length), bytes]);
}

/** A field of type bool, an enumeration, or a number from 0 to 2^31 - 1. */
export function integerField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
