/** The part of a capture that is in memory: one contiguous stretch that moves through the file. */
import type { Input } from './input.ts';

/** Bytes kept free at the start of the buffer, where the converter builds events beside those it reads. */
export const SCRATCH_SIZE = 192 * 1024;

const NORMAL_SIZE = 1024 * 1024;

/**
 * A window on a stream of bytes. The bytes from `start` to `end` of `buffer` have been read and not yet
 * been used; users move `start` forward and ask for more with {@link need}. The buffer is exchanged when
 * a block needs a bigger one, and again when none does any more, so it never grows with the file.
 */
export class Window {
  buffer = Buffer.allocUnsafeSlow(SCRATCH_SIZE + NORMAL_SIZE);
  view: DataView = viewOf(this.buffer);
  start = SCRATCH_SIZE;
  end = SCRATCH_SIZE;

  readonly #input: Input;
  /** Offset in the stream of what lies at index 0 of the buffer. */
  #base = -SCRATCH_SIZE;

  constructor(input: Input) {
    this.#input = input;
  }

  /** Offset in the stream of an index into the buffer. */
  offsetOf(index: number): number {
    return this.#base + index;
  }

  /**
   * Makes `count` bytes contiguous from `start`. False when the stream ends before; what there is lies
   * between `start` and `end` then. Rejects with what the input rejects with. May exchange `buffer`.
   */
  async need(count: number): Promise<boolean> {
    while (this.end - this.start < count) {
      this.#makeRoom(count);
      const read = await this.#input.read(this.buffer, this.end);
      if (read === 0) return false;
      this.end += read;
    }
    return true;
  }

  /** Moves `start` forward by `count`, over bytes that need not be in memory. False when the stream ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > this.end - this.start) {
      left -= this.end - this.start;
      this.start = this.end;
      if (!(await this.need(1))) return false;
    }
    this.start += left;
    return true;
  }

  /**
   * Moves the unused bytes to the front. The buffer doubles when they fill it: with what has arrived, not
   * with what a length in the file promises, since a damaged file promises anything.
   */
  #makeRoom(count: number): void {
    const unused = this.end - this.start;
    const capacity = this.buffer.length - SCRATCH_SIZE;
    let target = this.buffer;
    if (unused === capacity) target = Buffer.allocUnsafeSlow(SCRATCH_SIZE + capacity * 2);
    else if (capacity > NORMAL_SIZE && Math.max(count, unused) < NORMAL_SIZE)
      target = Buffer.allocUnsafeSlow(SCRATCH_SIZE + NORMAL_SIZE);
    this.buffer.copy(target, SCRATCH_SIZE, this.start, this.end);
    if (target !== this.buffer) {
      this.buffer = target;
      this.view = viewOf(target);
    }
    this.#base += this.start - SCRATCH_SIZE;
    this.start = SCRATCH_SIZE;
    this.end = SCRATCH_SIZE + unused;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
