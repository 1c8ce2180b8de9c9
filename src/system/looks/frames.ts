/** Messages on a stream of bytes: a length of 32 bits, a byte that says who waits, and the value as V8 writes it. */
import { deserialize, serialize } from 'node:v8';

export const FRAME_HEADER = 5;

/** `isLater`: nobody waits for the answer to this, so that a bell has to be rung. */
export function encodeFrame(value: unknown, isLater: boolean): Buffer {
  const body = serialize(value);
  const frame = Buffer.allocUnsafe(FRAME_HEADER + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame[4] = isLater ? 1 : 0;
  body.copy(frame, FRAME_HEADER);
  return frame;
}

/** Puts messages together from the pieces in which they come. */
export class FrameReader {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #used = 0;

  /** Where the next bytes are to be put. */
  get room(): Buffer {
    if (this.#used === this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#used);
  }

  /** So many bytes have been put there. */
  take(count: number): void {
    this.#used += count;
  }

  /** The next message that is complete. */
  next(): { readonly value: unknown; readonly isLater: boolean } | undefined {
    if (this.#used < FRAME_HEADER) return undefined;
    const end = FRAME_HEADER + this.#bytes.readUInt32LE(0);
    if (this.#used < end) return undefined;
    const value: unknown = deserialize(this.#bytes.subarray(FRAME_HEADER, end));
    const isLater = this.#bytes[4] === 1;
    this.#bytes.copyWithin(0, end, this.#used);
    this.#used -= end;
    return { value, isLater };
  }
}
