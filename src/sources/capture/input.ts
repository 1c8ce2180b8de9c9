/** The bytes of a capture in order, whatever carries them: a file, a pipe, either of them compressed. */
import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { GzipInput } from './gzip.ts';

/** A stream of bytes that is read into memory of the reader's own. */
export interface Input {
  /** Compressed: offsets into this stream are not offsets into the file. */
  readonly compressed: boolean;
  /** Bytes of the file taken so far, for progress; a little ahead of what has been handed out. */
  readonly consumed: number;
  /** Size of the file in bytes; undefined for a pipe. */
  readonly size: number | undefined;
  /** Reads some bytes to `into`, from index `at` on. Their number; 0 at the end. */
  read(into: Buffer, at: number): Promise<number>;
  /** Idempotent. */
  close(): void;
}

const openFile = promisify(open);
const statFile = promisify(fstat);
const readFile = promisify(read);

const GZIP_MAGIC = 0x8b1f;

/** Opens a file or a pipe; gzip is recognised by its first two bytes. Rejects with the system's error. */
export async function openInput(path: string): Promise<Input> {
  const file = await RawFile.open(path);
  try {
    const head = await file.head(2);
    return head.length === 2 && head.readUInt16LE() === GZIP_MAGIC ? new GzipInput(file) : file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The file as it is. Its first bytes can be looked at without taking them, also where it is a pipe. */
export class RawFile implements Input {
  readonly compressed = false;
  consumed = 0;
  readonly size: number | undefined;

  readonly #descriptor: number;
  #head = Buffer.alloc(0);
  #reads = 0;
  #closing = false;

  private constructor(descriptor: number, size: number | undefined) {
    this.#descriptor = descriptor;
    this.size = size;
  }

  static async open(path: string): Promise<RawFile> {
    const descriptor = await openFile(path, 'r');
    const status = await statFile(descriptor);
    return new RawFile(descriptor, status.isFile() ? status.size : undefined);
  }

  /** The first `count` bytes, or fewer when there are no more. To be called before anything is read. */
  async head(count: number): Promise<Buffer> {
    const head = Buffer.alloc(count);
    let length = 0;
    while (length < count) {
      const got = await this.read(head, length);
      if (got === 0) break;
      length += got;
    }
    this.#head = head.subarray(0, length);
    this.consumed = 0;
    return this.#head;
  }

  async read(into: Buffer, at: number): Promise<number> {
    let count: number;
    if (this.#head.length > 0) {
      count = this.#head.copy(into, at);
      this.#head = this.#head.subarray(count);
    } else {
      count = await this.#read(into, at, null);
    }
    this.consumed += count;
    return count;
  }

  /** Reads at a place of the file, which must not be a pipe. The stream does not move. */
  async readAt(position: number, into: Buffer): Promise<number> {
    return await this.#read(into, 0, position);
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#reads === 0) this.#release();
  }

  async #read(into: Buffer, at: number, position: number | null): Promise<number> {
    if (this.#closing) return 0;
    this.#reads++;
    try {
      return (await readFile(this.#descriptor, into, at, into.length - at, position)).bytesRead;
    } finally {
      // A descriptor that is closed under a read may be another file's by the time the read runs.
      if (--this.#reads === 0 && this.#closing) this.#release();
    }
  }

  #release(): void {
    close(this.#descriptor, () => {});
  }
}
