/**
 * The clone family in captures. Which of the two sides counts, and what is made of events that were lost,
 * is as in Falco, so that replay says what Falco says.
 */
import type { EventCursor } from '../events/cursor.ts';
import { adopt, knownParent } from './captured-parents.ts';
import { exitKey, removeCapturedThread } from './captured-process-end.ts';
import {
  CLONE_CHILD_IN_PIDNS,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_THREAD,
  FLAGS,
  inheritFrom,
  isVfork,
  takeCloneFacts,
} from './clone-events.ts';
import { makePhantom, makePhantomThread } from './phantom.ts';
import type { Process, ThreadEntry } from './process.ts';
import {
  ARGS,
  CGROUPS,
  COMM,
  EXE,
  PID,
  type ProcessModel,
  PTID,
  RES,
  takeMemoryFacts,
} from './process-model.ts';

import type { ThreadTable } from './thread-table.ts';

/** A thread that is older than this was left over when its clone is told of. */
const STALE_NS = 2_000_000_000n;

/** The thread of a clone event with result 0: made by its parent's event, or made now. */
export function learnCapturedBirth(event: EventCursor, model: ProcessModel): ThreadEntry | undefined {
  const { table } = model;
  const { tid, timestamp } = event;
  const known = table.thread(tid);
  if (known && known.cloneTime !== 0n) {
    if (timestamp - known.cloneTime < STALE_NS) return known;
    removeCapturedThread(known, table);
  }
  const ids = idsOf(event);
  const flags = event.u32(FLAGS) ?? 0;
  const isThread = (flags & CLONE_THREAD) !== 0;
  const maker = knownOrPhantom(isThread ? ids.pid : ids.ptid, event, model);
  if (!maker) return undefined;
  const isMakerKnown = !maker.isPhantom;
  if (!isMakerKnown && isThread) {
    // It is the main thread of the same process, whose ids follow from those of this thread.
    identify(maker, { ...ids, vtid: ids.vpid }, table);
    takeNames(event, maker, model);
  }
  const thread = addChild(tid, ids.pid, event, model);
  if (!thread) return undefined;
  thread.vtid = ids.vtid;
  thread.process.vpid = ids.vpid;
  finishChild(event, thread, isMakerKnown ? maker : undefined, model);
  thread.isInverted = true;
  if (!isThread) adopt(thread.process, knownParent(ids.ptid, table));
  const start = event.u64(20);
  const isNamespaced = (flags & (CLONE_CHILD_IN_PIDNS | CLONE_NEWPID)) !== 0 || tid !== thread.vtid;
  if (!isNamespaced) thread.process.pidNamespaceStart = model.machine.bootTime;
  else if (start !== undefined) thread.process.pidNamespaceStart = start + model.machine.bootTime;
  return thread;
}

/** A clone event as its caller has it. A result above 0 is the child's id. */
export function learnCapturedClone(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  const { table } = model;
  const child = event.i64(RES) ?? -1;
  if (child <= 0) return;
  const wasPhantom = caller.isPhantom;
  const maker = wasPhantom ? identify(caller, idsOf(event), table) : caller;
  if (!maker) return;
  const flags = event.u32(FLAGS) ?? 0;
  // Only the child's own event tells the real id of one in another pid namespace.
  if ((flags & (CLONE_CHILD_IN_PIDNS | CLONE_NEWPID | CLONE_PARENT)) !== 0) return;
  if (maker.tid !== maker.vtid || isVfork(event, flags)) return;
  if (model.recentExits.has(exitKey(child, maker.tid), event.milliseconds)) return;
  const known = table.thread(child);
  if (known?.isInverted) return;
  if (known) removeCapturedThread(known, table);
  const isThread = (flags & CLONE_THREAD) !== 0;
  const thread = addChild(child, isThread ? maker.process.pid : child, event, model);
  if (!thread) return;
  finishChild(event, thread, wasPhantom ? undefined : maker, model);
  // What the child is called, its maker is called too.
  if (wasPhantom) takeNames(event, maker, model);
  thread.process.pidNamespaceStart = model.machine.bootTime;
  if (isThread) return;
  adopt(thread.process, maker);
  thread.process.vpid = child;
}

interface Ids {
  readonly pid: number;
  readonly ptid: number;
  readonly vtid: number;
  readonly vpid: number;
}

/** What a clone event says of the one that it is of; old ones tell no inner ids. */
function idsOf(event: EventCursor): Ids {
  const { tid } = event;
  const vpid = event.i64(19);
  return {
    pid: event.i64(PID) ?? tid,
    ptid: event.i64(PTID) ?? 0,
    vtid: vpid === undefined ? tid : (event.i64(18) ?? tid),
    vpid: vpid ?? -1,
  };
}

function knownOrPhantom(
  tid: number,
  event: EventCursor,
  { table, counters }: ProcessModel,
): ThreadEntry | undefined {
  const known = table.thread(tid);
  if (known) return known;
  const phantom = table.add(tid, tid, event.milliseconds);
  if (!phantom) return undefined;
  counters.unknown++;
  makePhantom(phantom);
  return phantom;
}

/** Gives a thread of which nothing was known its ids; it may turn out to be one of a process that is known. */
function identify(phantom: ThreadEntry, ids: Ids, table: ThreadTable): ThreadEntry | undefined {
  let thread: ThreadEntry | undefined = phantom;
  if (ids.pid !== phantom.process.pid) {
    const isNewProcess = table.process(ids.pid) === undefined;
    table.remove(phantom);
    thread = table.add(phantom.tid, ids.pid, phantom.lastSeen);
    if (!thread) return undefined;
    if (isNewProcess) makePhantom(thread);
    else makePhantomThread(thread);
  }
  thread.isPhantom = false;
  thread.vtid = ids.vtid;
  if (thread.tid === thread.process.pid || thread.process.vpid < 0) {
    thread.process.vpid = ids.vpid;
    adopt(thread.process, knownParent(ids.ptid, table));
  }
  return thread;
}

/** The event says what the one that it is of is called. */
function takeNames(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  thread.comm = event.text(COMM) || event.text(EXE) || '';
  const exe = event.text(EXE) ?? '';
  const args = model.texts.of(event, ARGS) ?? [];
  if (thread.tid !== thread.process.pid) {
    thread.told = { ...thread.told, exe, args };
    return;
  }
  thread.process.exe = exe;
  thread.process.args = args;
}

function addChild(
  tid: number,
  pid: number,
  event: EventCursor,
  { table }: ProcessModel,
): ThreadEntry | undefined {
  const leftover = table.thread(tid);
  if (leftover) table.remove(leftover);
  return table.add(tid, pid, event.milliseconds);
}

function finishChild(
  event: EventCursor,
  thread: ThreadEntry,
  maker: ThreadEntry | undefined,
  model: ProcessModel,
): void {
  thread.executableTimes = { beforeStart: 0n, sinceNamespace: 0n };
  if (maker) inheritFrom(maker, thread);
  else if (thread.tid === thread.process.pid) forgetPlace(thread.process);
  thread.process.knowledge = 'full';
  thread.process.lookedUp = true;
  thread.cloneTime = event.timestamp;
  thread.comm = event.text(COMM) || event.text(EXE) || '';
  takeCloneFacts(event, thread, model);
  takeMemoryFacts(event, thread);
  if (thread.tid !== thread.process.pid) takeOwnFacts(event, thread, model);
}

/** What no event tells of a process whose maker is not known. */
function forgetPlace(process: Process): void {
  process.sid = -1;
  process.pgid = -1;
  process.vpgid = -1;
}

/**
 * A thread is called what its own event tells, even where its process has written something else over that, and it
 * is in the control groups that the event tells, even where its process has been moved since.
 */
function takeOwnFacts(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  const { process } = thread;
  const exe = event.text(EXE) ?? '';
  const args = model.texts.of(event, ARGS) ?? [];
  const cgroups =
    event.sizeOf(CGROUPS) > 0
      ? model.cgroups.of(event.raw(CGROUPS)?.toString('latin1') ?? '')
      : process.cgroups;
  const isSame =
    exe === process.exe && (args === process.args || args.join('\0') === process.args.join('\0'));
  if (!isSame || cgroups !== process.cgroups) thread.told = { exe, args, cgroups };
}
