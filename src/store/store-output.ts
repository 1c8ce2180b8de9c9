/** Alerts into the store, in batches, by a thread that may wait for the disk. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { overflow } from '../outputs/line-queue.ts';
import type { Output, OutputFailure, OutputMessage, OutputStatistics } from '../outputs/output.ts';
import { startThread } from '../system/own-thread.ts';
import { rowOf } from './alert-row.ts';
import { type Row, sizeOf } from './row.ts';
import { CLOSE, END, type StoreNews, type StoreSettings, TRIM_AND_END } from './store-messages.ts';

/** Bytes that may wait in memory, about; more alerts are dropped and counted. */
const LIMIT = 16 * 1024 * 1024;
/** Alerts that are written together, at most. */
const BATCH = 2000;
/** Milliseconds in which alerts gather to be written together: what a kill takes away. */
const GATHER_MS = 100;
/** Milliseconds to the next try after a failure, at first and at most. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
/** Milliseconds that the end of the program waits for a disk. */
const CLOSE_MS = 2000;
/** How often what is too old is removed from a file that nothing is written to: a thread that writes does it itself. */
const TRIM_MS = 3_600_000;
/** Megabytes that the thread may use for itself; the cache of SQLite, 2 MB, is not among them. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 };

export interface StoreOutputOptions extends StoreSettings {
  readonly onFailure: OutputFailure;
  /** Takes lines for people. */
  readonly log: (line: string) => void;
}

export class StoreOutput implements Output {
  readonly name: string;
  readonly #settings: StoreSettings;
  readonly #onFailure: OutputFailure;
  readonly #log: (line: string) => void;
  readonly #end = new AbortController();
  #rows: Row[] = [];
  #waiting = 0;
  /** Alerts that the thread has and has not answered for. */
  #underWay = 0;
  #written = 0;
  #dropped = 0;
  #removed = 0;
  #hurry: AbortController | undefined;
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #worker: Worker | undefined;
  readonly #trimming: NodeJS.Timeout;
  /** Of the last try to write; `undefined` when it has succeeded. */
  #failure: Error | undefined;
  /** Files that were found damaged, where they lie now. */
  readonly #setAside: string[] = [];
  #isOverflowing = false;

  constructor({ onFailure, log, ...settings }: StoreOutputOptions) {
    this.name = `store ${settings.path}`;
    this.#settings = settings;
    this.#onFailure = onFailure;
    this.#log = log;
    this.#trimming = setInterval(() => this.#trimUnused(), TRIM_MS).unref();
  }

  write({ alert }: OutputMessage): void {
    const row = rowOf(alert);
    if (this.#waiting + sizeOf(row) > LIMIT) {
      this.#dropped++;
      if (!this.#isOverflowing) this.#onFailure(this, overflow(LIMIT));
      this.#isOverflowing = true;
      return;
    }
    this.#rows.push(row);
    this.#waiting += sizeOf(row);
    this.#writing ??= this.#drain();
  }

  shed(bytes: number): void {
    while (this.#waiting > bytes) {
      const last = this.#rows.pop();
      if (last === undefined) return;
      this.#waiting -= sizeOf(last);
      this.#dropped++;
    }
  }

  /** The file is opened anew with the next batch: it may have been moved away. */
  reopen(): void {
    this.#worker?.postMessage(CLOSE);
  }

  get waiting(): number {
    return this.#waiting;
  }

  get queued(): number {
    return this.#rows.length + this.#underWay;
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) {
      this.#hurry?.abort();
      await this.#writing;
    }
  }

  /** Gives up on a disk that does not answer. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get statistics(): OutputStatistics {
    return { written: this.#written, dropped: this.#dropped };
  }

  /** Alerts that were removed since the start, to keep the store within its bounds. */
  get removed(): number {
    return this.#removed;
  }

  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  get setAside(): number {
    return this.#setAside.length;
  }

  get trouble(): string | undefined {
    const failure = this.#failure && `it cannot be written: ${this.#failure.message}`;
    const last = this.#setAside.at(-1);
    const damage = last && `it was damaged: what it held lies at ${last}, and a new one was begun`;
    return [failure, damage].filter((text) => text !== undefined).join('; ') || undefined;
  }

  async #close(): Promise<void> {
    clearInterval(this.#trimming);
    const timer = setTimeout(() => this.#end.abort(), CLOSE_MS);
    await this.flush();
    clearTimeout(timer);
    this.#end.abort();
    await this.#endThread();
  }

  async #drain(): Promise<void> {
    let pause = FIRST_RETRY_MS;
    try {
      await this.#pause(GATHER_MS);
      while (this.#rows.length > 0) {
        if (this.#end.signal.aborted) this.shed(0);
        else if (await this.#writeBatch()) pause = FIRST_RETRY_MS;
        else {
          await this.#pause(pause);
          pause = Math.min(2 * pause, LAST_RETRY_MS);
        }
      }
    } finally {
      this.#isOverflowing = false;
      this.#writing = undefined;
    }
  }

  /** Ends earlier when somebody waits for what waits here. */
  async #pause(milliseconds: number): Promise<void> {
    this.#hurry = new AbortController();
    const signal = AbortSignal.any([this.#hurry.signal, this.#end.signal]);
    await wait(milliseconds, undefined, { signal }).catch(() => {});
    this.#hurry = undefined;
  }

  /** False when the batch waits again, for another try. */
  async #writeBatch(): Promise<boolean> {
    const batch = this.#rows.splice(0, BATCH);
    this.#underWay = batch.length;
    const outcome = await this.#send(batch);
    this.#underWay = 0;
    if (outcome.kind === 'written') {
      this.#written += batch.length;
      this.#waiting -= batch.reduce((sum, row) => sum + sizeOf(row), 0);
      this.#failure = undefined;
      return true;
    }
    this.#rows = [...batch, ...this.#rows];
    if (this.#failure === undefined && !this.#end.signal.aborted) this.#onFailure(this, outcome.error);
    this.#failure = outcome.error;
    return false;
  }

  /** Ends when the thread has answered, or has ended without an answer. */
  #send(batch: readonly Row[]): Promise<{ kind: 'written' } | { kind: 'failed'; error: Error }> {
    const { promise, resolve } = Promise.withResolvers<
      { kind: 'written' } | { kind: 'failed'; error: Error }
    >();
    const failed = (error: Error): void => resolve({ kind: 'failed', error });
    const giveUp = (): void => failed(new Error('the disk does not answer'));
    this.#worker ??= this.#startThread();
    const worker = this.#worker;
    const onNews = (news: StoreNews): void => {
      if (news.kind === 'written') resolve({ kind: 'written' });
      else if (news.kind === 'failed') failed(Object.assign(new Error(news.message), { code: news.code }));
    };
    const onExit = (): void => failed(new Error('the thread that writes alerts has ended'));
    worker.on('message', onNews).on('error', failed).on('exit', onExit);
    this.#end.signal.addEventListener('abort', giveUp, { once: true });
    worker.ref();
    worker.postMessage(batch);
    return promise.finally(() => {
      worker.unref();
      worker.off('message', onNews).off('error', failed).off('exit', onExit);
      this.#end.signal.removeEventListener('abort', giveUp);
    });
  }

  #startThread(): Worker {
    const worker = startThread(new URL('./store-thread.ts', import.meta.url), this.#settings, THREAD_LIMITS);
    worker.on('message', (news: StoreNews) => this.#hear(news));
    // What it means for a batch is told there.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    worker.unref();
    return worker;
  }

  #hear(news: StoreNews): void {
    if (news.kind === 'removed') this.#removed += news.age + news.size;
    else if (news.kind === 'set-aside') {
      this.#setAside.push(news.path);
      this.#log(`${this.name}: the file is damaged: it lies at ${news.path} now, and a new one is begun`);
    }
  }

  #trimUnused(): void {
    if (this.#worker !== undefined || this.#settings.maxAgeMs === 0 || !existsSync(this.#settings.path))
      return;
    this.#startThread().postMessage(TRIM_AND_END);
  }

  async #endThread(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    worker.postMessage(END);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    worker.ref();
    await once(worker, 'exit');
    clearTimeout(timer);
  }
}
