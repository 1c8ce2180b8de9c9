/** What events of captures tell of processes beside what live ones do, taken as Falco takes it. */
import type { EventCursor } from '../events/cursor.ts';
import { joinPath } from './paths.ts';
import type { ThreadEntry } from './process.ts';
import { REAPER_UNKNOWN } from './process-end.ts';
import { type Change, type ProcessModel, RES, setDirectory } from './process-model.ts';

const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
/** Resource as events number it (symbols.ts, rlimitResources). */
const RLIMIT_NOFILE = 7;

/** The event tells who gets the children of this thread, where it has any. */
export function learnCapturedExit(event: EventCursor, thread: ThreadEntry): void {
  thread.exited = true;
  thread.process.reaper = event.i64(4) ?? REAPER_UNKNOWN;
}

export function learnSessionId(event: EventCursor, { process }: ThreadEntry): void {
  const sid = event.i64(RES) ?? -1;
  if (sid >= 0) process.sid = sid;
}

/** Parameter `index` is the new effective user, even when it says that nothing changes. */
export function learnAnyUser(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) === 0) thread.uid = event.u32(index) ?? thread.uid;
  };
}

export function learnAnyGroup(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) === 0) thread.gid = event.u32(index) ?? thread.gid;
  };
}

/** A process that asked for its grandchildren gets them when their parents end. */
export function learnSubreaper(event: EventCursor, { process }: ThreadEntry): void {
  const option = event.u32(1);
  if ((event.i64(RES) ?? -1) < 0) return;
  if (option === PR_SET_CHILD_SUBREAPER || option === PR_GET_CHILD_SUBREAPER)
    process.isSubreaper = (event.i64(3) ?? 0) !== 0;
}

export function learnWorkingDirectory(event: EventCursor, thread: ThreadEntry): void {
  const path = event.text(1);
  if ((event.i64(RES) ?? -1) >= 0 && path) setDirectory(thread.process, joinPath(thread.process.cwd, path));
}

export function learnLimit(event: EventCursor, { process }: ThreadEntry): void {
  const limit = event.i64(1) ?? -1;
  if ((event.i64(RES) ?? -1) >= 0 && event.u8(3) === RLIMIT_NOFILE && limit !== -1) process.fdLimit = limit;
}

export function learnLimitOf(event: EventCursor, caller: ThreadEntry, { table }: ProcessModel): void {
  const limit = event.i64(1) ?? -1;
  const tid = event.i64(5);
  if (event.i64(RES) !== 0 || event.u8(6) !== RLIMIT_NOFILE || limit === -1 || tid === undefined) return;
  const thread = table.thread(tid || caller.tid);
  if (thread && !thread.isPhantom) thread.process.fdLimit = limit;
}

/** brk, mmap and munmap tell the size that the process has then. */
export function learnMemory(event: EventCursor, thread: ThreadEntry): void {
  thread.vmSize = event.u32(1) ?? thread.vmSize;
  thread.vmRss = event.u32(2) ?? thread.vmRss;
  thread.vmSwap = event.u32(3) ?? thread.vmSwap;
}

/** Another thread gets the processor: the last one's figures. */
export function learnSwitch(event: EventCursor, thread: ThreadEntry, { table }: ProcessModel): void {
  if (!event.has(5) || event.sizeOf(5) === 0) return;
  thread.majorFaults = event.i64(1) ?? thread.majorFaults;
  thread.minorFaults = event.i64(2) ?? thread.minorFaults;
  const main = table.thread(thread.pid);
  if (main) learnSizes(event, main);
}

function learnSizes(event: EventCursor, main: ThreadEntry): void {
  main.vmSize = event.u32(3) ?? main.vmSize;
  main.vmRss = event.u32(4) ?? main.vmRss;
  main.vmSwap = event.u32(5) ?? main.vmSwap;
}
