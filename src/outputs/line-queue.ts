/**
 * A queue of lines in front of something slower, such as a pipe whose reader takes its time, or something that
 * fails for a while, such as a full disk.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { OutputStatistics } from './output.ts';

/** Bytes that may wait. */
const LIMIT = 16 * 1024 * 1024;
/** Bytes that are handed on at a time. */
const CHUNK = 64 * 1024;
/** Milliseconds that the end of the program waits for a reader: a signal ends it within about a second. */
const CLOSE_MS = 700;

/** Milliseconds to the next try after a failure, at first and at most. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2000;
/** Whoever read is gone, and nobody comes in his place. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EBADF', 'EIO', 'ECONNRESET', 'ENOTCONN']);

const NEWLINE = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);

export interface LineQueueOptions {
  /** Writes one or more lines; the next call is made when it has ended. `signal` aborts when the end cannot wait. */
  readonly put: (chunk: Buffer, signal: AbortSignal) => Promise<void>;
  /**
   * Called when `put` fails after it had worked, and (`ENOBUFS`) when lines begin not to fit any more. Lines that
   * were not within the bytes that the error tells as `written` are tried again, unless the reader is gone.
   */
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
  /** Bytes that may wait; a line that does not fit is dropped. */
  readonly limit?: number;
}

export class LineQueue {
  readonly #put: LineQueueOptions['put'];
  readonly #end = new AbortController();
  readonly #onFailure: (error: NodeJS.ErrnoException) => void;
  readonly #limit: number;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #queued = 0;
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #failing = false;
  #overflowing = false;
  /** The last line that was written lacks its end. */
  #isTorn = false;
  #written = 0;
  #dropped = 0;

  constructor({ put, onFailure, limit = LIMIT }: LineQueueOptions) {
    this.#put = put;
    this.#onFailure = onFailure;
    this.#limit = limit;
  }

  /** Takes a line without its newline. */
  push(line: string): void {
    const bytes = Buffer.from(`${line}\n`, 'utf8');
    if (this.#waitingBytes + bytes.length > this.#limit) {
      this.#dropped++;
      if (!this.#overflowing) this.#onFailure(overflow(this.#limit));
      this.#overflowing = true;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#queued++;
    this.#writing ??= this.#drain();
  }

  /** Drops the newest lines that are not being written until no more than these bytes wait, or none is left. */
  shed(bytes: number): void {
    while (this.#waitingBytes > bytes) {
      const last = this.#waiting.pop();
      if (last === undefined) return;
      this.#release([last]);
      this.#dropped++;
    }
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waitingBytes;
  }

  /** Lines that wait, those included that are being written. */
  get queued(): number {
    return this.#queued;
  }

  /** Ends when all lines taken so far have been written or dropped. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Like `flush`, but gives up after `limit` milliseconds: a reader that has stopped must not keep us from ending. Idempotent. */
  close(limit: number = CLOSE_MS): Promise<void> {
    this.#closing ??= this.#close(limit);
    return this.#closing;
  }

  async #close(limit: number): Promise<void> {
    const timer = setTimeout(() => this.#end.abort(), limit);
    await this.flush();
    clearTimeout(timer);
  }

  get statistics(): OutputStatistics {
    return { written: this.#written, dropped: this.#dropped };
  }

  async #drain(): Promise<void> {
    // Lines that come in the same turn are written together.
    await undefined;
    let pause = FIRST_RETRY_MS;
    try {
      for (let lines = this.#take(); lines.length > 0; lines = this.#take()) {
        if (await this.#hand(lines)) pause = FIRST_RETRY_MS;
        else {
          await wait(pause, undefined, { signal: this.#end.signal }).catch(() => {});
          pause = Math.min(2 * pause, LAST_RETRY_MS);
        }
      }
    } finally {
      this.#overflowing = false;
      this.#writing = undefined;
    }
  }

  #take(): Buffer[] {
    let bytes = 0;
    let count = 0;
    for (; count < this.#waiting.length && bytes < CHUNK; count++) bytes += this.#waiting[count]?.length ?? 0;
    return this.#waiting.splice(0, count);
  }

  /** Writes lines; false when those that were not written wait again, for another try. */
  async #hand(lines: readonly Buffer[]): Promise<boolean> {
    // A line that follows half of another would be lost with it.
    const start = this.#isTorn ? NEWLINE : NOTHING;
    const chunk = Buffer.concat([start, ...lines]);
    try {
      this.#end.signal.throwIfAborted();
      await this.#put(chunk, this.#end.signal);
      this.#release(lines);
      this.#written += lines.length;
      this.#failing = false;
      this.#isTorn = false;
      return true;
    } catch (error) {
      const { written = 0, code } = error as NodeJS.ErrnoException & { readonly written?: number };
      if (written > 0) this.#isTorn = chunk[written - 1] !== NEWLINE[0];
      const whole = wholeLines(lines, written - start.length);
      this.#written += whole;
      const isTriedAgain = !isGone(code) && !this.#end.signal.aborted;
      if (isTriedAgain) {
        this.#waiting.unshift(...lines.slice(whole));
        this.#release(lines.slice(0, whole));
      } else {
        this.#dropped += lines.length - whole;
        this.#release(lines);
      }
      if (!this.#failing && !this.#end.signal.aborted) this.#onFailure(error as NodeJS.ErrnoException);
      this.#failing = true;
      return !isTriedAgain;
    }
  }

  #release(lines: readonly Buffer[]): void {
    this.#queued -= lines.length;
    for (const { length } of lines) this.#waitingBytes -= length;
  }
}

/** Whether an error means that nobody will ever read what is written there. */
export function isGone(code: string | undefined): boolean {
  return GONE.has(code);
}

/** More waits than may. */
export function overflow(limit: number): NodeJS.ErrnoException {
  const message = `ENOBUFS: ${Math.round(limit / 1024 / 1024)} MB wait, and no more fit`;
  return Object.assign(new Error(message), { code: 'ENOBUFS' });
}

/** How many of the lines lie within the first `bytes` of them all. */
function wholeLines(lines: readonly Buffer[], bytes: number): number {
  let end = 0;
  return lines.filter((line) => {
    end += line.length;
    return end <= bytes;
  }).length;
}
