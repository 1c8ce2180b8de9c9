/**
 * The model of the machine: what runs, who it belongs to, what it is part of. Every event passes
 * through {@link System.learn} before rules see it, and {@link System.settle} after they have.
 */
import process from 'node:process';
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { AcceptedSockets } from './accepted-sockets.ts';
import { learnCapturedBirth } from './captured-clone-events.ts';
import { CapturedMachine } from './captured-machine.ts';
import { endCapturedThread } from './captured-process-end.ts';
import { CgroupSets } from './cgroup-sets.ts';
import { noticeLinks } from './changed-paths.ts';
import { learnOwnBirth } from './clone-events.ts';
import type { ClusterDirectory } from './cluster.ts';
import type { ContainerObserver } from './container.ts';
import type { EventContext, SystemView } from './context.ts';
import { newProcessCounters } from './counters.ts';
import type { Descriptor } from './descriptor.ts';
import { DescriptorEvents } from './descriptor-events.ts';
import { EventClock } from './event-clock.ts';
import { EventContextView } from './event-context.ts';
import { EventTimes } from './event-times.ts';
import type { HostNames } from './host-names.ts';
import { HostProcesses } from './host-processes.ts';
import { formatIp } from './ip.ts';
import { DirectLooks, type Looks } from './looks/looks.ts';
import { LiveMachine, type Machine } from './machine.ts';
import { ModelNews } from './model-news.ts';
import { type FileNames, noticeNewFile } from './other-names.ts';
import { PathResolver } from './path-resolver.ts';
import { introducesThread, makePhantom } from './phantom.ts';
import { PostponedEvents } from './postponed-events.ts';
import { LookInquiry, type ProcInquiry } from './proc-inquiry.ts';
import { ProcReader } from './proc-reader.ts';
import type { Process, ThreadEntry } from './process.ts';
import { endThread, RecentExits } from './process-end.ts';
import { CAPTURED_CHANGES, CHANGES, IS_CLONE, IS_EXEC, SHOWS_IN_PROC } from './process-events.ts';
import { ProcessLoader } from './process-loader.ts';
import type { Change, ProcessModel } from './process-model.ts';
import { askFor, makersOf } from './process-questions.ts';
import { RecordableModel } from './recordable.ts';
import { RecordedMachine } from './recorded-machine.ts';
import { RecordedSnapshot } from './recorded-snapshot.ts';
import { Resync, type ResyncScope } from './resync.ts';
import { Snapshot } from './snapshot.ts';
import {
  DEFAULT_LIMITS,
  type Seed,
  type SystemLimits,
  type SystemOptions,
  type SystemStatistics,
} from './system-options.ts';
import { TextLists } from './text-lists.ts';
import type { Thread } from './thread.ts';
import { ThreadTable } from './thread-table.ts';
import { TokenBucket } from './token-bucket.ts';
import type { UserDatabase } from './users.ts';

export { DEFAULT_LIMITS, type Seed, type SystemLimits, type SystemOptions, type SystemStatistics };

/** The time as events have it: setting the machine's clock does not change it. */
const steadyTime = (): number => performance.timeOrigin + performance.now();

const CGROUP_SETS = 4096;
const TEXT_LISTS = 4096;
const RECENT_EXITS = 8192;
const ACCEPTED_SOCKETS = 65_536;
/** Look-ups of paths in the file system a second; at once after a quiet time, twice as many. */
const RESOLVED_PATHS = 2000;

/** Upkeep looks at so many threads at a time, so that it never holds up events. */
const UPKEEP_THREADS = 1024;

/** The event is of a thread because the thread caused it, or because it tells of the thread. */
const CAUSED = 1;
const NAMED = 2;

/** By event code: {@link CAUSED}, {@link NAMED}, or 0 for events without a thread. */
const HAS_THREAD = Uint8Array.from(EVENT_TYPES, ({ kind, name }) => {
  if (name === 'procinfo') return NAMED;
  return kind === 'SYSCALL' || kind === 'TRACEPOINT' ? CAUSED : 0;
});

export class System implements SystemView {
  /** Takes the state that a capture begins with, when the seed is one. */
  readonly snapshot: Snapshot | undefined;
  /** The same for the state in a recording. */
  readonly recorded: RecordedSnapshot | undefined;
  /** What a recorder writes down. */
  readonly recordable: RecordableModel;
  /** Descriptors by number; live events tell of theirs themselves, and no table is kept. */
  readonly descriptor?: (thread: Thread, fd: number) => Descriptor | undefined;
  readonly descriptors?: (thread: Thread) => Iterable<Descriptor>;

  readonly containers: ContainerObserver | undefined;
  readonly cluster: ClusterDirectory | undefined;
  /** Who looks at the machine's file systems. */
  readonly looks: Looks;

  readonly #machine: Machine;
  readonly #eventClock: EventClock;
  readonly #table: ThreadTable;
  readonly #loader: ProcessLoader;
  readonly #reader: ProcReader;
  readonly #counters = newProcessCounters();
  readonly #recentExits = new RecentExits(RECENT_EXITS);
  readonly #model: ProcessModel;
  readonly #descriptors: DescriptorEvents | undefined;
  readonly #mayLookUp: boolean;
  readonly #news = new ModelNews();
  readonly #fileNames: FileNames | undefined;
  readonly #hosts: HostNames | undefined;
  readonly #resolver: PathResolver | undefined;
  readonly #changes: readonly (Change | undefined)[];
  /** Which processes are in no container, for the kernel; absent of captures. */
  readonly hostProcesses: HostProcesses | undefined;
  readonly #context: EventContextView;
  readonly #inquiry: ProcInquiry;
  /** Events whose process is being looked up; absent where nothing is looked up. */
  readonly #postponed: PostponedEvents | undefined;
  readonly #resync: Resync;
  readonly #limits: SystemLimits;
  #leaving: ThreadEntry | undefined;
  #now = 0;
  /** Threads that are left to look at in this round of upkeep, and when the next one begins. */
  #toLookAt = 0;
  #nextRound = 0;

  /** Builds the model and fills it from /proc as `options.seed` says. */
  static open(options: SystemOptions): System {
    return new System(options);
  }

  private constructor(options: SystemOptions) {
    const { hostRoot = '', seed, clock = () => performance.now(), wallClock = steadyTime } = options;
    this.containers = options.containers;
    this.cluster = options.cluster;
    this.#hosts = options.hosts;
    this.looks = options.looks ?? new DirectLooks();
    if (options.fileNames)
      this.#resolver = new PathResolver({
        ...{ looks: this.looks, hostRoot },
        bucket: new TokenBucket(RESOLVED_PATHS, 2 * RESOLVED_PATHS, clock),
        processesIn: (containerId) => this.#processesIn(containerId),
        clock,
      });
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#limits = limits;
    this.#eventClock = new EventClock(clock);
    const captured = seed.kind === 'capture' ? new CapturedMachine() : undefined;
    const recorded = seed.kind === 'recording' ? new RecordedMachine() : undefined;
    const isFile = captured !== undefined || recorded !== undefined;
    this.#machine =
      captured ??
      recorded ??
      new LiveMachine({
        looks: this.looks,
        hostRoot,
        processesIn: (containerId) => this.#processesIn(containerId),
        containerLimit: limits.containerUsers,
        clock: this.#eventClock.now,
        bootTime: options.bootTime,
      });
    this.#changes = captured ? CAPTURED_CHANGES : CHANGES;
    this.#mayLookUp = limits.lookupsPerSecond > 0 && !isFile;
    if (!isFile) this.hostProcesses = new HostProcesses();
    this.#table = new ThreadTable(limits.threads);
    this.#reader = new ProcReader(hostRoot);
    this.#inquiry = options.inquiry ?? new LookInquiry(hostRoot, this.looks);
    const cgroups = new CgroupSets(CGROUP_SETS, this.containers);
    this.#loader = new ProcessLoader({
      table: this.#table,
      reader: this.#reader,
      ...{ looks: this.looks, hostRoot },
      inquiry: this.#inquiry,
      cgroups,
      bucket: new TokenBucket(limits.lookupsPerSecond, this.#mayLookUp ? limits.lookupBurst : 0, clock),
      counters: this.#counters,
      machine: this.#machine,
      bystanderDepth: seed.kind === 'host' ? 'full' : 'names',
      wallClock,
      onLoaded: (process) => {
        this.#seeContainer(process);
        this.hostProcesses?.looked(process);
        this.#news.looked(process);
      },
    });
    this.#model = {
      table: this.#table,
      loader: this.#loader,
      cgroups,
      texts: new TextLists(TEXT_LISTS),
      counters: this.#counters,
      recentExits: this.#recentExits,
      machine: this.#machine,
      hostProcesses: this.hostProcesses,
      news: this.#news,
      isCapture: captured !== undefined,
      argumentAuthority: options.argumentAuthority ?? (captured ? 'every event' : 'exec'),
      wallClock,
      // Live the probe remembers them, and tells with each event.
      acceptedSockets: new AcceptedSockets(isFile ? ACCEPTED_SOCKETS : 0),
    };
    this.#resync = new Resync(this.#model, this.#inquiry, (pid) => this.#reader.exists(pid));
    if (this.#mayLookUp)
      this.#postponed = new PostponedEvents({
        counters: this.#counters,
        ask: (event, done) => HAS_THREAD[event.code] === CAUSED && askFor(event, this.#model, done),
        leaders: makersOf,
        limits: options.postponed ?? {},
      });
    if (captured) {
      this.#descriptors = new DescriptorEvents(this.#table);
      this.descriptor = (thread, fd) => this.#table.thread(thread.tid)?.process.descriptors?.get(fd);
      this.descriptors = (thread) => this.#openDescriptors(thread);
      this.snapshot = new Snapshot(captured, this.#table, cgroups, this.#descriptors);
    }
    if (recorded)
      this.recorded = new RecordedSnapshot(recorded, this.#table, cgroups, this.#model.acceptedSockets);
    this.#fileNames = options.fileNames;
    this.recordable = new RecordableModel({
      table: this.#table,
      machine: this.#machine,
      acceptedSockets: this.#model.acceptedSockets,
      news: this.#news,
    });
    this.#context = new EventContextView(
      this,
      this.#model.acceptedSockets,
      this.#descriptors,
      this.#fileNames,
      new EventTimes({ skipsMeta: recorded !== undefined }),
      this.#resolver,
      { recorded: () => this.recorded?.names, found: (names) => this.#news.named(names) },
      options.mounts,
    );
    if (seed.kind === 'host') this.#loader.seed(this.#reader.pids());
    if (seed.kind === 'processes') this.#loader.seed(seed.pids);
  }

  /**
   * Whether `event` must wait until its process has been looked up. Then it was copied and comes back through
   * {@link onResumed}; otherwise it is to be learned from now.
   */
  postpone(event: EventCursor): boolean {
    return this.#postponed?.postpone(event) ?? false;
  }

  /** Who takes the events that have waited: to be learned from and judged as if they came now. */
  set onResumed(resume: (event: EventCursor) => void) {
    if (this.#postponed) this.#postponed.resume = resume;
  }

  /** Resolves when no event waits any more, which is soon. */
  async drained(): Promise<void> {
    await this.#postponed?.drained();
  }

  /**
   * Events were lost: compares all that is known of the processes in scope with /proc in the seconds that follow,
   * as {@link upkeep} is called. `scope`: the processes in scope, or `host` for all; what the model knows already
   * is compared in any case.
   */
  resync(scope: ResyncScope): void {
    if (this.#mayLookUp) this.#resync.want(scope);
  }

  /** To be called once a second: finds what lost events have left wrong. */
  upkeep(): void {
    if (!this.#mayLookUp) return;
    this.#resync.step();
    this.#purge();
  }

  /** Forgets what is only remembered to be quick. */
  forgetCaches(): void {
    this.#resolver?.forget();
    this.#model.texts.clear();
    this.#model.cgroups.clear();
  }

  /** Takes no more threads than are known now, and counts those that come beyond; or as many as ever again. */
  freeze(isFrozen: boolean): void {
    this.#table.limit = isFrozen ? Math.min(this.#limits.threads, this.#table.size) : this.#limits.threads;
  }

  /** Ends what runs beside the model. */
  close(): void {
    this.looks.close();
  }

  /** Reads these processes from /proc, before an event names them. */
  meet(pids: readonly number[]): void {
    this.#loader.seed(pids);
    for (const pid of pids) {
      const thread = this.#table.thread(pid);
      if (thread) this.#seeContainer(thread.process);
    }
  }

  /**
   * Learns from `event` and returns it with all that is known at that moment: the same object every
   * time, valid until the next call.
   */
  learn(event: EventCursor): EventContext {
    this.#eventClock.moveOn();
    const thread = this.#threadOf(event);
    if (this.#fileNames) noticeNewFile(event, this.#fileNames);
    if (this.#resolver) noticeLinks(event, thread?.containerId ?? '', this.#resolver);
    this.#context.show(event, thread);
    return this.#context;
  }

  /** Thread that the event is of, after the event has changed the model. */
  #threadOf(event: EventCursor): ThreadEntry | undefined {
    this.#descriptors?.clear();
    switch (HAS_THREAD[event.code]) {
      case CAUSED:
        return this.#learn(event);
      case NAMED:
        return this.#table.thread(event.tid);
      default:
        this.#machine.learn?.(event);
        return undefined;
    }
  }

  #learn(event: EventCursor): ThreadEntry | undefined {
    const { code, tid } = event;
    const now = event.milliseconds;
    this.#now = now;
    if (IS_CLONE[code] === 1 && event.i64(0) === 0) return this.#learnBirth(event);
    let thread = this.#table.thread(tid);
    if (thread === undefined && this.#descriptors && !introducesThread(event)) return undefined;
    if (thread === undefined || (thread.process.knowledge !== 'full' && !thread.process.lookedUp))
      thread = this.#meet(tid, now);
    if (thread === undefined) return undefined;
    const change = this.#changes[code];
    if (change !== undefined) {
      if (SHOWS_IN_PROC[code] === 1) thread.process.changedAt = now;
      change(event, thread, this.#model);
      // An exec may have put another thread in its place.
      thread = this.#table.thread(tid);
      if (thread?.exited) this.#leaving = thread;
      // A container may be gone when someone asks who its users were.
      if (IS_EXEC[code] === 1 && thread?.containerId) {
        this.#seeContainer(thread.process);
        this.users.user(thread.uid, thread.containerId);
      }
    }
    if (thread !== undefined) {
      this.#descriptors?.learn(event, thread);
      thread.lastSeen = now;
    }
    return thread;
  }

  #learnBirth(event: EventCursor): ThreadEntry | undefined {
    if (this.#descriptors) return learnCapturedBirth(event, this.#model);
    const thread = learnOwnBirth(event, this.#model);
    if (thread) this.#seeContainer(thread.process);
    return thread;
  }

  /** What starts a container makes processes in it before the container's own program runs. */
  #seeContainer({ claims }: Process): void {
    for (const { identity, user } of claims) {
      this.containers?.see(identity, user);
      // Who is in a container may name as many others below it as he likes.
      if (this.containers?.get(identity.id)?.knownTo !== undefined) return;
    }
  }

  /** A thread acts of which not all is known, and nobody could be asked. */
  #meet(tid: number, now: number): ThreadEntry | undefined {
    let thread = this.#table.thread(tid);
    if (!thread) {
      thread = this.#table.add(tid, tid, now);
      this.#counters.unknown++;
      if (thread && this.#descriptors) makePhantom(thread);
    }
    if (thread && !this.#mayLookUp) thread.process.lookedUp = true;
    if (thread) this.#seeContainer(thread.process);
    return thread;
  }

  /** To be called when the event that was learned has been judged: forgets what it ended. */
  settle(): void {
    this.#descriptors?.settle();
    if (this.recorded) this.recorded.names = undefined;
    if (this.#leaving !== undefined) {
      const end = this.#descriptors ? endCapturedThread : endThread;
      end(this.#leaving, this.#now, this.#model);
      this.#leaving = undefined;
    }
  }

  /** Removes threads whose exit was lost, some at a time. */
  #purge(): void {
    const now = this.#model.wallClock();
    if (this.#toLookAt <= 0) {
      if (now < this.#nextRound) return;
      this.#nextRound = now + this.#limits.purgeIntervalMs;
      this.#toLookAt = this.#table.size;
    }
    this.#toLookAt -= UPKEEP_THREADS;
    for (const thread of this.#table.sweep(UPKEEP_THREADS)) {
      if (now - thread.lastSeen < this.#limits.unseenMs) continue;
      if (this.#reader.exists(thread.tid)) thread.lastSeen = now;
      else {
        this.#table.remove(thread);
        this.#counters.purged++;
        this.#news.gone(thread.tid);
      }
    }
  }

  /** Reads this very process, which is about to start others that inherit what it has, and its ancestors, now. */
  introduceSelf(): void {
    this.#loader.seed([process.pid]);
  }

  /** Ids of the processes of which all is known that may be: those in scope, and what has acted. */
  *fullyKnown(): Generator<number> {
    for (const { pid, knowledge } of this.#table.processes()) if (knowledge === 'full') yield pid;
  }

  /** Ids of the containers that have processes, or are said to. */
  containersInUse(): Set<ByteString> {
    const ids = new Set<ByteString>();
    for (const { claims } of this.#table.processes()) for (const { identity } of claims) ids.add(identity.id);
    return ids;
  }

  *#processesIn(containerId: ByteString): Generator<number> {
    for (const process of this.#table.processes())
      if (process.container?.id === containerId) yield process.pid;
  }

  thread(tid: number): Thread | undefined {
    return this.#table.thread(tid);
  }

  parent(thread: Thread): Thread | undefined {
    if (thread.ptid <= 0) return undefined;
    // In a capture the parent may be any thread of its process.
    const pid = this.#table.thread(thread.ptid)?.process.pid ?? thread.ptid;
    return this.#table.leader(pid) ?? this.#findParent(thread.pid);
  }

  /** The parent that is known has gone without our seeing it: /proc tells who has taken its place. */
  #findParent(pid: number): Thread | undefined {
    const process = this.#table.process(pid);
    if (!process || process.missingParent === process.ptid || !this.#mayLookUp) return undefined;
    this.#loader.refreshParent(process);
    process.missingParent = process.ptid;
    return this.#table.leader(process.ptid);
  }

  leader(thread: Thread): Thread | undefined {
    return this.#table.leader(thread.pid);
  }

  threads(): Iterable<Thread> {
    return this.#table.threads();
  }

  isLocalAddress(ip: ByteString, containerId = ''): boolean {
    // As in Falco, a container with an address of its own also has the machine's IPv4 ones.
    const own = containerId === '' ? '' : (this.containers?.get(containerId)?.ip ?? '');
    if (own !== '' && ip.length === 4 && this.#machine.isCaptured)
      return formatIp(ip) === own || this.#machine.isOwnAddress(ip, '');
    return this.#machine.isOwnAddress(ip, containerId);
  }

  serviceName(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined {
    return this.#machine.serviceName(port, protocol);
  }

  hostNames(ip: ByteString): readonly ByteString[] {
    const names = this.recorded?.hostNames.get(ip) ?? this.#hosts?.namesOf(ip) ?? [];
    if (this.#hosts) this.#news.resolved(ip, names);
    return names;
  }

  get hostname(): ByteString {
    return this.#machine.hostname;
  }

  get bootTime(): bigint {
    return this.#machine.bootTime;
  }

  get users(): UserDatabase {
    return this.#machine.users;
  }

  /** Open descriptors of each process, by number; of captures alone. */
  *descriptorTables(): Generator<[pid: number, descriptors: Iterable<[number, Descriptor]>]> {
    for (const { pid, descriptors } of this.#table.processes())
      if (descriptors) yield [pid, descriptors.entries()];
  }

  *#openDescriptors(thread: Thread): Generator<Descriptor> {
    const table = this.#table.thread(thread.tid)?.process.descriptors;
    if (table) for (const [, descriptor] of table.entries()) yield descriptor;
  }

  get statistics(): SystemStatistics {
    return {
      threads: this.#table.size,
      processes: this.#table.processCount,
      added: this.#table.added,
      removed: this.#table.removed,
      discarded: this.#table.discarded,
      unresolvedPaths: this.#resolver?.refused ?? 0,
      forgottenLinks: this.#resolver?.links.forgotten ?? 0,
      stuckReadings: this.#inquiry.stuck,
      looksGivenUp: this.looks.statistics.givenUp,
      looksRefused: this.looks.statistics.refused,
      ...this.#counters,
    };
  }
}
