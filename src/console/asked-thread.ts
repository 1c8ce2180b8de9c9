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
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #number = 0;

  constructor(options: AskedThreadOptions) {
    this.#options = options;
  }

  /** Rejects with a Refusal when the thread refuses, has too much to do, or takes too long. */
  async ask<T>(request: R): Promise<T> {
    if (this.#waiting.size >= MOST_WAITING) throw busy(`${this.#options.name} has too much to do: try again`);
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const number = this.#number++;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => this.#giveUp(), this.#options.answerMs).unref();
    this.#waiting.set(number, { resolve: resolve as (result: unknown) => void, reject, timer });
    this.#worker.postMessage({ number, request } satisfies Question<R>);
    return promise;
  }

  /** The next question finds a thread that has been told anew what there is. */
  restart(): void {
    this.#end(busy('the rules have just been loaded anew: try again'));
  }

  close(): void {
    this.#end(busy('the console is being closed'));
  }

  /** Whether it runs. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  #start(): Worker {
    const { file, data, limits } = this.#options;
    const worker = startThread(file, data(), limits);
    // Nobody waits at the end of the program.
    worker.unref();
    worker.on('message', (reply: Reply) => {
      if (this.#worker === worker) this.#hear(reply);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#end(errorOf(error as Error));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#end(new Error('the thread has ended without an answer'));
    });
    return worker;
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.number);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0)
      this.#idle = setTimeout(() => this.close(), this.#options.idleMs ?? IDLE_MS).unref();
    if ('result' in reply) waiting.resolve(reply.result);
    else if ('refused' in reply) {
      const { status, message, details } = reply.refused;
      waiting.reject(new Refusal(status, message, details));
    } else waiting.reject(new Error(reply.failure));
  }

  #giveUp(): void {
    this.#end(busy(`${this.#options.name} took too long and was given up: ask for less`));
  }

  #end(error: Error): void {
    const worker = this.#worker;
    this.#worker = undefined;
    clearTimeout(this.#idle);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(error);
    }
    void worker?.terminate();
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
