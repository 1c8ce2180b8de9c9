/**
 * clone, clone3, fork and vfork: how threads and processes come to be. Either side may report first, and each names
 * the other.
 */
import type { EventCursor } from '../events/cursor.ts';
import { takeCapabilities } from './identity-events.ts';
import { suspectLostExec, tellsOfAnotherProgram } from './lost-exec.ts';
import type { Process, ThreadEntry } from './process.ts';
import {
  ARGS,
  COMM,
  EXE,
  PID,
  type ProcessModel,
  PTID,
  presentCode,
  processIdOf,
  RES,
  takeSharedFacts,
} from './process-model.ts';

export const FLAGS = 15;
/** Of the child's event the process that made it, of its maker's the child's thread id; 0 when it is not told. */
export const KIN = 21;

/** Bits of the `flags` parameter of clone (symbols.ts, cloneFlags). */
export const CLONE_NEWPID = 1 << 6;
export const CLONE_PARENT = 1 << 8;
export const CLONE_THREAD = 1 << 13;
const CLONE_VFORK = 1 << 27;
export const CLONE_CHILD_IN_PIDNS = 1 << 29;

/** Process of a pid namespace that becomes the parent of those whose own has ended. */
const INIT = 1;

/** Both sides report a clone; what they say belongs together when it is not further apart than this. */
const SAME_CLONE_MS = 2000;

const VFORK = presentCode('vfork');

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
    const maker = pid === tid ? makerOf(event, model) : table.process(pid);
    thread = table.add(tid, pid, now);
    if (!thread) return undefined;
    inheritFrom(maker && table.leader(maker.pid), thread);
    thread.cloneTime = event.timestamp;
    if (pid === tid) doubtOrigin(event, thread, maker);
  }
  const { process } = thread;
  thread.vtid = event.i64(18) ?? tid;
  process.vpid = event.i64(19) ?? pid;
  process.ptid = processIdOf(ptid, model);
  const start = event.u64(20);
  if (thread.vtid === tid) process.pidNamespaceStart = model.machine.bootTime;
  else if (start !== undefined) process.pidNamespaceStart = model.machine.bootTime + start;
  takeCloneFacts(event, thread, model);
  // In a user namespace of its own it has all of them.
  takeCapabilities(event, thread, false);
  if (pid === tid) model.hostProcesses?.told(process, event);
  return thread;
}

/** An event of the clone family as its caller sees it. A result above 0 is the child's id. */
export function learnClone(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  const result = event.i64(RES) ?? -1;
  if (result <= 0) return;
  healCaller(event, caller);
  const flags = event.u32(FLAGS) ?? 0;
  const child = childOf(event, flags, result, caller);
  const now = event.milliseconds;
  if (child === undefined || model.recentExits.has(child, now)) return;
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
  // In a pid namespace the result is the child's id there.
  thread.vtid = result;
  if (!isThread) {
    const { process } = thread;
    process.ptid = (flags & CLONE_PARENT) !== 0 ? caller.ptid : caller.pid;
    if ((flags & CLONE_NEWPID) !== 0) thread.vtid = 1;
    process.vpid = thread.vtid;
  }
  takeCloneFacts(event, thread, model);
}

/**
 * The child's thread id on the host; `undefined` when only its own event tells it, or which ids it has in a pid
 * namespace that is not its maker's.
 */
function childOf(event: EventCursor, flags: number, result: number, caller: ThreadEntry): number | undefined {
  const isCallerInside = caller.vtid !== caller.tid;
  const isChildInside = (flags & CLONE_CHILD_IN_PIDNS) !== 0;
  if (isChildInside && !isCallerInside) return undefined;
  const told = event.i64(KIN) ?? 0;
  if (told > 0) return told;
  return isCallerInside ? undefined : result;
}

/** What an event of the clone family says of the new thread; the caller's event says the same. */
export function takeCloneFacts(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  thread.comm = event.text(COMM) || thread.comm;
  thread.uid = event.u32(16) ?? thread.uid;
  thread.gid = event.u32(17) ?? thread.gid;
  const { process } = thread;
  // A further thread adds nothing to what is known of its process, whose first argument may be empty.
  const isKnown = process.exe !== '' || (!model.isCapture && process.knowledge === 'full');
  if (thread.tid !== process.pid && isKnown) return;
  if (model.argumentAuthority === 'every event' || process.knowledge !== 'full') {
    process.exe = event.text(EXE) ?? '';
    process.args = model.texts.of(event, ARGS) ?? [];
  }
  takeSharedFacts(event, thread, model);
}

/**
 * The caller's event of a clone tells of the caller too. A name and a first argument that both differ from
 * what is known may mean that an exec was lost.
 */
function healCaller(event: EventCursor, caller: ThreadEntry): void {
  if (tellsOfAnotherProgram(event, caller)) suspectLostExec(caller.process);
  caller.comm = event.text(COMM) || caller.comm;
}

/**
 * The process that made the one of this event, its first. The kernel names it. Where it does not, it may be the
 * parent, of which the kernel names the thread that made the child, not always the main one.
 */
function makerOf(event: EventCursor, { table }: ProcessModel): Process | undefined {
  const told = event.i64(KIN) ?? 0;
  return told > 0 ? table.process(told) : table.thread(event.i64(PTID) ?? 0)?.process;
}

/**
 * Without the kernel's word on who made it, a child may have inherited from another: its maker may have ended, or
 * have made a sibling. And the maker may be another than it is known as.
 */
function doubtOrigin(event: EventCursor, child: ThreadEntry, maker: Process | undefined): void {
  const { process } = child;
  process.isMakerSure = (event.i64(KIN) ?? 0) > 0;
  const isSibling = ((event.u32(FLAGS) ?? 0) & CLONE_PARENT) !== 0;
  const mayBeAnothers = !process.isMakerSure && (isSibling || maker?.vpid === INIT);
  if (mayBeAnothers || tellsOfAnotherProgram(event, child)) suspectLostExec(process);
}

/** A new thread begins with what the thread that made it has, a new process with what its maker's has. */
export function inheritFrom(maker: ThreadEntry | undefined, thread: ThreadEntry): void {
  if (!maker) return;
  thread.inherit(maker);
  if (maker.process !== thread.process) thread.process.inherit(maker.process);
}

/** Whether `thread` began with the clone that an event at `now` tells of, and not long before it. */
function isOfThisClone(thread: ThreadEntry, now: number): boolean {
  return Math.abs(now - thread.since) < SAME_CLONE_MS;
}

export function isVfork(event: EventCursor, flags: number): boolean {
  return (flags & CLONE_VFORK) !== 0 || event.code === VFORK;
}

function removeLeftover(thread: ThreadEntry, { table, counters }: ProcessModel): void {
  counters.replaced++;
  if (thread.tid === thread.pid) table.removeProcess(thread.process);
  else table.remove(thread);
}
