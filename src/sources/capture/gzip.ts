/** Decompresses a capture while it is read, ahead of the reader by a few chunks. */
import { createGunzip } from 'node:zlib';
import type { Input, RawFile } from './input.ts';

/** Compressed bytes handed to zlib at a time. */
const PIECE_SIZE = 64 * 1024;

/** Bytes that zlib decompresses at a time; smaller ones cost more round trips between threads. */
const CHUNK_SIZE = 256 * 1024;

/** Decompressed bytes that may wait for the reader before zlib is made to wait for it. */
const QUEUE_LIMIT = 4 * CHUNK_SIZE;

/**
 * The decompressed bytes of a gzip file or pipe. Damage is reported only after every byte before it: zlib
 * keeps back what it produced in the step that failed, so of a file that step is done again in single
 * bytes. A stream that ends early rejects with the code Z_BUF_ERROR.
 */
export class GzipInput implements Input {
  readonly compressed = true;
  readonly size: number | undefined;

  readonly #file: RawFile;
  #inflation: Inflation;
  #delivered = 0;
  #recovering = false;

  constructor(file: RawFile) {
    this.#file = file;
    this.size = file.size;
    this.#inflation = new Inflation(this.#pieces());
  }

  get consumed(): number {
    return this.#file.consumed;
  }

  async read(into: Buffer, at: number): Promise<number> {
    try {
      const count = await this.#inflation.read(into, at);
      this.#delivered += count;
      return count;
    } catch (error) {
      if (this.size === undefined || this.#recovering || isEndOfFile(error)) throw error;
      await this.#recover();
      return await this.read(into, at);
    }
  }

  close(): void {
    this.#inflation.stop();
    this.#file.close();
  }

  /** Starts again, in single bytes from the piece that failed on, and goes to where the reader is. */
  async #recover(): Promise<void> {
    this.#recovering = true;
    const failed = this.#inflation.position;
    this.#inflation.stop();
    this.#inflation = new Inflation(this.#piecesAgain(failed));
    const scratch = Buffer.allocUnsafe(PIECE_SIZE);
    for (let left = this.#delivered; left > 0; )
      left -= await this.#inflation.read(scratch, Math.max(0, scratch.length - left));
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    const piece = Buffer.allocUnsafe(PIECE_SIZE);
    for (;;) {
      const count = await this.#file.read(piece, 0);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  }

  async *#piecesAgain(failed: number): AsyncGenerator<Buffer> {
    const piece = Buffer.allocUnsafe(PIECE_SIZE);
    for (let position = 0; ; ) {
      const wanted = position < failed ? Math.min(PIECE_SIZE, failed - position) : PIECE_SIZE;
      const count = await this.#file.readAt(position, piece.subarray(0, wanted));
      if (count === 0) return;
      if (position < failed) yield piece.subarray(0, count);
      else for (let at = 0; at < count; at++) yield piece.subarray(at, at + 1);
      position += count;
    }
  }
}

/** The stream ended where it should have gone on: nothing is kept back then. */
export function isEndOfFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
}

/** One run of zlib over pieces of compressed bytes. */
class Inflation {
  /** Where in the file the piece begins that zlib works on. */
  position = 0;

  readonly #gunzip = createGunzip({ chunkSize: CHUNK_SIZE });
  readonly #chunks: Buffer[] = [];
  /** Bytes of the first chunk that have been read. */
  #used = 0;
  #queued = 0;
  #ended = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#queue(chunk);
      if (this.#queued >= QUEUE_LIMIT) this.#gunzip.pause();
    });
    this.#gunzip.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#gunzip.on('error', (error) => this.#fail(error));
    this.#run(pieces).catch((error) => this.#fail(error));
  }

  /** Some decompressed bytes to `into`, from `at` on; 0 at the end. Rejects at the damage, again each time. */
  async read(into: Buffer, at: number): Promise<number> {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk) {
        const count = chunk.copy(into, at, this.#used);
        this.#used += count;
        this.#queued -= count;
        if (this.#used === chunk.length) {
          this.#chunks.shift();
          this.#used = 0;
        }
        if (this.#queued < QUEUE_LIMIT && this.#gunzip.isPaused()) this.#gunzip.resume();
        return count;
      }
      if (this.#failure) throw this.#failure;
      if (this.#ended) return 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  stop(): void {
    this.#gunzip.destroy();
  }

  async #run(pieces: AsyncIterable<Buffer>): Promise<void> {
    for await (const piece of pieces) {
      if (this.#gunzip.destroyed) return;
      await new Promise<void>((resolve, reject) => {
        this.#gunzip.write(piece, (error) => (error ? reject(error) : resolve()));
      });
      this.position += piece.length;
    }
    this.#gunzip.end();
  }

  #queue(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#queued += chunk.length;
    this.#wake();
  }

  #fail(error: unknown): void {
    // What zlib produced before the error may still lie in the stream, which emits nothing any more.
    for (let chunk = this.#gunzip.read(); chunk !== null; chunk = this.#gunzip.read()) this.#queue(chunk);
    this.#failure ??= error;
    this.#wake();
  }
}
