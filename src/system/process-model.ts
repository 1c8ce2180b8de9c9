/** What the functions that change the process table share: the model they work on, and what they read alike. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES, eventCodes } from '../events/table.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import type { CgroupSets } from './cgroup-sets.ts';
import type { ProcessCounters } from './counters.ts';
import type { HostProcesses } from './host-processes.ts';
import type { Machine } from './machine.ts';
import type { ModelNews } from './model-news.ts';
import type { Process, ThreadEntry } from './process.ts';
import type { RecentExits } from './process-end.ts';
import type { ProcessLoader } from './process-loader.ts';
import type { TextLists } from './text-lists.ts';
import type { ThreadTable } from './thread-table.ts';

/**
 * Whose word counts on the arguments of a process (`proc.exe`, `proc.args`). `exec`: that of its exec event, and
 * of its maker's for a child. Clone events tell what lies in the process's memory, where it can write what it
 * likes, and count only when nothing else is known. `every event`: clones too, as in Falco.
 */
export type ArgumentAuthority = 'exec' | 'every event';

export interface ProcessModel {
  readonly table: ThreadTable;
  readonly loader: ProcessLoader;
  readonly cgroups: CgroupSets;
  /** Arguments and environments. */
  readonly texts: TextLists;
  readonly counters: ProcessCounters;
  readonly recentExits: RecentExits;
  readonly acceptedSockets: AcceptedSockets;
  readonly machine: Machine;
  /** Which processes are on the host, where a kernel wants to know; absent of captures. */
  readonly hostProcesses: HostProcesses | undefined;
  /** To be told of what is learned from elsewhere than events. */
  readonly news: ModelNews;
  /** Events come from a capture: what Falco makes of them counts. */
  readonly isCapture: boolean;
  readonly argumentAuthority: ArgumentAuthority;
  /** Milliseconds since the epoch, as the time of events is. */
  readonly wallClock: () => number;
}

/** Changes the model by an event of `thread`. Parameter numbers are those of the event table. */
export type Change = (event: EventCursor, thread: ThreadEntry, model: ProcessModel) => void;

/** Result of the call: the first parameter of every event here. */
export const RES = 0;

/** Parameters that execve, execveat and the clone family have at the same place. */
export const EXE = 1;
export const ARGS = 2;
export const PID = 4;
export const PTID = 5;
export const COMM = 13;
const CWD = 6;
const FDLIMIT = 7;
export const CGROUPS = 14;

/** What execve and the clone family have in common, at the same indices. */
export function takeSharedFacts(event: EventCursor, thread: ThreadEntry, model: ProcessModel): void {
  const { process } = thread;
  takeMemoryFacts(event, thread);
  const cwd = model.isCapture ? '' : event.text(CWD);
  if (cwd) setDirectory(process, cwd);
  process.fdLimit = event.i64(FDLIMIT) ?? process.fdLimit;
  if (event.sizeOf(CGROUPS) > 0) process.cgroups = model.cgroups.of(event.whole(CGROUPS));
}

/** Memory and page faults, which each thread has of its own. */
export function takeMemoryFacts(event: EventCursor, thread: ThreadEntry): void {
  thread.majorFaults = event.i64(8) ?? thread.majorFaults;
  thread.minorFaults = event.i64(9) ?? thread.minorFaults;
  thread.vmSize = event.u32(10) ?? thread.vmSize;
  thread.vmRss = event.u32(11) ?? thread.vmRss;
  thread.vmSwap = event.u32(12) ?? thread.vmSwap;
}

/** The working directory, kept with a slash at its end. */
export function setDirectory(process: Process, path: ByteString): void {
  process.cwd = path.endsWith('/') ? path : `${path}/`;
}

/** Id of the process of thread `tid`, as far as it is known. */
export function processIdOf(tid: number, { table }: ProcessModel): number {
  return table.thread(tid)?.process.pid ?? tid;
}

/** Code of the event `name` in its present form: the exit of a system call, or a tracepoint. */
export function presentCode(name: string): number {
  const code = eventCodes(name).findLast((candidate) => !EVENT_TYPES[candidate]?.flags.has('OLD_VERSION'));
  if (code === undefined) throw new Error(`the event table has no event ${name}`);
  return code;
}
