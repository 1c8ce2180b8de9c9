/** One log file that is open, and what is known of it: it may be moved away or begun anew while it is read. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { AuditIntake } from './intake.ts';
import { LineSplitter } from './lines.ts';
import { takeLine } from './log-file.ts';

/** Where reading goes on. */
export interface Position {
  readonly inode: number;
  readonly device: number;
  /** Behind the last line that the rules have seen. */
  readonly offset: number;
  /** Of the bytes just before it, to tell a file that was begun anew from one that has grown. */
  readonly before: string;
}

const CHUNK = 1 << 20;
/** Bytes before the position that are remembered. */
const REMEMBERED = 1024;

/** One file, which may be moved away while it is read. */
export class OpenLog {
  readonly #handle: FileHandle;
  readonly #intake: AuditIntake;
  readonly #path: string;
  readonly #inode: number;
  readonly #device: number;
  #splitter: LineSplitter;
  /** Where the next bytes are read, and the last of those before it. */
  #offset = 0;
  #before: Buffer = Buffer.alloc(0);
  /** The position behind the last line that was judged. */
  #judged: Omit<Position, 'inode' | 'device'>;
  /** Lines that are not judged yet. */
  #open = 0;
  #whenJudged: (() => void)[] = [];

  private constructor(
    path: string,
    handle: FileHandle,
    { ino, dev }: { ino: number; dev: number },
    intake: AuditIntake,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#inode = ino;
    this.#device = dev;
    this.#intake = intake;
    this.#splitter = new LineSplitter(intake.limits.payloadBytes);
    this.#judged = { offset: 0, before: sha256('') };
  }

  /** `undefined` when there is none. */
  static async open(path: string, intake: AuditIntake): Promise<OpenLog | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`cannot follow the audit log ${path}: ${(error as Error).message}`);
    }
    return new OpenLog(path, handle, await handle.stat(), intake);
  }

  get position(): Position {
    return { inode: this.#inode, device: this.#device, ...this.#judged };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Resolves when the rules have seen all that was read. */
  judged(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenJudged.push(resolve));
  }

  /** Passes over the first `length` bytes of the file with this inode; another file begins at its start. */
  async skip({ inode, length }: { readonly inode: number; readonly length: number }): Promise<void> {
    if (inode === this.#inode) await this.#moveTo(length);
  }

  /** Goes on where an earlier run ended; false when this is not the file of that run, or no longer its contents. */
  async goTo({ inode, device, offset, before }: Position): Promise<boolean> {
    if (inode !== this.#inode || device !== this.#device) return false;
    const { size } = await this.#handle.stat();
    if (size < offset) return false;
    await this.#moveTo(offset);
    return this.#judged.before === before;
  }

  async #moveTo(offset: number): Promise<void> {
    const bytes = Buffer.alloc(Math.min(REMEMBERED, offset));
    await this.#handle.read(bytes, 0, bytes.length, offset - bytes.length);
    this.#offset = offset;
    this.#before = bytes;
    this.#splitter = new LineSplitter(this.#intake.limits.payloadBytes);
    this.#judged = { offset, before: sha256(bytes) };
  }

  /** Whether another file has the name now. While none has, this one may still be written to. */
  async isReplaced(path: string): Promise<boolean> {
    const now = await stat(path).catch(() => undefined);
    return now !== undefined && (now.ino !== this.#inode || now.dev !== this.#device);
  }

  /** Reads what there is. Returns whether the file was begun anew since the last time. */
  async readAll(isStopped: () => boolean): Promise<boolean> {
    let isBegunAnew = false;
    const buffer = Buffer.alloc(CHUNK);
    while (!isStopped()) {
      if (this.#intake.isFull) await this.#intake.room();
      // With each piece come the bytes before it: were they looked at on their own, the file could be begun anew between.
      const known = this.#before.length;
      const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK, this.#offset - known);
      if (bytesRead < known || !buffer.subarray(0, known).equals(this.#before)) {
        // What was read before must not settle behind the new beginning.
        await this.judged();
        await this.#moveTo(0);
        isBegunAnew = true;
      } else if (bytesRead === known) break;
      else this.#take(buffer.subarray(known, bytesRead));
    }
    return isBegunAnew;
  }

  #take(chunk: Buffer): void {
    const start = this.#offset;
    const previous = this.#before;
    for (const { line, end } of this.#splitter.push(chunk)) {
      if (!line) continue;
      const before = lastBytes(previous, chunk.subarray(0, end));
      this.#open++;
      takeLine(line, this.#intake, this.#path, () => this.#settle(start + end, before));
    }
    this.#offset = start + chunk.length;
    this.#before = lastBytes(previous, chunk);
  }

  #settle(offset: number, before: Buffer): void {
    this.#open--;
    if (offset > this.#judged.offset) this.#judged = { offset, before: sha256(before) };
    if (this.#open > 0) return;
    for (const resolve of this.#whenJudged.splice(0)) resolve();
  }
}

/** Opens the file of a position at it; `undefined` when there is none, or another one, or it was begun anew. */
export async function openAt(
  path: string,
  saved: Position,
  intake: AuditIntake,
): Promise<OpenLog | undefined> {
  const file = await OpenLog.open(path, intake);
  if (file && (await file.goTo(saved))) return file;
  await file?.close();
  return undefined;
}

/** A copy: chunks are read into the same memory. */
function lastBytes(previous: Buffer, chunk: Buffer): Buffer {
  if (chunk.length >= REMEMBERED) return Buffer.from(chunk.subarray(-REMEMBERED));
  return Buffer.from(Buffer.concat([previous, chunk]).subarray(-REMEMBERED));
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
