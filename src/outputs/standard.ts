/** Alerts on standard output, or on standard error. */
import { LineQueue } from './line-queue.ts';
import type { Output, OutputFailure, OutputMessage, OutputStatistics } from './output.ts';
import { standardSink, writeAll } from './write-all.ts';

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;

/**
 * Lines on a standard stream. `onFailure` is called with `EPIPE` when the reader has gone. The descriptor
 * is written to directly: `process.stdout` would wait for a slow pipe and hold up the events.
 */
export class StandardOutput implements Output {
  readonly name: keyof typeof DESCRIPTORS;
  readonly #lines: LineQueue;

  constructor(name: keyof typeof DESCRIPTORS, onFailure: OutputFailure) {
    this.name = name;
    const sink = standardSink(DESCRIPTORS[name]);
    this.#lines = new LineQueue({
      put: (chunk, signal) => writeAll(sink, chunk, signal),
      onFailure: (error) => onFailure(this, error),
    });
  }

  write({ line }: OutputMessage): void {
    this.#lines.push(line);
  }

  /** A standard stream cannot be opened anew. */
  reopen(): void {}

  close(): Promise<void> {
    return this.#lines.close();
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
}
