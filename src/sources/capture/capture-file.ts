/**
 * The file that a recording goes to. Chunks are written in order, in the background, each whole or not at all:
 * what is in the file can be read at any moment, also when the disk is full or the machine stops. A compressed
 * file is a sequence of gzip members, one a chunk, for the same reason.
 */
import { close, constants, fstatSync, ftruncate, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { gzip, constants as zlibConstants } from 'node:zlib';

const writeFile = promisify(write);
const truncateFile = promisify(ftruncate);
const closeFile = promisify(close);
const compressChunk = promisify(gzip);

/** The time is the recorder's, who must not wait: a fast level costs a third of the usual one. */
const GZIP_LEVEL = zlibConstants.Z_BEST_SPEED;

export interface CaptureFileOptions {
  readonly compress: boolean;
  /** Never replaces a file, nor follows a link to one. */
  readonly exclusive?: boolean;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly events: number;
}

export class CaptureFile {
  readonly path: string;
  /** Bytes in the file. */
  written = 0;
  /** Events in the file. */
  events = 0;
  /** Bytes handed over and not yet in the file. */
  waiting = 0;
  /** Why writing has ended; nothing more is written then. */
  failure: NodeJS.ErrnoException | undefined;

  readonly #descriptor: number;
  readonly #compress: boolean;
  readonly #isRegular: boolean;
  readonly #chunks: Chunk[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** Opens the file, for its owner alone. Throws the system's error. */
  constructor(path: string, { compress, exclusive = false }: CaptureFileOptions) {
    this.path = path;
    this.#compress = compress;
    const { O_WRONLY, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW } = constants;
    this.#descriptor = openSync(
      path,
      O_WRONLY | O_CREAT | (exclusive ? O_EXCL | O_NOFOLLOW : O_TRUNC),
      0o600,
    );
    this.#isRegular = fstatSync(this.#descriptor).isFile();
  }

  /** Takes whole blocks, which hold so many events. The bytes belong to the file from now on. */
  append(bytes: Buffer, events: number): void {
    if (this.failure || this.#closed || bytes.length === 0) return;
    this.waiting += bytes.length;
    this.#chunks.push({ bytes, events });
    this.#running ??= this.#run();
  }

  /** Ends when all that was taken is in the file, or nothing can be written any more. */
  async flush(): Promise<void> {
    await this.#running;
  }

  /** Writes what waits and closes the file. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await closeFile(this.#descriptor);
  }

  async #run(): Promise<void> {
    for (let [chunk] = this.#chunks; chunk; [chunk] = this.#chunks) {
      if (!this.failure) await this.#write(chunk);
      this.#chunks.shift();
      this.waiting -= chunk.bytes.length;
    }
    this.#running = undefined;
  }

  async #write({ bytes, events }: Chunk): Promise<void> {
    try {
      const content = this.#compress ? await compressChunk(bytes, { level: GZIP_LEVEL }) : bytes;
      for (let done = 0; done < content.length; )
        done += (await writeFile(this.#descriptor, content, done, content.length - done, null)).bytesWritten;
      this.written += content.length;
      this.events += events;
    } catch (error) {
      this.failure = error as NodeJS.ErrnoException;
      // What of the chunk did fit would look like damage.
      if (this.#isRegular) await truncateFile(this.#descriptor, this.written).catch(() => {});
    }
  }
}
