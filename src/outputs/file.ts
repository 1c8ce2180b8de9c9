/** Alerts appended to a file. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { LineQueue } from './line-queue.ts';
import type { Output, OutputFailure, OutputMessage, OutputStatistics } from './output.ts';
import { type RotationLimits, removeOld, rotate } from './rotation.ts';
import { descriptorSink, writeAll } from './write-all.ts';

export interface FileOutputOptions {
  readonly path: string;
  /** Keep the file open. Otherwise it is opened for each write, so that it can be moved or removed. */
  readonly keepAlive: boolean;
  /** Moves the file aside when it is large. */
  readonly rotation?: RotationLimits;
}

/** Lines at the end of a file, which is made when it is not there. */
export class FileOutput implements Output {
  readonly name: string;
  readonly #path: string;
  readonly #keepAlive: boolean;
  readonly #rotation: RotationLimits | undefined;
  readonly #lines: LineQueue;
  #descriptor: number | undefined;
  #reopen = false;

  /** Throws when the file cannot be opened. */
  constructor({ path, keepAlive, rotation }: FileOutputOptions, onFailure: OutputFailure) {
    this.name = `file ${path}`;
    this.#path = path;
    this.#keepAlive = keepAlive;
    this.#rotation = rotation;
    this.#lines = new LineQueue({
      put: (chunk, signal) => this.#append(chunk, signal),
      onFailure: (error) => onFailure(this, error),
    });
    this.#descriptor = openForAppending(path);
    this.#releaseUnlessKept();
    if (rotation !== undefined) removeOld(path, rotation, new Date());
  }

  write({ line }: OutputMessage): void {
    this.#lines.push(line);
  }

  /** Takes effect before the next line that is written, never in the middle of one. */
  reopen(): void {
    this.#reopen = true;
  }

  async close(): Promise<void> {
    await this.#lines.close();
    this.#release();
  }

  shed(bytes: number): void {
    this.#lines.shed(bytes);
  }

  get waiting(): number {
    return this.#lines.waiting;
  }

  get queued(): number {
    return this.#lines.queued;
  }

  flush(): Promise<void> {
    return this.#lines.flush();
  }

  get statistics(): OutputStatistics {
    return this.#lines.statistics;
  }

  async #append(chunk: Buffer, signal: AbortSignal): Promise<void> {
    if (this.#reopen) this.#release();
    this.#reopen = false;
    this.#descriptor ??= openForAppending(this.#path);
    this.#rotateBefore(chunk.length);
    try {
      await writeAll(descriptorSink(this.#descriptor), chunk, signal);
    } finally {
      this.#releaseUnlessKept();
    }
  }

  #rotateBefore(length: number): void {
    if (this.#rotation === undefined || this.#descriptor === undefined) return;
    const { size } = fstatSync(this.#descriptor);
    if (size === 0 || size + length <= this.#rotation.maxBytes) return;
    this.#release();
    rotate(this.#path, this.#rotation, new Date());
    this.#descriptor = openSync(this.#path, 'a');
  }

  #releaseUnlessKept(): void {
    if (!this.#keepAlive) this.#release();
  }

  #release(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Opening a named pipe that nobody reads would otherwise wait for a reader, and a full one would hold up a thread. */
function openForAppending(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
}
