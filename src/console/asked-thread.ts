/**
 * A thread that answers questions of this one: started by the first, ended after some idle minutes, so that a console
 * that nobody looks at costs nothing, and ended early when an answer takes too long.
 */
import type { ResourceLimits, Worker } from 'node:worker_threads';
import { Refusal, type RefusalDetails } from '../server/refusal.ts';
import { startThread } from '../system/own-thread.ts';

export interface AskedThreadOptions {
  readonly file: URL;
  /** What the thread is told at its start. May throw a Refusal. */
  readonly data: () => unknown;
  readonly limits: ResourceLimits;
  /** Milliseconds for one answer, those before it included. */
  readonly answerMs: number;
  /** What the thread does, as messages say it: `the search`. */
  readonly name: string;
  readonly idleMs?: number;
}

/** From and to the thread. */
export interface Question<R> {
  readonly number: number;
  readonly request: R;
}

export type Reply =
  | { readonly number: number; readonly result: unknown }
  | {
      readonly number: number;
      readonly refused: {
        readonly status: number;
        readonly message: string;
        readonly details: RefusalDetails;
      };
    }
  | { readonly number: number; readonly failure: string };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const IDLE_MS = 180_000;
/** Questions that may wait for their answers. */
const MOST_WAITING = 64;

export class AskedThread<R> {
  readonly #options: AskedThreadOptions;
  #running: RunningThread | undefined;

  constructor(options: AskedThreadOptions) {
    this.#options = options;
  }

  /** Rejects with a Refusal when the thread refuses, has too much to do, or takes too long. */
  async ask<T>(request: R): Promise<T> {
    if (this.#running === undefined || this.#running.isOver) this.#running = new RunningThread(this.#options);
    return this.#running.ask(request) as Promise<T>;
  }

  /** The next question finds a thread that has been told anew what there is; those before it are still answered. */
  restart(): void {
    this.#running?.retire();
    this.#running = undefined;
  }

  close(): void {
    this.#running?.end(busy('the console is being closed'));
    this.#running = undefined;
  }

  /** Whether it runs. */
  get isRunning(): boolean {
    return this.#running?.isOver === false;
  }
}

/** One thread, from its start to its end. */
class RunningThread {
  readonly #options: AskedThreadOptions;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #idle: NodeJS.Timeout | undefined;
  #number = 0;
  #isRetired = false;
  isOver = false;

  constructor(options: AskedThreadOptions) {
    this.#options = options;
    const { file, data, limits } = options;
    this.#worker = startThread(file, data(), limits);
    // Nobody waits at the end of the program.
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#hear(reply));
    this.#worker.on('error', (error) => this.end(errorOf(error as Error)));
    this.#worker.on('exit', () => this.end(new Error('the thread has ended without an answer')));
  }

  ask(request: unknown): Promise<unknown> {
    const { name, answerMs } = this.#options;
    if (this.#waiting.size >= MOST_WAITING)
      return Promise.reject(busy(`${name} has too much to do: try again`));
    clearTimeout(this.#idle);
    const number = this.#number++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (): void => this.end(busy(`${name} took too long and was given up: ask for less`));
    const timer = setTimeout(giveUp, answerMs).unref();
    this.#waiting.set(number, { resolve, reject, timer });
    this.#worker.postMessage({ number, request } satisfies Question<unknown>);
    return promise;
  }

  /** Ends when all questions are answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0) this.end(undefined);
  }

  /** Those who wait get the error. Idempotent. */
  end(error: Error | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.#idle);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      if (error) reject(error);
    }
    this.#waiting.clear();
    void this.#worker.terminate();
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.number);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0) this.#rest();
    if ('result' in reply) waiting.resolve(reply.result);
    else if ('refused' in reply) {
      const { status, message, details } = reply.refused;
      waiting.reject(new Refusal(status, message, details));
    } else waiting.reject(new Error(reply.failure));
  }

  #rest(): void {
    if (this.#isRetired) this.end(undefined);
    else this.#idle = setTimeout(() => this.end(undefined), this.#options.idleMs ?? IDLE_MS).unref();
  }
}

function busy(message: string): Refusal {
  return new Refusal(503, message, { counted: 'busy' });
}

/** A thread that has used up its memory has been asked for too much, which is no fault. */
function errorOf(error: Error): Error {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new Refusal(422, 'this needs more memory than it may have: make it smaller', { counted: 'busy' })
    : error;
}
