/** A process as the model keeps it: the facts that its threads share, and its threads. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { type CgroupSet, type NamedContainers, NO_CGROUPS } from './cgroup-sets.ts';
import type { ContainerIdentity } from './containers/cgroup-id.ts';
import type { ContainerClaim } from './containers/claims.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { Suspicion } from './lost-exec.ts';
import { NO_EXECUTABLE_FACTS } from './proc-reader.ts';
import type { ExecutableFacts, ExecutableTimes, Thread } from './thread.ts';

/** Working directory of a thread that is not known, as Falco has it. */
export const PHANTOM_DIRECTORY = './';

const NO_STRINGS: readonly ByteString[] = Object.freeze([]);

/**
 * How much is known of a process: nothing but ids, the names that a scoped capture may read, or all.
 * It only grows, until the process is replaced by another of the same id.
 */
export type Knowledge = 'nothing' | 'names' | 'full';

export class Process {
  readonly pid: number;
  ptid = 0;
  knowledge: Knowledge = 'nothing';
  /** A look-up in /proc has been made and need not be repeated: either it succeeded or the process was gone. */
  lookedUp = false;
  /** Milliseconds of the last exec that was seen; 0 for none. */
  execTime = 0;
  /** Milliseconds of the last event that changed it. */
  changedAt = 0;
  /** Thread that gets the children when the process ends; 0 when it has none, negative when unknown. */
  reaper = 0;
  /** The parent's id for which a search found none; 0 before any search. */
  missingParent = 0;
  /** In captures: the parent, while it is known. */
  parent: ThreadEntry | undefined;
  /** It may run another program than is known; `undefined` as long as there is no reason to think so. */
  suspicion: Suspicion | undefined;
  /** It has given itself other addresses of arguments or another executable, see PR_SET_MM in prctl(2). */
  hasNewLayout = false;
  /** The kernel may call another executable its own than the one that it runs: PR_SET_MM_EXE_FILE and PR_SET_MM_MAP. */
  hasNewExecutable = false;
  /** False when what it began with is from its parent, which may not be the process that made it. */
  isMakerSure = true;
  /** It asked for the children of its children, see prctl(2). */
  isSubreaper = false;
  threadCount = 0;
  /** Ids of the threads beside the main one. */
  otherThreads: Set<number> | undefined;

  vpid: number;
  sid = 0;
  pgid = 0;
  vpgid = 0;
  exe: ByteString = '';
  exepath: ByteString = '';
  args: readonly ByteString[] = NO_STRINGS;
  env: readonly ByteString[] = NO_STRINGS;
  cwd: ByteString = '';
  executable: ExecutableFacts = NO_EXECUTABLE_FACTS;
  tty = 0;
  cgroups: CgroupSet = NO_CGROUPS;
  pidNamespaceStart = 0n;
  fdLimit = -1;
  /** Open descriptors; only captures need a table, live events tell themselves. */
  descriptors: DescriptorTable | undefined;

  constructor(pid: number) {
    this.pid = pid;
    this.vpid = pid;
  }

  get container(): ContainerIdentity | undefined {
    return this.containerOf(this.cgroups);
  }

  /** All that its control groups name, from the outermost to the innermost. */
  get claims(): readonly ContainerClaim[] {
    return this.#namedBy(this.cgroups).claims;
  }

  /** The container of a thread that is in these control groups. */
  containerOf(cgroups: CgroupSet): ContainerIdentity | undefined {
    return this.#namedBy(cgroups).believed;
  }

  #namedBy(cgroups: CgroupSet): NamedContainers {
    return this.vpid === this.pid ? cgroups.containers : cgroups.containersInPidNamespace;
  }

  /** Take over what a new process has from the one that made it; what it knows better is set afterwards. */
  inherit(parent: Process): void {
    this.knowledge = parent.knowledge;
    this.suspicion = parent.suspicion && 'look';
    this.isMakerSure = parent.suspicion === undefined || parent.isMakerSure;
    this.hasNewLayout = parent.hasNewLayout;
    this.hasNewExecutable = parent.hasNewExecutable;
    this.sid = parent.sid;
    this.pgid = parent.pgid;
    this.vpgid = parent.vpgid;
    this.exe = parent.exe;
    this.exepath = parent.exepath;
    this.args = parent.args;
    this.env = parent.env;
    this.cwd = parent.cwd;
    this.executable = parent.executable;
    this.tty = parent.tty;
    this.cgroups = parent.cgroups;
    this.pidNamespaceStart = parent.pidNamespaceStart;
    this.fdLimit = parent.fdLimit;
    this.descriptors = parent.descriptors?.copy();
  }
}

/** What a thread may have of its own in captures. */
export interface ToldFacts {
  readonly exe: ByteString;
  readonly args: readonly ByteString[];
  readonly cgroups?: CgroupSet;
}

/** A thread with the facts of its process. */
export class ThreadEntry implements Thread {
  readonly tid: number;
  readonly process: Process;
  vtid: number;
  comm: ByteString = '';
  uid = 0;
  gid = 0;
  loginuid = -1;
  capEffective = 0n;
  capPermitted = 0n;
  capInheritable = 0n;
  cloneTime = 0n;
  /** Milliseconds since the epoch when the thread began, or when the model first heard of it. */
  since: number;
  vmSize = 0;
  vmRss = 0;
  vmSwap = 0;
  majorFaults = 0;
  minorFaults = 0;
  lastSeen: number;
  exited = false;
  /** In captures: the event that entered the call which the thread is in. */
  entered: EventCursor | undefined;
  /** In captures: the processes whose parent it is. */
  children: Set<Process> | undefined;
  /** In captures: nothing but the id is known, and Falco says so of it. */
  isPhantom = false;
  /** In captures: made by its own clone event, before its parent's came. */
  isInverted = false;
  /** In captures: what its clone event told, where that is something else than its process's. */
  told: ToldFacts | undefined;
  executableTimes: ExecutableTimes | undefined;

  constructor(tid: number, process: Process, now: number) {
    this.tid = tid;
    this.vtid = tid;
    this.process = process;
    this.since = now;
    this.lastSeen = now;
  }

  /** As {@link Process.inherit}, for the facts that each thread has of its own. */
  inherit(parent: ThreadEntry): void {
    this.comm = parent.comm;
    this.uid = parent.uid;
    this.gid = parent.gid;
    this.loginuid = parent.loginuid;
    this.capEffective = parent.capEffective;
    this.capPermitted = parent.capPermitted;
    this.capInheritable = parent.capInheritable;
    if (parent.executableTimes) this.executableTimes = { ...parent.executableTimes, sinceNamespace: 0n };
  }

  get pid(): number {
    return this.isPhantom ? -1 : this.process.pid;
  }
  get ptid(): number {
    return this.process.ptid;
  }
  get vpid(): number {
    return this.process.vpid;
  }
  get sid(): number {
    return this.process.sid;
  }
  get pgid(): number {
    return this.process.pgid;
  }
  get vpgid(): number {
    return this.process.vpgid;
  }
  get exe(): ByteString {
    return this.told ? this.told.exe : this.process.exe;
  }
  get exepath(): ByteString {
    return this.process.exepath;
  }
  get args(): readonly ByteString[] {
    return this.told ? this.told.args : this.process.args;
  }
  get env(): readonly ByteString[] {
    return this.process.env;
  }
  get cwd(): ByteString {
    return this.isPhantom ? PHANTOM_DIRECTORY : this.process.cwd;
  }
  get executable(): ExecutableFacts {
    return this.process.executable;
  }
  get tty(): number {
    return this.process.tty;
  }
  get cgroups(): readonly ByteString[] {
    return (this.told?.cgroups ?? this.process.cgroups).paths;
  }
  get containerId(): ByteString {
    return this.#container()?.id ?? '';
  }
  get containerType(): ByteString {
    return this.#container()?.engine ?? 'host';
  }
  #container(): ContainerIdentity | undefined {
    const { process, told } = this;
    return told?.cgroups ? process.containerOf(told.cgroups) : process.container;
  }
  get pidNamespaceStart(): bigint {
    return this.process.pidNamespaceStart;
  }
  get fdLimit(): number {
    return this.process.fdLimit;
  }
}
