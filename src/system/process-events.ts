/**
 * How events change the process table. One function for each kind of change; which event calls which
 * stands in the table at the end. Parameter numbers are those of the event table.
 */
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES, eventCodes } from '../events/table.ts';
import type { CgroupSets } from './cgroup-sets.ts';
import type { ProcessCounters } from './counters.ts';
import { descriptorPath } from './event-descriptor.ts';
import { joinPath } from './paths.ts';
import type { Process, ThreadEntry } from './process.ts';
import { REAPER_UNKNOWN, type RecentExits } from './process-end.ts';
import type { ProcessLoader } from './process-loader.ts';
import type { ThreadTable } from './thread-table.ts';

/** What the functions here work on. */
export interface ProcessModel {
  readonly table: ThreadTable;
  readonly loader: ProcessLoader;
  readonly cgroups: CgroupSets;
  readonly counters: ProcessCounters;
  readonly recentExits: RecentExits;
  readonly bootTime: bigint;
}

/** Changes the model by an event of `thread`. */
type Change = (event: EventCursor, thread: ThreadEntry, model: ProcessModel) => void;

/** Bits of the `flags` parameter of clone (symbols.ts, cloneFlags). */
const CLONE_NEWPID = 1 << 6;
const CLONE_PARENT = 1 << 8;
const CLONE_THREAD = 1 << 13;
const CLONE_NEWUSER = 1 << 20;
const CLONE_VFORK = 1 << 27;
const CLONE_CHILD_IN_PIDNS = 1 << 29;

/** Bits of the `flags` parameter of execve (symbols.ts, execveFlags). */
const EXE_WRITABLE = 1;
const EXE_UPPER_LAYER = 2;
const EXE_FROM_MEMFD = 4;
const EXE_LOWER_LAYER = 8;

/** Both sides report a clone; what they say belongs together when it is not further apart than this. */
const SAME_CLONE_MS = 2000;

const PR_SET_NAME = 15;
const COMM_LENGTH = 15;

/** `(uid_t)-1`: leave as it is. */
const UNCHANGED = 0xffff_ffff;

/** What a process has in a user namespace that it made or entered: all 41 capabilities. */
const ALL_CAPABILITIES = (1n << 41n) - 1n;

/** Indices of parameters that execve, execveat and the clone family share. */
const RES = 0;
const EXE = 1;
const ARGS = 2;
const PID = 4;
const PTID = 5;
const CWD = 6;
const FDLIMIT = 7;
const COMM = 13;
const CGROUPS = 14;
/** Of the clone family. */
const FLAGS = 15;

/**
 * The thread that an event of the clone family with result 0 belongs to: the child itself, seen for
 * the first time or already made by its parent's event. `undefined` when the table is full.
 */
export function learnOwnBirth(event: EventCursor, model: ProcessModel): ThreadEntry | undefined {
  const { table } = model;
  const tid = event.tid;
  const pid = event.i64(PID) ?? tid;
  const ptid = event.i64(PTID) ?? 0;
  const now = event.milliseconds;
  let thread: ThreadEntry | undefined = table.thread(tid);
  if (thread && (thread.pid !== pid || !isOfThisClone(thread, now))) {
    removeLeftover(thread, model);
    thread = undefined;
  }
  if (!thread) {
    const parent = pid === tid ? parentProcess(ptid, now, model) : table.process(pid);
    thread = table.add(tid, pid, now);
    if (!thread) return undefined;
    inheritFrom(parent && table.leader(parent.pid), thread);
    thread.cloneTime = event.timestamp;
  }
  const { process } = thread;
  thread.vtid = event.i64(18) ?? tid;
  process.vpid = event.i64(19) ?? pid;
  process.ptid = ptid;
  const start = event.u64(20);
  if (thread.vtid === tid) process.pidNamespaceStart = model.bootTime;
  else if (start !== undefined) process.pidNamespaceStart = model.bootTime + start;
  takeCloneFacts(event, thread, model);
  return thread;
}

/** An event of the clone family as its caller sees it. A result above 0 is the child's id. */
function learnClone(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  const child = event.i64(RES) ?? -1;
  if (child <= 0) return;
  healCaller(event, caller, model);
  const flags = event.u32(FLAGS) ?? 0;
  // The result is an id of the caller's pid namespace. Only the child's own event tells the real one.
  if ((flags & CLONE_CHILD_IN_PIDNS) !== 0 || caller.vtid !== caller.tid) return;
  const now = event.milliseconds;
  if (model.recentExits.has(child, now)) return;
  const known = model.table.thread(child);
  if (known) {
    // After vfork this event comes late: the child has run on, perhaps for long.
    if (isVfork(event, flags) || isOfThisClone(known, now)) return;
    removeLeftover(known, model);
  }
  const isThread = (flags & CLONE_THREAD) !== 0;
  const thread = model.table.add(child, isThread ? caller.pid : child, now);
  if (!thread) return;
  inheritFrom(caller, thread);
  thread.cloneTime = event.timestamp;
  if (!isThread) {
    const { process } = thread;
    process.ptid = (flags & CLONE_PARENT) !== 0 ? caller.ptid : caller.pid;
    if ((flags & CLONE_NEWPID) !== 0) {
      thread.vtid = 1;
      process.vpid = 1;
    }
  }
  takeCloneFacts(event, thread, model);
}

/** What an event of the clone family says of the new thread; the caller's event says the same. */
function takeCloneFacts(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  thread.comm = event.text(COMM) || thread.comm;
  thread.uid = event.u32(16) ?? thread.uid;
  thread.gid = event.u32(17) ?? thread.gid;
  const { process } = thread;
  // A further thread adds nothing to what is known of its process.
  if (thread.tid !== process.pid && process.exe !== '') return;
  process.exe = event.text(EXE) ?? '';
  process.args = event.texts(ARGS) ?? [];
  takeSharedFacts(event, thread, model);
}

/** What execve and the clone family have in common, at the same indices. */
function takeSharedFacts(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  const { process } = thread;
  const cwd = event.text(CWD);
  if (cwd) setDirectory(process, cwd);
  process.fdLimit = event.i64(FDLIMIT) ?? process.fdLimit;
  thread.majorFaults = event.i64(8) ?? thread.majorFaults;
  thread.minorFaults = event.i64(9) ?? thread.minorFaults;
  process.vmSize = event.u32(10) ?? process.vmSize;
  process.vmRss = event.u32(11) ?? process.vmRss;
  process.vmSwap = event.u32(12) ?? process.vmSwap;
  if (event.sizeOf(CGROUPS) > 0)
    process.cgroups = model.cgroups.of(event.raw(CGROUPS)?.toString('latin1') ?? '');
}

/** execve and execveat. The event carries nearly all that there is to know, so it heals what was lost. */
function learnExec(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const pid = event.i64(PID) ?? caller.pid;
  const thread = caller.pid === pid ? caller : model.table.add(caller.tid, pid, event.milliseconds);
  if (!thread) return;
  // A thread that takes the place of a main thread that had already ended.
  thread.exited = false;
  const { process } = thread;
  if (process.threadCount > 1) removeOtherThreads(thread, model);
  process.ptid = event.i64(PTID) ?? process.ptid;
  if (process.knowledge !== 'full') {
    const parent = parentProcess(process.ptid, event.milliseconds, model);
    process.sid ||= parent?.sid ?? 0;
    process.cwd ||= parent?.cwd ?? '';
    if (process.lookedUp) model.counters.healed++;
    process.knowledge = 'full';
  }
  process.execTime = event.milliseconds;
  process.exe = event.text(EXE) ?? '';
  process.args = event.texts(ARGS) ?? [];
  thread.comm = event.text(COMM) || process.exe;
  takeSharedFacts(event, thread, model);
  process.env = event.texts(15) ?? process.env;
  process.tty = event.u32(16) ?? process.tty;
  process.vpgid = event.i64(17) ?? process.vpgid;
  const loginuid = event.u32(18);
  if (loginuid !== undefined) thread.loginuid = loginuid === UNCHANGED ? -1 : loginuid;
  thread.capInheritable = event.u64(20) ?? thread.capInheritable;
  thread.capPermitted = event.u64(21) ?? thread.capPermitted;
  thread.capEffective = event.u64(22) ?? thread.capEffective;
  const flags = event.u32(19) ?? 0;
  process.executable = {
    writable: (flags & EXE_WRITABLE) !== 0,
    upperLayer: (flags & EXE_UPPER_LAYER) !== 0,
    lowerLayer: (flags & EXE_LOWER_LAYER) !== 0,
    fromMemfd: (flags & EXE_FROM_MEMFD) !== 0,
    inode: event.u64(23) ?? 0n,
    changeTime: event.u64(24) ?? 0n,
    modifyTime: event.u64(25) ?? 0n,
  };
  thread.uid = event.u32(26) ?? thread.uid;
  process.exepath = event.text(27) ?? '';
  process.pgid = event.i64(28) ?? process.pgid;
  thread.gid = event.u32(29) ?? thread.gid;
}

/**
 * The caller's event of a clone tells of the caller too. A name and a first argument that both differ
 * from what is known mean that an exec was lost: what else it changed is looked up when the next event
 * of the process comes.
 */
function healCaller(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  const comm = event.text(COMM);
  const exe = event.text(EXE);
  if (!comm || comm === caller.comm) return;
  caller.comm = comm;
  const { process } = caller;
  if (!exe || exe === process.exe) return;
  model.counters.healed++;
  process.exe = exe;
  process.args = event.texts(ARGS) ?? [];
  process.exepath = '';
  process.knowledge = 'names';
  process.lookedUp = false;
}

function learnExit(event: EventCursor, thread: ThreadEntry): void {
  thread.exited = true;
  // 0: this thread has no children, but another of the process may have told of its own.
  const reaper = event.i64(4) ?? REAPER_UNKNOWN;
  if (reaper !== 0) thread.process.reaper = reaper;
}

function learnDirectory(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  const resolved = event.text(2);
  if (resolved) setDirectory(thread.process, resolved);
  else setDirectory(thread.process, joinPath(thread.process.cwd, event.text(1) ?? ''));
}

function learnDirectoryOfDescriptor(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  const path = descriptorPath(event);
  if (path) setDirectory(thread.process, path);
}

/** A session's first process has its id in the pid namespace as session and group. */
function learnSession(event: EventCursor, thread: ThreadEntry): void {
  const sid = event.i64(RES) ?? -1;
  if (sid < 0) return;
  const { process } = thread;
  process.sid = sid;
  process.vpgid = sid;
  process.pgid = process.pid;
}

/** setpgid(pid, pgid): ids of the caller's pid namespace, 0 for the caller's own. */
function learnGroup(event: EventCursor, thread: ThreadEntry, { table }: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const caller = thread.process;
  const vpid = event.i64(1) || caller.vpid;
  const isNamespaced = caller.vpid !== caller.pid;
  const target = vpid === caller.vpid ? caller : isNamespaced ? undefined : table.process(vpid);
  if (!target) return;
  const vpgid = event.i64(2) || target.vpid;
  target.vpgid = vpgid;
  if (vpgid === target.vpid) target.pgid = target.pid;
  else if (!isNamespaced) target.pgid = vpgid;
  // A group that the process joins in a namespace is mostly its parent's.
  else if (table.process(target.ptid)?.vpgid === vpgid) target.pgid = table.process(target.ptid)?.pgid ?? 0;
}

function learnUser(index: number): Change {
  return (event, thread) => {
    const uid = event.u32(index);
    if (event.i64(RES) === 0 && uid !== undefined && uid !== UNCHANGED) thread.uid = uid;
  };
}

function learnUserGroup(index: number): Change {
  return (event, thread) => {
    const gid = event.u32(index);
    if (event.i64(RES) === 0 && gid !== undefined && gid !== UNCHANGED) thread.gid = gid;
  };
}

function learnCapabilities(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  thread.capInheritable = event.u64(1) ?? thread.capInheritable;
  thread.capPermitted = event.u64(2) ?? thread.capPermitted;
  thread.capEffective = event.u64(3) ?? thread.capEffective;
}

/** unshare(flags) and setns(fd, flags): a user namespace gives all capabilities in it. */
function learnNamespace(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) !== 0 || ((event.u32(index) ?? 0) & CLONE_NEWUSER) === 0) return;
    thread.capInheritable = ALL_CAPABILITIES;
    thread.capPermitted = ALL_CAPABILITIES;
    thread.capEffective = ALL_CAPABILITIES;
  };
}

function learnName(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) === 0 && event.u32(1) === PR_SET_NAME)
    thread.comm = event.text(2)?.slice(0, COMM_LENGTH) ?? thread.comm;
}

function setDirectory(process: Process, path: string): void {
  process.cwd = path.endsWith('/') ? path : `${path}/`;
}

/** A new thread begins with what the thread that made it has, a new process with what its maker's has. */
function inheritFrom(maker: ThreadEntry | undefined, thread: ThreadEntry): void {
  if (!maker) return;
  thread.inherit(maker);
  if (maker.process !== thread.process) thread.process.inherit(maker.process);
}

function parentProcess(pid: number, now: number, { table, loader }: ProcessModel): Process | undefined {
  return table.process(pid) ?? (pid > 0 ? loader.lookUpParent(pid, now) : undefined);
}

/** Whether `thread` began with the clone that an event at `now` tells of, and not long before it. */
function isOfThisClone(thread: ThreadEntry, now: number): boolean {
  return Math.abs(now - thread.since) < SAME_CLONE_MS;
}

function isVfork(event: EventCursor, flags: number): boolean {
  return (flags & CLONE_VFORK) !== 0 || event.code === VFORK;
}

function removeLeftover(thread: ThreadEntry, { table, counters }: ProcessModel): void {
  counters.replaced++;
  if (thread.tid === thread.pid) table.removeProcess(thread.process);
  else table.remove(thread);
}

function removeOtherThreads(thread: ThreadEntry, { table }: ProcessModel): void {
  for (const other of table.threadsOf(thread.pid)) if (other !== thread) table.remove(other);
}

/** Code of the event `name` in its present form: the exit of a system call, or a tracepoint. */
function presentCode(name: string): number {
  const code = eventCodes(name).findLast((candidate) => !EVENT_TYPES[candidate]?.flags.has('OLD_VERSION'));
  if (code === undefined) throw new Error(`the event table has no event ${name}`);
  return code;
}

const VFORK = presentCode('vfork');

const CLONES = ['clone', 'clone3', 'fork', 'vfork'];

/** 1 for the codes of the clone family. */
export const IS_CLONE = new Uint8Array(EVENT_TYPES.length);
for (const name of CLONES) IS_CLONE[presentCode(name)] = 1;

/** What an event changes, by its code; `undefined` for the many that change nothing. */
export const CHANGES: readonly (Change | undefined)[] = tabulate([
  ...CLONES.map((name): [string, Change] => [name, learnClone]),
  ['execve', learnExec],
  ['execveat', learnExec],
  ['procexit', learnExit],
  ['chdir', learnDirectory],
  ['fchdir', learnDirectoryOfDescriptor],
  ['setsid', learnSession],
  ['setpgid', learnGroup],
  ['setuid', learnUser(1)],
  ['setreuid', learnUser(2)],
  ['setresuid', learnUser(2)],
  ['setgid', learnUserGroup(1)],
  ['setregid', learnUserGroup(2)],
  ['setresgid', learnUserGroup(2)],
  ['capset', learnCapabilities],
  ['unshare', learnNamespace(1)],
  ['setns', learnNamespace(2)],
  ['prctl', learnName],
]);

function tabulate(rows: readonly [string, Change][]): (Change | undefined)[] {
  const changes = new Array<Change | undefined>(EVENT_TYPES.length).fill(undefined);
  for (const [name, change] of rows) changes[presentCode(name)] = change;
  return changes;
}
