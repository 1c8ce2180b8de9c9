/** The running kernel as a source of events. */
import { setImmediate } from 'node:timers/promises';
import type { ByteString } from '../../events/bytes.ts';
import type { EventFilter } from '../../events/event-filter.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import type { EventSink, EventSource, SourceStatistics } from '../source.ts';
import { KernelSourceError } from './error.ts';
import type { NamedInodes } from './filter-table.ts';
import type { ProcessPlaces } from './host-table.ts';
import { COUNTERS } from './layout.ts';
import { CLOCK_BOOTTIME, clockNanoseconds, threadId, trimMemory, Waiter } from './libbpf.ts';
import { type LossCategory, lossCategory } from './losses.ts';
import { deliverMerged } from './merge.ts';
import { Probe } from './probe.ts';
import { RingBuffer } from './ring-buffer.ts';
import { descendants, processParents, type Scope, threadsOf } from './scope.ts';
import { giveMemoryBack } from './spare-memory.ts';
import { WallClock } from './wall-clock.ts';

export { KernelSourceError, type KernelSourceErrorCode } from './error.ts';
export type { LossCategory } from './losses.ts';
export type { Scope } from './scope.ts';

const DEFAULT_BUFFER_SIZE = 8 << 20;
/** Events delivered before timers and I/O get their turn. */
const EVENTS_PER_TURN = 8192;

export interface KernelSourceOptions {
  readonly scope: Scope;
  /** Bytes of each CPU's ring buffer: a power of two, at least a page. 8 MiB unless told. */
  readonly bufferSize?: number;
  /** Bytes that are kept of data which is sent or received; 80 unless told, and 4095 at most. */
  readonly dataLimit?: number;
  /** Names of the events to deliver; all that the probe knows when absent. */
  readonly eventNames?: ReadonlySet<string>;
  /** Takes lines for people who look for a fault. */
  readonly debug?: (line: string) => void;
  /** Path of the probe's object file. */
  readonly probeFile?: string;
}

export interface KernelStatistics extends SourceStatistics {
  /** Lost events by Falco's categories; together they are all lost events. */
  readonly lostByCategory: ReadonlyMap<LossCategory, number>;
  /** Events that the probe has handed over, delivered yet or not. */
  readonly emitted: number;
  /** Events that the probe left out, since nobody wants them, by name. */
  readonly filtered: ReadonlyMap<string, number>;
  /** System calls that the probe passed over: of 32-bit ARM, and with numbers that other interfaces lack. */
  readonly compatCalls: number;
  /** Threads that the full map of watched threads could not take: their events are missing. */
  readonly unwatchedThreads: number;
  /** Requests of io_uring that were told when they were made, without a result: too many were under way. */
  readonly earlyRequests: number;
}

/** Why an event was lost: the buffer was full, its CPU was at work on another one, or it was too large. */
export type LossCause = 'full' | 'busy' | 'oversize';

const LOSS_CAUSES: readonly LossCause[] = ['full', 'busy', 'oversize'];

/** Lost events of one type. */
export interface Loss {
  readonly event: string;
  readonly cause: LossCause;
  readonly count: number;
}

/** What the probe has counted on one CPU. */
export interface CpuCounts {
  readonly emitted: number;
  readonly lost: number;
}

/**
 * Loads the probe, attaches it, and finds the processes in scope. Events are collected from then on.
 * Throws a KernelSourceError; nothing stays attached then.
 */
export async function openKernelSource(options: KernelSourceOptions): Promise<KernelSource> {
  const probe = new Probe({
    ...options,
    bufferSize: options.bufferSize ?? DEFAULT_BUFFER_SIZE,
    debug: options.debug ?? (() => {}),
  });
  probe.attach(options.debug ?? (() => {}));
  try {
    if (options.scope.kind === 'processes') watchRunning(probe, options.scope.pids);
    // libbpf has read all types of the kernel, and V8 has compiled: 15 MB that nobody needs any more.
    trimMemory();
    return new KernelSource(probe);
  } catch (error) {
    probe.close();
    throw error;
  }
}

/**
 * Watches running processes and all that descend from them. The fork program is attached already, so a
 * child that is missed by one look is seen by the next: done when a look finds nothing new.
 */
function watchRunning(probe: Probe, pids: readonly number[]): void {
  const known = new Map<number, number>();
  for (const pid of pids)
    if (threadsOf(pid).length === 0) throw new KernelSourceError('BAD_SCOPE', `there is no process ${pid}`);
  for (let added = pids.length; added > 0; ) {
    added = 0;
    for (const pid of descendants(pids, processParents())) {
      for (const tid of threadsOf(pid)) {
        if (known.has(tid)) continue;
        known.set(tid, pid);
        probe.watch(tid, pid);
        added++;
      }
    }
  }
  // One that ended between our look and its entry has not removed itself.
  for (const [tid, pid] of known) if (!threadsOf(pid).includes(tid)) probe.unwatch(tid);
}

/** What those see who watch the kernel. */
export type WatchedKernel = Pick<KernelSource, keyof KernelSource>;

export class KernelSource implements EventSource {
  readonly name = 'syscall';
  readonly #probe: Probe;
  readonly #rings: readonly RingBuffer[];
  readonly #waiter: Waiter;
  readonly #base: bigint;
  readonly #wallClock: WallClock;
  #delivered = 0;
  #stopping = false;
  #closed = false;
  /** The last statistics, kept when the source is closed. */
  #final: KernelStatistics | undefined;

  constructor(probe: Probe) {
    this.#probe = probe;
    this.#base = clockNanoseconds(CLOCK_BOOTTIME) + probe.epochOffset;
    this.#wallClock = new WallClock(probe.epochOffset);
    this.#rings = probe.rings.map((ring) => new RingBuffer(ring, ring.cpu, this.#base));
    this.#waiter = new Waiter(probe.rings.map(({ fd }) => fd));
  }

  /**
   * Delivers events until `stop`. Order: an event never comes before one that happened before it, as far
   * as the one can know of the other; events of two CPUs at the same moment may come in either order.
   */
  async run(sink: EventSink): Promise<void> {
    while (!this.#closed) {
      const stopping = this.#stopping;
      const count = this.#deliver(sink);
      // An event that is newer than our look at the clock has not been delivered, and wakes nobody again.
      if (count > 0 || this.#rings.some((ring) => ring.peek())) await setImmediate();
      else if (stopping) return;
      else await this.#waiter.wait();
    }
  }

  /**
   * Collects these events from now on, and no others; what has been collected is still delivered. Returns those
   * that cannot be collected without a restart.
   */
  ask(eventNames: ReadonlySet<string>): readonly string[] {
    return this.#closed ? [] : this.#probe.ask(eventNames);
  }

  /** When the machine started by the clock that stamps the events, nanoseconds since the epoch. */
  get bootTime(): bigint | undefined {
    return this.#probe.epochOffset;
  }

  /** Gives memory back that something large has left behind. Takes some milliseconds. */
  trim(): void {
    giveMemoryBack();
  }

  /**
   * Leaves out events that the filters tell nobody wants. `inodes`: names that rules have for files, which count under
   * whichever name these are opened. Without filters everything passes.
   */
  filter(filters: readonly EventFilter[] | undefined, inodes: NamedInodes = new Map()): void {
    if (this.#closed) return;
    if (filters === undefined) this.#probe.filters.open();
    else this.#probe.filters.use(filters, inodes);
  }

  /** Names of threads that ran before the source was opened, as far as no event has told them. */
  knowNames(threads: Iterable<{ readonly tid: number; readonly comm: ByteString }>): void {
    if (this.#closed) return;
    for (const { tid, comm } of threads) this.#probe.filters.nameThread(tid, comm);
  }

  /** Which processes are in no container. */
  placeProcesses(places: ProcessPlaces): void {
    if (!this.#closed) this.#probe.hosts.place(places);
  }

  /** A file has these names for rules from now on. */
  meetInode(inode: number, names: readonly ByteString[]): void {
    if (!this.#closed) this.#probe.filters.meet(inode, names);
  }

  /** Replaces all such files. */
  knowInodes(inodes: NamedInodes): void {
    if (!this.#closed && !this.#probe.filters.know(inodes)) this.#probe.filters.open();
  }

  /** Detaches the probe, so that nothing new comes, and lets `run` deliver what has been collected. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#probe.detach();
    this.#waiter.wake();
  }

  close(): void {
    if (this.#closed) return;
    this.stop();
    this.#final = this.statistics;
    this.#closed = true;
    this.#waiter.close();
    this.#probe.close();
  }

  /**
   * Calls `spawn`; processes that the calling thread starts meanwhile are in scope from their first
   * moment. For sources whose scope is `processes`.
   */
  spawnInScope<T>(spawn: () => T): T {
    const tid = threadId();
    this.#probe.adopt(tid);
    try {
      return spawn();
    } finally {
      this.#probe.endAdoption(tid);
    }
  }

  /** Events that were asked for and that this kernel cannot tell. */
  get missingEvents(): readonly string[] {
    return this.#probe.missingEvents;
  }

  /** Adds running processes, and all that descends from them, to a scope of the kind `processes`. */
  watch(pids: readonly number[]): void {
    watchRunning(this.#probe, pids);
  }

  /** Whether requests of io_uring are seen, which takes Linux 6.0. */
  get watchesUring(): boolean {
    return this.#probe.watchesUring;
  }

  /** Ids of the processes in scope at this moment; empty when all have ended. Of scope `processes` only. */
  scopedPids(): readonly number[] {
    return this.#closed ? [] : this.#probe.watchedProcesses();
  }

  /** Lost events since the start, by type and cause; empty when the source is closed. */
  losses(): readonly Loss[] {
    if (this.#closed) return [];
    return LOSS_CAUSES.flatMap((cause) =>
      [...sumBy(this.#probe.countsByCode(COUNTERS[cause]), eventName)].map(([event, count]) => ({
        event,
        cause,
        count,
      })),
    );
  }

  /** Counts since the start, by the number of the CPU; empty when the source is closed. */
  countsByCpu(): readonly CpuCounts[] {
    if (this.#closed) return [];
    const lost = this.#probe.countsByCpu(COUNTERS.full, COUNTERS.busy, COUNTERS.oversize);
    return this.#probe
      .countsByCpu(COUNTERS.emitted)
      .map((emitted, cpu) => ({ emitted, lost: lost[cpu] as number }));
  }

  get statistics(): KernelStatistics {
    if (this.#final) return this.#final;
    const lost = this.#probe.countsByCode(COUNTERS.full, COUNTERS.busy, COUNTERS.oversize);
    const emitted = this.#probe.countsByCode(COUNTERS.emitted);
    return {
      delivered: this.#delivered,
      lost: sumBy(lost, eventName),
      lostByCategory: sumBy(lost, lossCategory),
      emitted: [...emitted.values()].reduce((sum, count) => sum + count, 0),
      filtered: sumBy(this.#probe.countsByCode(COUNTERS.filtered), eventName),
      compatCalls: this.#probe.counter(COUNTERS.compat),
      unwatchedThreads: this.#probe.counter(COUNTERS.scopeFull),
      earlyRequests: this.#probe.counter(COUNTERS.requestsFull),
    };
  }

  #deliver(sink: EventSink): number {
    const now = Number(clockNanoseconds(CLOCK_BOOTTIME) + this.#probe.epochOffset - this.#base);
    const correction = this.#wallClock.correction(now);
    return deliverMerged(this.#rings, now, EVENTS_PER_TURN, (event) => {
      event.number = ++this.#delivered;
      event.clockCorrection = correction;
      sink(event);
    });
  }
}

function eventName(code: number): string {
  return EVENT_TYPES[code]?.name ?? 'unknown';
}

function sumBy<Key>(counts: ReadonlyMap<number, number>, key: (code: number) => Key): Map<Key, number> {
  const sums = new Map<Key, number>();
  for (const [code, count] of counts) sums.set(key(code), (sums.get(key(code)) ?? 0) + count);
  return sums;
}
