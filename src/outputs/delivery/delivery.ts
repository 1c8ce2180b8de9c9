/**
 * An output that reaches its receiver sooner or later: alerts wait in a spool on disk (or, without one, in memory)
 * until the receiver has confirmed them, and are sent again with growing pauses while it does not. Nothing here
 * ever holds up who writes.
 */
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { Output, OutputMessage, OutputStatistics } from '../output.ts';
import { FolderInUse } from './folder-lock.ts';
import type { Spool, Spooled } from './spool.ts';
import { type Letter, RetryLater, type Sent, type Transport } from './transport.ts';

export interface DeliveryOptions {
  readonly transport: Transport;
  /** Opens what keeps letters over the end of the program. When it throws, letters wait in memory. */
  readonly openSpool?: () => Spool;
  /** Bytes of payload that may wait in memory. */
  readonly memoryBytes?: number;
  /** Milliseconds that one `send` may take. */
  readonly timeoutMs?: number;
  /** The pause after the first failure, and the longest, in milliseconds. */
  readonly pauseMs?: { readonly first: number; readonly longest: number };
  /** Takes a line about failures, recoveries and losses. */
  readonly log: (line: string) => void;
}

const MEMORY_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = { first: 500, longest: 30_000 };
/** Milliseconds that the end of the program waits for a receiver. */
const CLOSE_MS = 800;
/** Milliseconds between tries for a folder that this process still uses. */
const SPOOL_RETRY_MS = 100;
/** Letters that are moved to disk at a time. */
const PERSIST_AT_ONCE = 1000;

export class Delivery implements Output {
  readonly name: string;
  readonly #transport: Transport;
  readonly #openSpool: (() => Spool) | undefined;
  #spool: Spool | undefined;
  readonly #log: (line: string) => void;
  readonly #memoryBytes: number;
  readonly #timeoutMs: number;
  readonly #pauseMs: { readonly first: number; readonly longest: number };
  /** Taken, and not on disk yet. */
  readonly #memory: Letter[] = [];
  #memoryTaken = 0;
  readonly #end = new AbortController();
  #persisting: Promise<void> | undefined;
  #sending: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** When the receiver began to fail, by {@link performance.now}. */
  #failingSince: number | undefined;
  /** The disk did not take the letters; it is tried again with the next batch. */
  #isDiskFailing = false;
  #isDiskFailureTold = false;
  /** Letters are being sent from memory, and must not be moved meanwhile. */
  #isMemoryInFlight = false;
  #isOverflowing = false;
  #written = 0;
  #dropped = 0;
  #refused = 0;
  #retries = 0;

  constructor(options: DeliveryOptions) {
    this.#transport = options.transport;
    this.name = options.transport.name;
    this.#openSpool = options.openSpool;
    this.#log = options.log;
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#pauseMs = options.pauseMs ?? PAUSE_MS;
    this.#tryToOpenSpool();
  }

  write(message: OutputMessage): void {
    const letter = { id: message.id, payload: this.#transport.render(message) };
    const bytes = letter.payload.length;
    if (this.#memoryTaken + bytes > this.#memoryBytes) {
      this.#dropped++;
      if (!this.#isOverflowing)
        this.#log(`${this.name}: too many alerts wait in memory: alerts are being lost`);
      this.#isOverflowing = true;
      return;
    }
    this.#memory.push(letter);
    this.#memoryTaken += bytes;
    this.#wake();
  }

  reopen(): void {
    this.#transport.reopen();
  }

  /** Keeps what may be on its way to the disk or the receiver. */
  shed(bytes: number): void {
    const least = Math.max(PERSIST_AT_ONCE, this.#transport.batch);
    while (this.#memoryTaken > bytes && this.#memory.length > least) {
      this.#memoryTaken -= this.#memory.pop()?.payload.length ?? 0;
      this.#dropped++;
    }
  }

  /** Bytes that are in no safe place yet. */
  get waiting(): number {
    return this.#memoryTaken;
  }

  /** Letters in memory. */
  get queued(): number {
    return this.#memory.length;
  }

  /** Letters that are not delivered, in memory and on disk. */
  get undelivered(): number {
    return this.#memory.length + (this.#spool?.letters ?? 0);
  }

  /** Ends when all that was taken is on disk, or, without a disk, delivered. */
  async flush(): Promise<void> {
    while (this.#memory.length > 0 && !this.#end.signal.aborted) {
      this.#wake();
      await (this.#spool !== undefined && !this.#isDiskFailing ? this.#persisting : this.#sending);
    }
  }

  /** Sends for a moment what waits; the rest stays on disk for the next run. Idempotent. */
  close(limitMs: number = CLOSE_MS): Promise<void> {
    this.#closing ??= this.#close(limitMs);
    return this.#closing;
  }

  get statistics(): OutputStatistics {
    const { full = 0, old = 0, damaged = 0 } = this.#spool?.losses ?? {};
    return { written: this.#written, dropped: this.#dropped + this.#refused + full + old + damaged };
  }

  /** Batches that were sent again. */
  get retries(): number {
    return this.#retries;
  }

  #tryToOpenSpool(): void {
    try {
      this.#spool = this.#openSpool?.();
    } catch (error) {
      // At a reload, what delivered with other settings has it for a moment more.
      const isOwn = error instanceof FolderInUse && error.pid === process.pid;
      if (isOwn && this.#closing === undefined)
        setTimeout(() => this.#tryToOpenSpool(), SPOOL_RETRY_MS).unref();
      else this.#log(`warning: ${this.name}: ${(error as Error).message}: alerts wait in memory only`);
      return;
    }
    const left = this.#spool?.letters ?? 0;
    if (left > 0) this.#log(`${this.name}: ${left} alerts that waited on disk are sent first`);
    if (this.undelivered > 0) this.#wake();
  }

  #wake(): void {
    this.#startPersisting();
    this.#sending ??= this.#sendAll();
  }

  #startPersisting(): void {
    if (this.#spool === undefined || this.#memory.length === 0) return;
    if (!this.#isDiskFailing && !this.#isMemoryInFlight) this.#persisting ??= this.#persist(this.#spool);
  }

  /** Moves letters from memory to disk. */
  async #persist(spool: Spool): Promise<void> {
    // Letters of the same turn go together.
    await undefined;
    try {
      while (this.#memory.length > 0) {
        const letters = this.#memory.slice(0, PERSIST_AT_ONCE);
        await spool.append(letters);
        this.#forget(letters.length);
      }
      this.#isDiskFailureTold = false;
    } catch (error) {
      this.#forget((error as { kept?: number }).kept ?? 0);
      this.#isDiskFailing = true;
      if (!this.#isDiskFailureTold)
        this.#log(`${this.name}: ${(error as Error).message}: alerts wait in memory`);
      this.#isDiskFailureTold = true;
    } finally {
      this.#persisting = undefined;
    }
  }

  #forget(count: number): void {
    for (const { payload } of this.#memory.splice(0, count)) this.#memoryTaken -= payload.length;
    this.#isOverflowing = false;
  }

  async #sendAll(): Promise<void> {
    let failures = 0;
    await turn();
    try {
      while (!this.#end.signal.aborted) {
        const batch = this.#next();
        if (batch === undefined) {
          this.#startPersisting();
          if (this.#persisting === undefined) break;
          await this.#persisting;
          continue;
        }
        const wait = await this.#send(batch, failures);
        failures = wait === undefined ? 0 : failures + 1;
        if (wait !== undefined) await pause(wait, undefined, { signal: this.#end.signal });
      }
    } catch (error) {
      if (!this.#end.signal.aborted) this.#log(`${this.name}: ${String(error)}, which is a fault in Lanner`);
    } finally {
      this.#sending = undefined;
    }
  }

  /** The oldest letters; those in memory only where no disk takes them. */
  #next(): Batch | undefined {
    const count = this.#transport.batch;
    const spooled = this.#spool?.read(count) ?? [];
    if (spooled.length > 0)
      return { letters: spooled, settle: (first) => this.#settleSpooled(spooled, first) };
    if (this.#spool !== undefined && !this.#isDiskFailing) return undefined;
    const letters = this.#memory.slice(0, count);
    if (letters.length === 0) return undefined;
    this.#isMemoryInFlight = true;
    return { letters, settle: async (first) => this.#forget(first) };
  }

  /** Sends a batch; a number is the pause, in milliseconds, before all or part of it is to be sent again. */
  async #send({ letters, settle }: Batch, failures: number): Promise<number | undefined> {
    try {
      const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(this.#timeoutMs)]);
      const { refused = [], again = [] } = await this.#transport.send(letters, signal);
      const waiting = new Set(again.map(({ id }) => id));
      // What lies behind the first that is to be sent again is sent again with it: order counts for more.
      const first = letters.findIndex(({ id }) => waiting.has(id));
      const settled = new Set(letters.slice(0, first < 0 ? letters.length : first));
      this.#count(
        settled.size,
        refused.filter(({ letter }) => settled.has(letter)),
      );
      await settle(settled.size);
      if (first < 0) return this.#recover();
      this.#retries++;
      return this.#pauseAfter(undefined, failures);
    } catch (error) {
      if (this.#end.signal.aborted) return undefined;
      this.#fail(error as Error);
      return this.#pauseAfter(error, failures);
    } finally {
      this.#isMemoryInFlight = false;
      this.#isDiskFailing = false;
    }
  }

  #count(settled: number, refused: NonNullable<Sent['refused']>): void {
    this.#written += settled - refused.length;
    const [first] = refused;
    if (first !== undefined && this.#refused === 0)
      this.#log(`${this.name} refuses an alert: ${first.reason}; later ones are counted`);
    this.#refused += refused.length;
  }

  #fail(error: Error): void {
    this.#retries++;
    if (this.#failingSince !== undefined) return;
    this.#failingSince = performance.now();
    const where = this.#spool !== undefined && !this.#isDiskFailing ? 'on disk' : 'in memory';
    this.#log(`${this.name}: ${messageOf(error, this.#timeoutMs)}: alerts wait ${where}`);
  }

  #recover(): undefined {
    if (this.#failingSince === undefined) return undefined;
    const seconds = Math.round((performance.now() - this.#failingSince) / 1000);
    this.#failingSince = undefined;
    this.#log(`${this.name}: works again after ${seconds} s; ${this.undelivered} alerts still wait`);
    return undefined;
  }

  #pauseAfter(error: unknown, failures: number): number {
    const { first, longest } = this.#pauseMs;
    if (error instanceof RetryLater) return Math.min(error.afterMs, longest);
    // Many Lanners must not knock at the same moment when a receiver is back.
    return Math.min(first * 2 ** failures, longest) * (0.8 + 0.4 * Math.random());
  }

  async #settleSpooled(letters: readonly Spooled[], count: number): Promise<void> {
    await this.#spool?.settle(letters.slice(0, count));
  }

  async #close(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#end.abort(), limitMs);
    while (this.undelivered > 0 && !this.#end.signal.aborted) {
      this.#wake();
      await this.#sending;
    }
    clearTimeout(timer);
    this.#end.abort();
    await this.#sending;
    await this.#persisting;
    this.#dropped += this.#memory.length;
    if (this.#memory.length > 0)
      this.#log(`${this.name}: ${this.#memory.length} alerts could not be delivered`);
    const left = this.#spool?.letters ?? 0;
    if (left > 0) this.#log(`${this.name}: ${left} alerts wait on disk for the next run`);
    this.#memory.length = 0;
    await this.#spool?.close();
    await this.#transport.close();
  }
}

interface Batch {
  readonly letters: readonly Letter[];
  /** Takes the first `count` letters out of the queue. */
  readonly settle: (count: number) => Promise<void>;
}

function messageOf(error: Error, timeoutMs: number): string {
  return error.name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : error.message;
}
