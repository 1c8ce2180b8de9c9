/** execve and execveat: how a process becomes another program. */
import type { EventCursor } from '../events/cursor.ts';
import type { ThreadEntry } from './process.ts';
import {
  ARGS,
  COMM,
  EXE,
  PID,
  type ProcessModel,
  PTID,
  parentProcess,
  processIdOf,
  RES,
  takeSharedFacts,
} from './process-model.ts';

/** Bits of the `flags` parameter of execve (symbols.ts, execveFlags). */
const EXE_WRITABLE = 1;
const EXE_UPPER_LAYER = 2;
const EXE_FROM_MEMFD = 4;
const EXE_LOWER_LAYER = 8;

/** Login uid that was never set. */
const UNSET = 0xffff_ffff;

/** execve and execveat. The event carries nearly all that there is to know, so it heals what was lost. */
export function learnExec(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const pid = event.i64(PID) ?? caller.pid;
  const thread = caller.pid === pid ? caller : model.table.add(caller.tid, pid, event.milliseconds);
  if (!thread) return;
  // A thread that takes the place of a main thread that had already ended.
  thread.exited = false;
  const { process } = thread;
  if (process.threadCount > 1) removeOtherThreads(thread, model);
  const ptid = event.i64(PTID) ?? process.ptid;
  if (process.knowledge !== 'full') {
    const parent = parentProcess(ptid, event.milliseconds, model);
    process.sid ||= parent?.sid ?? 0;
    process.cwd ||= parent?.cwd ?? '';
    if (process.lookedUp) model.counters.healed++;
    process.knowledge = 'full';
  }
  process.ptid = processIdOf(ptid, model);
  process.execTime = event.milliseconds;
  process.exe = event.text(EXE) ?? '';
  process.args = event.texts(ARGS) ?? [];
  thread.comm = event.text(COMM) || process.exe;
  takeSharedFacts(event, thread, model);
  process.env = event.texts(15) ?? process.env;
  process.tty = event.u32(16) ?? process.tty;
  process.vpgid = event.i64(17) ?? process.vpgid;
  const loginuid = event.u32(18);
  if (loginuid !== undefined) thread.loginuid = loginuid === UNSET ? -1 : loginuid;
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
  process.descriptors?.dropClosing();
}

function removeOtherThreads(thread: ThreadEntry, { table }: ProcessModel): void {
  for (const other of table.threadsOf(thread.pid)) if (other !== thread) table.remove(other);
}
