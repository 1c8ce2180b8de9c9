/**
 * Brings processes from /proc into the table: all at the start, single ones when an event names a
 * thread that is not known. Keeps the scope: outside it, processes are read by name only.
 */

import type { ByteString } from '../events/bytes.ts';
import type { CgroupSets } from './cgroup-sets.ts';
import type { ProcessCounters } from './counters.ts';
import type { Machine } from './machine.ts';
import type { ProcProcess, ProcReader, ReadDepth } from './proc-reader.ts';
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
  readonly #cgroups: CgroupSets;
  readonly #bucket: TokenBucket;
  readonly #counters: ProcessCounters;
  readonly #machine: Machine;
  /** How much is read of a process that no event names: all when the whole host is watched. */
  readonly #bystanderDepth: ReadDepth;

  constructor(options: {
    table: ThreadTable;
    reader: ProcReader;
    cgroups: CgroupSets;
    bucket: TokenBucket;
    counters: ProcessCounters;
    machine: Machine;
    bystanderDepth: ReadDepth;
  }) {
    this.#table = options.table;
    this.#reader = options.reader;
    this.#cgroups = options.cgroups;
    this.#bucket = options.bucket;
    this.#counters = options.counters;
    this.#machine = options.machine;
    this.#bystanderDepth = options.bystanderDepth;
  }

  /** Reads these processes in full, and their ancestors as the scope allows. Not limited in rate. */
  seed(pids: Iterable<number>): void {
    for (const pid of pids) {
      const read = this.#reader.read(pid, 'full');
      const process = read && this.#take(read);
      if (process) this.#loadAncestors(process, () => true);
    }
  }

  /**
   * Reads the process of thread `tid`, which an event at `now` (milliseconds) names as the one that
   * acted, in full. False when there were too many look-ups lately: then a later event may try again.
   */
  lookUpActor(tid: number, now: number): boolean {
    if (!this.#mayLookUp()) return false;
    const process = this.#lookUp(tid, 'full', now);
    if (process) this.#loadAncestors(process, () => this.#mayLookUp());
    else this.#counters.lookupsFailed++;
    return true;
  }

  /** Process `pid`, which an event names as a parent. */
  lookUpParent(pid: number, now: number): Process | undefined {
    if (!this.#mayLookUp()) return undefined;
    const process = this.#lookUp(pid, this.#bystanderDepth, now);
    if (process) this.#loadAncestors(process, () => this.#mayLookUp());
    return process;
  }

  /**
   * The executable that process `pid` has now. `refused` when there were too many look-ups lately;
   * `undefined` when the process of the event at `now` (milliseconds) is gone.
   */
  executableOf(pid: number, now: number): { path: ByteString; inode: bigint } | 'refused' | undefined {
    if (!this.#mayLookUp()) return 'refused';
    const seen = this.#reader.executable(pid);
    return seen && !this.#isLater(seen.startTicks, now) ? seen : undefined;
  }

  /** Asks /proc for the parent that a process has now. */
  refreshParent(process: Process): void {
    if (!this.#mayLookUp()) return;
    const read = this.#reader.read(process.pid, 'names');
    if (!read?.threads[0]) return;
    process.ptid = read.threads[0].status.ppid;
    this.#loadAncestors(process, () => this.#mayLookUp());
  }

  #mayLookUp(): boolean {
    if (!this.#bucket.take()) {
      this.#counters.lookupsRefused++;
      return false;
    }
    this.#counters.lookups++;
    return true;
  }

  #lookUp(tid: number, depth: ReadDepth, now: number): Process | undefined {
    const read = this.#reader.read(tid, depth);
    const main = read?.threads[0];
    if (!read || !main) return undefined;
    return this.#isLater(main.stat.startTicks, now) ? undefined : this.#take(read);
  }

  /** Whether a process that began then is another than the one of an event at `now`. */
  #isLater(startTicks: number, now: number): boolean {
    return Number(this.#startTime(startTicks) / 1_000_000n) > now + START_TOLERANCE_MS;
  }

  /** Reads parent after parent up to one that is known. */
  #loadAncestors(process: Process, mayLookUp: () => boolean): void {
    let pid = process.ptid;
    for (let depth = 0; depth < MAX_ANCESTORS && pid > 0; depth++) {
      const known = this.#table.process(pid);
      if (known && known.knowledge !== 'nothing') return;
      if (!mayLookUp()) return;
      const read = this.#reader.read(pid, this.#bystanderDepth);
      const parent = read && this.#take(read);
      if (!parent) return;
      pid = parent.ptid;
    }
  }

  #startTime(ticks: number): bigint {
    return this.#machine.bootTime + BigInt(ticks) * TICK;
  }

  /** Puts what was read into the table. What events told of a process stays: they know more than /proc. */
  #take(read: ProcProcess): Process | undefined {
    let process: Process | undefined;
    for (const { tid, stat, status } of read.threads) {
      const startTime = this.#startTime(stat.startTicks);
      const known = this.#table.thread(tid);
      if (known?.pid === read.pid && known.process.knowledge === 'full') {
        process = known.process;
        continue;
      }
      const thread = this.#table.add(tid, read.pid, Number(startTime / 1_000_000n));
      if (!thread) continue;
      thread.vtid = status.vtid;
      thread.comm = stat.comm;
      thread.uid = status.uid;
      thread.gid = status.gid;
      thread.loginuid = read.details?.loginuid ?? -1;
      thread.capEffective = status.capEffective;
      thread.capPermitted = status.capPermitted;
      thread.capInheritable = status.capInheritable;
      thread.cloneTime = startTime;
      thread.lastSeen = Date.now();
      thread.vmSize = status.vmSize;
      thread.vmRss = status.vmRss;
      thread.vmSwap = status.vmSwap;
      thread.majorFaults = stat.majorFaults;
      thread.minorFaults = stat.minorFaults;
      process = thread.process;
    }
    if (process && process.knowledge !== 'full') this.#takeFacts(process, read);
    return process;
  }

  #takeFacts(process: Process, { threads: [main], details }: ProcProcess): void {
    if (!main) return;
    const { stat, status } = main;
    process.lookedUp = details !== undefined;
    process.knowledge = details ? 'full' : 'names';
    process.ptid = status.ppid;
    process.vpid = status.vpid;
    process.pgid = stat.pgid;
    process.sid = status.vsid || stat.sid;
    process.vpgid = status.vpgid || stat.pgid;
    process.tty = stat.tty;
    if (!details) return;
    const [exe, ...args] = details.argv;
    // Falco's scan calls a process without arguments (a kernel thread) by its name.
    process.exe = exe ?? stat.comm;
    process.args = args;
    process.env = details.env;
    process.exepath = details.exepath;
    process.executable = details.executable;
    process.cwd = details.cwd === '' || details.cwd.endsWith('/') ? details.cwd : `${details.cwd}/`;
    process.cgroups = this.#cgroups.of(details.cgroups.join('\0'));
    process.fdLimit = details.fdLimit;
  }
}
