/**
 * Brings processes from /proc into the table: all at the start, single ones when an event names a
 * thread that is not known. Keeps the scope: outside it, processes are read by name only. After the start nothing
 * is read here: what is asked for is answered later, see {@link ProcInquiry}.
 */

import type { CgroupSets } from './cgroup-sets.ts';
import type { ProcessCounters } from './counters.ts';
import { type Looks, UNANSWERED } from './looks/looks.ts';
import type { Machine } from './machine.ts';
import { takePlace, takeProgram, takeThreadFacts } from './proc-facts.ts';
import type { ProcInquiry } from './proc-inquiry.ts';
import type { Executable, ProcProcess, ProcReader, ReadDepth } from './proc-reader.ts';
import type { Process } from './process.ts';
import type { ThreadTable } from './thread-table.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Nanoseconds in a clock tick of /proc/PID/stat; 100 a second on every Linux that Lanner runs on. */
const TICK = 10_000_000n;

/** A process that began this much later than the event that names it is another one with the same id. */
const START_TOLERANCE_MS = 1000;

/** No chain of parents is longer; guards against a table that a race has made circular. */
const MAX_ANCESTORS = 4096;

export class ProcessLoader {
  readonly #table: ThreadTable;
  readonly #reader: ProcReader;
  readonly #looks: Looks;
  readonly #hostRoot: string;
  readonly #inquiry: ProcInquiry;
  readonly #cgroups: CgroupSets;
  readonly #bucket: TokenBucket;
  readonly #counters: ProcessCounters;
  readonly #machine: Machine;
  /** How much is read of a process that no event names: all when the whole host is watched. */
  readonly #bystanderDepth: ReadDepth;
  readonly #wallClock: () => number;
  readonly #onLoaded: (process: Process) => void;

  constructor(options: {
    table: ThreadTable;
    reader: ProcReader;
    looks: Looks;
    hostRoot: string;
    inquiry: ProcInquiry;
    cgroups: CgroupSets;
    bucket: TokenBucket;
    counters: ProcessCounters;
    machine: Machine;
    bystanderDepth: ReadDepth;
    /** Milliseconds since the epoch, as the time of events is. */
    wallClock: () => number;
    /** Told of each process that has been read. */
    onLoaded: (process: Process) => void;
  }) {
    this.#table = options.table;
    this.#reader = options.reader;
    this.#looks = options.looks;
    this.#hostRoot = options.hostRoot;
    this.#inquiry = options.inquiry;
    this.#cgroups = options.cgroups;
    this.#bucket = options.bucket;
    this.#counters = options.counters;
    this.#machine = options.machine;
    this.#bystanderDepth = options.bystanderDepth;
    this.#wallClock = options.wallClock;
    this.#onLoaded = options.onLoaded;
  }

  /**
   * Reads these processes in full, and their ancestors as the scope allows, now. Not limited in rate. Of one that
   * does not let itself be read only the name is known then, and the rest is asked for when it acts.
   */
  seed(pids: Iterable<number>): void {
    for (const pid of pids) {
      const read = this.#readNow(pid, 'full');
      const process = read && this.#take(read);
      if (process) this.#seedAncestors(process);
    }
  }

  #seedAncestors(process: Process): void {
    let pid = process.ptid;
    for (let depth = 0; depth < MAX_ANCESTORS && !this.#isKnown(pid); depth++) {
      const read = this.#readNow(pid, this.#bystanderDepth);
      const parent = read && this.#take(read);
      if (!parent) return;
      pid = parent.ptid;
    }
  }

  #readNow(tid: number, depth: ReadDepth): ProcProcess | undefined {
    // What a reading by name opens waits for no file system.
    if (depth === 'names') return this.#reader.read(tid, 'names');
    const read = this.#looks.ask({ kind: 'process', hostRoot: this.#hostRoot, tid, depth });
    return read === UNANSWERED ? this.#reader.read(tid, 'names') : read;
  }

  /**
   * Asks for the process of thread `tid`, which an event at `now` (milliseconds) names as the one that acted, in
   * full, and for its ancestors. `done` is called when all is in the table, with the process, or with `undefined`
   * when it is gone. False, and no call, when there were too many look-ups lately: then a later event may try again.
   */
  lookUpActor(tid: number, now: number, done: (process: Process | undefined) => void): boolean {
    return this.#lookUp(tid, 'full', now, done);
  }

  /** The same for process `pid`, which an event names as a parent. */
  lookUpParent(pid: number, now: number, done: (process: Process | undefined) => void): boolean {
    return this.#lookUp(pid, this.#bystanderDepth, now, done);
  }

  /**
   * Asks for the executable that process `pid` has now; `undefined` when the process of the event at `now`
   * (milliseconds) is gone. False, and no answer, when there were too many look-ups lately.
   */
  executableOf(pid: number, now: number, answer: (found: Executable | undefined) => void): boolean {
    if (!this.#mayLookUp()) return false;
    this.#inquiry.executable(pid, (found) =>
      answer(found && !this.#isLater(found.startTicks, now) ? found : undefined),
    );
    return true;
  }

  /** Asks /proc for the parent that a process has now. */
  refreshParent(process: Process): void {
    if (!this.#mayLookUp()) return;
    this.#inquiry.read(process.pid, 'names', (read) => {
      const main = read?.threads[0];
      if (!main || this.#table.process(process.pid) !== process) return;
      process.ptid = main.status.ppid;
      this.#onLoaded(process);
      this.loadAncestors(process);
    });
  }

  /** Takes up a process that was read; its ancestors are asked for. */
  add(read: ProcProcess): Process | undefined {
    const process = this.#take(read);
    if (process) this.loadAncestors(process);
    return process;
  }

  /** Asks for the ancestors of a process that are not known. */
  loadAncestors(process: Process): void {
    this.#loadAncestors(process, () => {});
  }

  #mayLookUp(): boolean {
    if (this.#inquiry.isBlocked || !this.#bucket.take()) {
      this.#counters.lookupsRefused++;
      return false;
    }
    this.#counters.lookups++;
    return true;
  }

  #lookUp(tid: number, depth: ReadDepth, now: number, done: (process: Process | undefined) => void): boolean {
    if (!this.#mayLookUp()) return false;
    this.#inquiry.read(tid, depth, (read) => {
      const main = read?.threads[0];
      const process =
        read && main && !this.#isLater(main.stat.startTicks, now) ? this.#take(read) : undefined;
      if (process) this.#loadAncestors(process, () => done(process));
      else {
        this.#counters.lookupsFailed++;
        done(undefined);
      }
    });
    return true;
  }

  /** Whether a process that began then is another than the one of an event at `now`. */
  #isLater(startTicks: number, now: number): boolean {
    return this.startMilliseconds(startTicks) > now + START_TOLERANCE_MS;
  }

  /** Milliseconds since the epoch at which a process began. */
  startMilliseconds(startTicks: number): number {
    return Number(this.#startTime(startTicks) / 1_000_000n);
  }

  /** Asks for parent after parent up to one that is known. */
  #loadAncestors(process: Process, done: () => void, depth = 0): void {
    const pid = process.ptid;
    if (depth >= MAX_ANCESTORS || this.#isKnown(pid) || !this.#mayLookUp()) {
      done();
      return;
    }
    this.#inquiry.read(pid, this.#bystanderDepth, (read) => {
      const parent = read && this.#take(read);
      if (parent) this.#loadAncestors(parent, done, depth + 1);
      else done();
    });
  }

  /** Nothing is to be asked of process `pid`: something is known of it, or there is none. */
  #isKnown(pid: number): boolean {
    const known = this.#table.process(pid);
    return pid <= 0 || (known !== undefined && known.knowledge !== 'nothing');
  }

  #startTime(ticks: number): bigint {
    return this.#machine.bootTime + BigInt(ticks) * TICK;
  }

  /** Puts what was read into the table. What events told of a process stays: they know more than /proc. */
  #take(read: ProcProcess): Process | undefined {
    let process: Process | undefined;
    for (const found of read.threads) {
      const { tid } = found;
      const startTime = this.#startTime(found.stat.startTicks);
      const known = this.#table.thread(tid);
      if (known?.pid === read.pid && known.process.knowledge === 'full') {
        process = known.process;
        continue;
      }
      const thread = this.#table.add(tid, read.pid, Number(startTime / 1_000_000n));
      if (!thread) continue;
      takeThreadFacts(thread, found, read.details);
      thread.cloneTime = startTime;
      thread.lastSeen = this.#wallClock();
      process = thread.process;
    }
    if (process && process.knowledge !== 'full') this.#takeFacts(process, read);
    if (process) this.#onLoaded(process);
    return process;
  }

  #takeFacts(process: Process, read: ProcProcess): void {
    const isFull = read.details !== undefined;
    process.lookedUp = isFull;
    process.knowledge = isFull ? 'full' : 'names';
    takePlace(process, read, this.#cgroups);
    takeProgram(process, read);
  }
}
