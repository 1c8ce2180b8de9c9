/** Trials of rules against recordings, one at a time, each in a thread that ends with it. */
import type { Worker } from 'node:worker_threads';
import type { TryNews } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import { startThread } from '../system/own-thread.ts';
import { MOST_MS, type TrialMessage, type TrialSettings } from './trial-messages.ts';

/** Megabytes; a model of the recorded machine is among them. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
/** The thread ends itself before that, unless it hangs. */
const GRACE_MS = 15_000;
/** News that wait for a client who reads slowly; then the trial is given up. */
const MOST_WAITING = 5000;

export class Trials {
  #isBusy = false;

  /**
   * Tries rules; the news end with `done` or `failed`. Rejects with a Refusal when the rules have errors, or another
   * trial is under way.
   */
  async start(settings: TrialSettings, gone: AbortSignal): Promise<AsyncIterable<TryNews>> {
    if (this.#isBusy)
      throw new Refusal(429, 'another trial is under way: wait for its end', {
        retryAfterMs: 5000,
        counted: 'busy',
      });
    this.#isBusy = true;
    const news = new News(settings, gone, () => {
      this.#isBusy = false;
    });
    try {
      const first = await news.next();
      if (first?.kind === 'rejected')
        throw new Refusal(422, 'the rules have errors', { problems: first.problems });
      return withFirst(first, news);
    } catch (error) {
      news.end();
      throw error;
    }
  }
}

async function* withFirst(first: TryNews | undefined, news: News): AsyncGenerator<TryNews> {
  try {
    for (let each: TrialMessage | undefined = first; each !== undefined; each = await news.next()) {
      if (each.kind === 'rejected') continue;
      yield each;
      if (each.kind === 'done' || each.kind === 'failed') return;
    }
  } finally {
    news.end();
  }
}

/** What a thread tells, to be taken one by one. */
class News {
  readonly #worker: Worker;
  readonly #onEnd: () => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: TrialMessage[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(settings: TrialSettings, gone: AbortSignal, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = startThread(new URL('./trial-thread.ts', import.meta.url), settings, LIMITS);
    this.#worker.unref();
    this.#worker.on('message', (message: TrialMessage) => this.#put(message));
    this.#worker.on('error', (error) => this.#fail((error as Error).message));
    this.#worker.on('exit', () => this.#fail('the trial has ended without a result'));
    this.#timer = setTimeout(() => this.#fail('the trial took too long'), MOST_MS + GRACE_MS).unref();
    gone.addEventListener('abort', () => this.end(), { once: true });
  }

  /** `undefined` when there is nothing more. */
  async next(): Promise<TrialMessage | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#waiting.shift();
  }

  /** Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#wake?.();
    void this.#worker.terminate();
  }

  #put(message: TrialMessage): void {
    if (this.#isOver) return;
    if (this.#waiting.length >= MOST_WAITING) this.#fail('the client reads too slowly');
    else this.#waiting.push(message);
    this.#wake?.();
  }

  #fail(message: string): void {
    if (this.#isOver) return;
    this.#waiting.push({ kind: 'failed', message });
    this.end();
  }
}
