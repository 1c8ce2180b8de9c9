/** execve and execveat: how a process becomes another program. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { knownParent } from './captured-parents.ts';
import { removeCapturedThread } from './captured-process-end.ts';
import { baseDirectory, fullPath, UNKNOWN_DIRECTORY } from './open-events.ts';
import { withoutDeleted } from './paths.ts';
import { reviveByExec } from './phantom.ts';
import type { ThreadEntry } from './process.ts';
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

/** Bits of the `flags` parameter of execve (symbols.ts, execveFlags). */
const EXE_WRITABLE = 1;
const EXE_UPPER_LAYER = 2;
const EXE_FROM_MEMFD = 4;
const EXE_LOWER_LAYER = 8;

const EXECVE_ENTRY = presentCode('execve') - 1;
const EXECVEAT_ENTRY = presentCode('execveat') - 1;
/** Bit of execveat's flags as events number it (symbols.ts, execveatFlags). */
const AT_EMPTY_PATH = 1;
/** What a path that the kernel could not read is called. */
const NOT_READ = '<NA>';

/** Login uid that was never set. */
const UNSET = 0xffff_ffff;

/** execve and execveat. The event carries nearly all that there is to know, so it heals what was lost. */
export function learnExec(event: EventCursor, caller: ThreadEntry, model: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const pid = event.i64(PID) ?? caller.process.pid;
  const thread = caller.process.pid === pid ? caller : model.table.add(caller.tid, pid, event.milliseconds);
  if (!thread) return;
  // A thread that takes the place of a main thread that had already ended.
  thread.exited = false;
  const { process } = thread;
  if (process.threadCount > 1) removeOtherThreads(thread, model);
  const ptid = event.i64(PTID) ?? process.ptid;
  if (thread.isPhantom) reviveByExec(thread, knownParent(ptid, model.table));
  if (process.knowledge !== 'full') {
    const parent = model.table.thread(ptid)?.process;
    process.sid ||= parent?.sid ?? 0;
    process.cwd ||= parent?.cwd ?? '';
    if (process.lookedUp) model.counters.healed++;
    process.knowledge = 'full';
  }
  if (!model.isCapture) process.ptid = processIdOf(ptid, model);
  process.execTime = event.milliseconds;
  process.suspicion = undefined;
  process.hasNewLayout = false;
  process.hasNewExecutable = false;
  process.isMakerSure = true;
  process.exe = event.text(EXE) ?? '';
  process.args = model.texts.of(event, ARGS) ?? [];
  thread.comm = event.text(COMM) || process.exe;
  takeSharedFacts(event, thread, model);
  model.hostProcesses?.told(process, event);
  process.env = model.texts.of(event, 15) ?? process.env;
  process.tty = event.u32(16) ?? process.tty;
  process.vpgid = event.i64(17) ?? process.vpgid;
  const loginuid = event.u32(18);
  if (loginuid !== undefined) thread.loginuid = loginuid === UNSET ? -1 : loginuid;
  thread.capInheritable = event.u64(20) ?? thread.capInheritable;
  thread.capPermitted = event.u64(21) ?? thread.capPermitted;
  thread.capEffective = event.u64(22) ?? thread.capEffective;
  const flags = event.u32(19);
  const last = process.executable;
  process.executable = {
    writable: flags === undefined ? last.writable : (flags & EXE_WRITABLE) !== 0,
    upperLayer: flags === undefined ? last.upperLayer : (flags & EXE_UPPER_LAYER) !== 0,
    lowerLayer: flags === undefined ? last.lowerLayer : (flags & EXE_LOWER_LAYER) !== 0,
    fromMemfd: flags === undefined ? last.fromMemfd : (flags & EXE_FROM_MEMFD) !== 0,
    inode: event.u64(23) ?? last.inode,
    changeTime: event.u64(24) ?? last.changeTime,
    modifyTime: event.u64(25) ?? last.modifyTime,
  };
  if (thread.executableTimes && event.sizeOf(25) > 0) takeExecutableTimes(thread);
  thread.told = undefined;
  thread.uid = event.u32(26) ?? thread.uid;
  process.exepath = executablePath(event, thread, model);
  process.pgid = event.i64(28) ?? -1;
  thread.gid = event.u32(29) ?? thread.gid;
  process.descriptors?.dropClosing();
}

/** What cannot be told stays as it was. */
function takeExecutableTimes(thread: ThreadEntry): void {
  const { cloneTime, process } = thread;
  const { changeTime } = process.executable;
  const start = process.pidNamespaceStart;
  const { beforeStart = 0n, sinceNamespace = 0n } = thread.executableTimes ?? {};
  thread.executableTimes = {
    beforeStart: cloneTime === 0n ? beforeStart : BigInt.asUintN(64, cloneTime - changeTime),
    sinceNamespace: start !== 0n && changeTime > start ? changeTime - start : sinceNamespace,
  };
}

/** Path of the program; old captures tell only what the call was passed. */
function executablePath(event: EventCursor, thread: ThreadEntry, { isCapture }: ProcessModel): ByteString {
  const path = event.text(27);
  if (path) return withoutDeleted(path);
  if (!isCapture) return '';
  return pathFromEntry(event, thread) ?? thread.process.exepath;
}

/** As Falco puts it together; `undefined` when the event that entered the call is not known. */
function pathFromEntry({ code }: EventCursor, { entered, process }: ThreadEntry): ByteString | undefined {
  if (!entered) return undefined;
  if (entered.code === EXECVE_ENTRY && code === EXECVE_ENTRY + 1) {
    const path = entered.text(0);
    if (!path) return undefined;
    return path === NOT_READ ? path : fullPath(process.cwd, path);
  }
  if (entered.code !== EXECVEAT_ENTRY) return undefined;
  const path = entered.text(1) || NOT_READ;
  const base = path.startsWith('/')
    ? '.'
    : baseDirectory(entered.i64(0) ?? 0, process.cwd, process.descriptors);
  const isEmptyAllowed = ((entered.u32(2) ?? 0) & AT_EMPTY_PATH) !== 0;
  if (base === UNKNOWN_DIRECTORY || (!isEmptyAllowed && path === NOT_READ)) return NOT_READ;
  return isEmptyAllowed ? fullPath('', base) : fullPath(base, path);
}

function removeOtherThreads(thread: ThreadEntry, { table, isCapture }: ProcessModel): void {
  for (const other of table.threadsOf(thread.pid)) {
    if (other === thread) continue;
    if (isCapture) removeCapturedThread(other, table);
    else table.remove(other);
  }
}
