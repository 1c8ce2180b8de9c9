/**
 * The clone family in captures. Which of the two sides counts, and what is made of events that were lost,
 * is as in Falco, so that replay says what Falco says.
 */
import type { EventCursor } from '../events/cursor.ts';
import { adopt, knownParent } from './captured-parents.ts';
import { exitKey } from './captured-process-end.ts';
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
import { makePhantom } from './phantom.ts';
import type { ThreadEntry } from './process.ts';
import { ARGS, COMM, EXE, PID, type ProcessModel, PTID, RES, takeMemoryFacts } from './process-model.ts';

/** A thread that is older than this was left over when its clone is told of. */
const STALE_NS = 2_000_000_000n;

/** The thread of a clone event with result 0: made by its parent's event, or made now. */
export function learnCapturedBirth(event: EventCursor, model: ProcessModel): ThreadEntry | undefined {
  const { table } = model;
  const { tid, timestamp } = event;
  const known = table.thread(tid);
  if (known && known.cloneTime !== 0n) {
    if (timestamp - known.cloneTime < STALE_NS) return known;
    table.remove(known);
  }
  const pid = event.i64(PID) ?? tid;
  const ptid = event.i64(PTID) ?? 0;
  const flags = event.u32(FLAGS) ?? 0;
  const isThread = (flags & CLONE_THREAD) !== 0;
  const maker = knownOrPhantom(isThread ? pid : ptid, event, model);
  if (!maker) return undefined;
  if (maker.isPhantom && isThread) reviveMaker(event, maker, model);
  const thread = addChild(tid, pid, event, model);
  if (!thread) return undefined;
  thread.vtid = event.i64(18) ?? tid;
  thread.process.vpid = event.i64(19) ?? -1;
  finishChild(event, thread, maker, model);
  thread.isInverted = true;
  if (!isThread) adopt(thread.process, knownParent(ptid, model.table));
  const start = event.u64(20);
  const isNamespaced = (flags & (CLONE_CHILD_IN_PIDNS | CLONE_NEWPID)) !== 0 || tid !== thread.vtid;
  if (!isNamespaced) thread.process.pidNamespaceStart = model.machine.bootTime;
  else if (start !== undefined) thread.process.pidNamespaceStart = start + model.machine.bootTime;
  return thread;
}

/** A clone event as its caller has it. A result above 0 is the child's id. */
export function learnCapturedClone(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  const child = event.i64(RES) ?? -1;
  if (child <= 0) return;
  const wasPhantom = caller.isPhantom;
  if (wasPhantom) {
    reviveMaker(event, caller, model);
    adopt(caller.process, knownParent(event.i64(PTID) ?? 0, model.table));
    caller.vtid = event.i64(18) ?? caller.tid;
    caller.process.vpid = event.i64(19) ?? -1;
  }
  const flags = event.u32(FLAGS) ?? 0;
  // Only the child's own event tells the real id of one in another pid namespace.
  if ((flags & (CLONE_CHILD_IN_PIDNS | CLONE_NEWPID | CLONE_PARENT)) !== 0) return;
  if (caller.tid !== caller.vtid || isVfork(event, flags)) return;
  if (model.recentExits.has(exitKey(child, caller.tid), event.milliseconds)) return;
  const known = model.table.thread(child);
  if (known?.isInverted) return;
  if (known) model.table.remove(known);
  const isThread = (flags & CLONE_THREAD) !== 0;
  const thread = addChild(child, isThread ? caller.process.pid : child, event, model);
  if (!thread) return;
  finishChild(event, thread, wasPhantom ? undefined : caller, model);
  thread.process.pidNamespaceStart = model.machine.bootTime;
  if (isThread) return;
  adopt(thread.process, caller);
  thread.process.vpid = child;
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

/** The caller's event says what the caller itself is called. */
function reviveMaker(event: EventCursor, maker: ThreadEntry, model: ProcessModel): void {
  maker.isPhantom = false;
  maker.comm = event.text(COMM) || event.text(EXE) || '';
  maker.process.exe = event.text(EXE) ?? '';
  maker.process.args = model.texts.of(event, ARGS) ?? [];
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
  if (maker && !maker.isPhantom) inheritFrom(maker, thread);
  thread.process.knowledge = 'full';
  thread.process.lookedUp = true;
  thread.cloneTime = event.timestamp;
  thread.comm = event.text(COMM) || event.text(EXE) || '';
  takeCloneFacts(event, thread, model);
  takeMemoryFacts(event, thread);
}
