/** Alerts on the standard input of a program, as a shell starts it: one that goes on, or a new one for each alert. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { type Letter, type Sent, sendOneByOne, type Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';

/** Alerts that are taken from the queue at a time. */
const BATCH = 20;

export interface ProgramSettings {
  readonly command: string;
  readonly keepAlive: boolean;
}

export class Program implements Transport {
  readonly name: string;
  readonly batch = BATCH;
  readonly #command: string;
  readonly #keepAlive: boolean;
  #running: ChildProcess | undefined;

  constructor({ command, keepAlive }: ProgramSettings) {
    this.#command = command;
    this.#keepAlive = keepAlive;
    this.name = `program ${command}`;
  }

  render({ line }: OutputMessage): string {
    return line;
  }

  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    if (!this.#keepAlive) {
      return sendOneByOne(letters, async ({ payload }) => {
        await this.#runOnce(`${payload}\n`, signal);
        return undefined;
      });
    }
    await write(this.#stream(), letters.map(({ payload }) => `${payload}\n`).join(''), signal);
    return {};
  }

  /** The program that goes on is ended, and started anew with the next alert. */
  reopen(): void {
    this.#running?.stdin?.end();
    this.#running = undefined;
  }

  async close(): Promise<void> {
    this.reopen();
  }

  #start(): ChildProcess {
    return spawn('/bin/sh', ['-c', this.#command], { stdio: ['pipe', 'inherit', 'inherit'] });
  }

  #stream(): Writable {
    if (this.#running === undefined) {
      const child = this.#start();
      const forget = (): void => {
        if (this.#running === child) this.#running = undefined;
      };
      child.on('exit', forget);
      child.on('error', forget);
      // Each write tells its own error; without a listener a later one would end this program.
      child.stdin?.on('error', forget);
      // It must not keep this program from ending.
      child.unref();
      this.#running = child;
    }
    return this.#running.stdin as Writable;
  }

  async #runOnce(text: string, signal: AbortSignal): Promise<void> {
    const child = this.#start();
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, killer) =>
        code === 0 ? resolve() : reject(new Error(`ended with ${code === null ? killer : `status ${code}`}`)),
      );
    });
    const stop = (): void => {
      child.kill('SIGTERM');
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      // A program that reads nothing may well have done its work: how it ends decides.
      child.stdin?.on('error', () => {});
      child.stdin?.end(text);
      await ended;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

function write(stream: Writable, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    stream.write(text, (error) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
  });
}
