/**
 * Makes the model right again after a loss of events: every process in scope is read from /proc, a limited number a
 * second, and what differs is corrected; what is gone is dropped. A reading is newer than events that are still on
 * their way, and older than those that came since it was asked for: so it is used a moment later, and only when no
 * event has changed the process after the question. Otherwise the question is asked again.
 */
import type { ProcInquiry } from './proc-inquiry.ts';
import type { ProcProcess } from './proc-reader.ts';
import type { Process } from './process.ts';
import { correct } from './process-correction.ts';
import type { ProcessModel } from './process-model.ts';

/** Events that happened before the question have been delivered after so many milliseconds. */
const SETTLE_MS = 250;
/** Processes that are read at a time; {@link Resync.step} is called once a second. */
const READ_PER_STEP = 1000;
/** A comparison that is wanted while one is at work begins when so much time has passed since that one began. */
const INTERVAL_MS = 5000;
/** Readings of one process until it is left as it is: it changes all the time, so its events arrive. */
const MAX_READINGS = 4;
/** A process that began so much earlier or later than the one of the same id is another. */
const START_TOLERANCE_MS = 2000;

/** What is to be compared: all processes of the machine, or these; and all that the model knows. */
export type ResyncScope = 'host' | readonly number[];

interface Reading {
  readonly pid: number;
  readonly askedAt: number;
  /** `undefined`: it is gone, or did not let itself be read. */
  readonly read: ProcProcess | undefined;
  readonly isZombie: boolean;
  readonly attempt: number;
}

export class Resync {
  readonly #model: ProcessModel;
  readonly #inquiry: ProcInquiry;
  readonly #exists: (pid: number) => boolean;
  #queue: { readonly pid: number; readonly attempt: number }[] = [];
  #inScope = new Set<number>();
  #readings: Reading[] = [];
  /** Questions without an answer yet. */
  #open = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #wanted: ResyncScope | undefined;

  /** `exists` tells whether there is a process of this id, without reading anything of it. */
  constructor(model: ProcessModel, inquiry: ProcInquiry, exists: (pid: number) => boolean) {
    this.#model = model;
    this.#inquiry = inquiry;
    this.#exists = exists;
  }

  /** Events were lost: the model is to be compared with /proc. Cheap; the work is done by {@link step}. */
  want(scope: ResyncScope): void {
    this.#wanted = scope;
    if (!this.isActive) this.step();
  }

  get isActive(): boolean {
    return this.#queue.length > 0 || this.#readings.length > 0 || this.#open > 0;
  }

  /** Does the next part of the work; to be called once a second. */
  step(): void {
    const now = this.#model.wallClock();
    const due = this.#readings.filter(({ askedAt }) => now >= askedAt + SETTLE_MS);
    this.#readings = this.#readings.filter(({ askedAt }) => now < askedAt + SETTLE_MS);
    for (const reading of due) this.#use(reading, now);
    if (this.#wanted !== undefined && !this.isActive && now >= this.#startedAt + INTERVAL_MS)
      this.#start(this.#wanted, now);
    else this.#ask();
  }

  #start(scope: ResyncScope, now: number): void {
    this.#wanted = undefined;
    this.#startedAt = now;
    this.#model.counters.resyncs++;
    if (scope !== 'host') {
      this.#begin(scope);
      return;
    }
    this.#open++;
    this.#inquiry.pids((found) => {
      this.#open--;
      this.#begin(found ?? []);
    });
  }

  #begin(scope: readonly number[]): void {
    this.#inScope = new Set(scope);
    const pids = new Set(scope);
    for (const { pid } of this.#model.table.processes()) pids.add(pid);
    this.#queue = [...pids].map((pid) => ({ pid, attempt: 1 }));
    this.#ask();
  }

  #ask(): void {
    for (const { pid, attempt } of this.#queue.splice(0, READ_PER_STEP)) {
      const isNames = !this.#inScope.has(pid) && this.#model.table.process(pid)?.knowledge === 'names';
      const askedAt = this.#model.wallClock();
      this.#open++;
      this.#inquiry.read(pid, isNames ? 'names' : 'full', (read) => {
        this.#open--;
        const isZombie = read?.threads.length === 1 && read.threads[0]?.stat.isZombie === true;
        this.#readings.push({ pid, askedAt, read, isZombie, attempt });
      });
    }
  }

  #use({ pid, askedAt, read, isZombie, attempt }: Reading, now: number): void {
    const { table, counters, loader, recentExits } = this.#model;
    const process = table.process(pid);
    // A thread is read as its process; that one has its own turn.
    if (read && !isZombie && read.pid !== pid) return;
    if (process && process.changedAt >= askedAt) {
      if (attempt < MAX_READINGS) this.#queue.push({ pid, attempt: attempt + 1 });
      return;
    }
    if (!read || isZombie) {
      if (process && (isZombie || !this.#exists(pid))) this.#drop(process, askedAt);
      return;
    }
    if (process && this.#isSame(process, read)) {
      if (correct(process, read, askedAt, this.#model)) {
        counters.corrected++;
        this.#model.hostProcesses?.looked(process);
        this.#model.news.looked(process);
        loader.loadAncestors(process);
      }
      return;
    }
    if (process) {
      counters.replaced++;
      this.#remove(process);
    } else if (recentExits.has(pid, now)) {
      return;
    }
    if (loader.add(read)) counters.found++;
  }

  #drop(process: Process, askedAt: number): void {
    const { table, counters } = this.#model;
    const threads = table.threadsOf(process.pid);
    if (threads.some(({ lastSeen }) => lastSeen > askedAt)) return;
    counters.purged += threads.length;
    this.#remove(process);
  }

  #remove(process: Process): void {
    const { table, news } = this.#model;
    for (const { tid } of table.threadsOf(process.pid)) news.gone(tid);
    table.removeProcess(process);
  }

  #isSame({ pid }: Process, { threads: [main] }: ProcProcess): boolean {
    const known = this.#model.table.thread(pid);
    if (!known || !main || known.cloneTime === 0n) return true;
    const start = this.#model.loader.startMilliseconds(main.stat.startTicks);
    return Math.abs(Number(known.cloneTime / 1_000_000n) - start) < START_TOLERANCE_MS;
  }
}
