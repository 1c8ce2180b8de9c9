/** Threads of a capture of which nothing but the id is known: their beginning was not captured. */

import type { EventCursor } from '../events/cursor.ts';
import { adopt } from './captured-parents.ts';
import type { ThreadEntry } from './process.ts';
import { presentCode, RES } from './process-model.ts';

/** What Falco calls a process that it does not know. */
const UNKNOWN_NAME = '<NA>';

/** `(uid_t)-1`. */
const NO_ID = 0xffff_ffff;

const LEAVING = new Set([presentCode('procexit'), presentCode('switch')]);
const CLONES = new Set(['clone', 'clone3', 'fork', 'vfork'].map(presentCode));

/**
 * Whether a thread that is not known counts as one from this event on. As in Falco, one that ends or is put
 * aside does not, nor one that could not make another.
 */
export function introducesThread(event: EventCursor): boolean {
  if (LEAVING.has(event.code)) return false;
  return !CLONES.has(event.code) || (event.i64(RES) ?? -1) >= 0;
}

/** Makes `thread` say what Falco says of a thread that it does not know. */
export function makePhantom(thread: ThreadEntry): void {
  const { process } = thread;
  makePhantomThread(thread);
  process.knowledge = 'full';
  process.lookedUp = true;
  process.exe = UNKNOWN_NAME;
  process.ptid = -1;
  process.vpid = -1;
  process.sid = -1;
  process.pgid = -1;
  process.vpgid = -1;
  process.fdLimit = 0;
}

/** The same for one thread of a process that may be known. */
export function makePhantomThread(thread: ThreadEntry): void {
  thread.isPhantom = true;
  thread.executableTimes = { beforeStart: 0n, sinceNamespace: 0n };
  thread.comm = UNKNOWN_NAME;
  thread.vtid = -1;
  thread.uid = NO_ID;
  thread.gid = NO_ID;
}

/** Its ids, as an exec tells them. What the exec does not tell stays unknown. */
export function reviveByExec(thread: ThreadEntry, parent: ThreadEntry | undefined): void {
  thread.isPhantom = false;
  thread.vtid = thread.tid;
  thread.process.vpid = thread.process.pid;
  adopt(thread.process, parent);
}
