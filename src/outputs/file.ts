/** Alerts appended to a file. */
import { closeSync, constants, openSync } from 'node:fs';
import { LineQueue } from './line-queue.ts';
import type { Output, OutputFailure, OutputMessage, OutputStatistics } from './output.ts';
import { descriptorSink, writeAll } from './write-all.ts';

export interface FileOutputOptions {
  readonly path: string;
  /** Keep the file open. Otherwise it is opened for each write, so that it can be moved or removed. */
  readonly keepAlive: boolean;
}

/** Lines at the end of a file, which is made when it is not there. */
export class FileOutput implements Output {
  readonly name: string;
  readonly #path: string;
  readonly #keepAlive: boolean;
  readonly #lines: LineQueue;
  #descriptor: number | undefined;
  #reopen = false;

  /** Throws when the file cannot be opened. */
  constructor({ path, keepAlive }: FileOutputOptions, onFailure: OutputFailure) {
    this.name = `file ${path}`;
    this.#path = path;
    this.#keepAlive = keepAlive;
    this.#lines = new LineQueue({
      put: (chunk, signal) => this.#append(chunk, signal),
      onFailure: (error) => onFailure(this, error),
    });
    this.#descriptor = openForAppending(path);
    this.#releaseUnlessKept();
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

  get waiting(): number {
    return this.#lines.waiting;
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
    try {
      await writeAll(descriptorSink(this.#descriptor), chunk, signal);
    } finally {
      this.#releaseUnlessKept();
    }
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
