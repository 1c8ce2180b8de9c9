/** Which event changes the process table, and how. */
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { learnCapturedClone } from './captured-clone-events.ts';
import {
  learnAnyGroup,
  learnAnyUser,
  learnCapturedExit,
  learnLimit,
  learnLimitOf,
  learnMemory,
  learnSessionId,
  learnSubreaper,
  learnSwitch,
  learnWorkingDirectory,
} from './captured-process-events.ts';
import { learnClone } from './clone-events.ts';
import { descriptorInode } from './event-descriptor.ts';
import { learnExec } from './exec-events.ts';
import {
  learnCapabilities,
  learnDirectory,
  learnDirectoryOfDescriptor,
  learnGroup,
  learnName,
  learnNamespace,
  learnSession,
  learnUser,
  learnUserGroup,
} from './identity-events.ts';
import type { ThreadEntry } from './process.ts';
import { REAPER_UNKNOWN } from './process-end.ts';
import { type Change, type ProcessModel, presentCode } from './process-model.ts';

function learnExit(event: EventCursor, thread: ThreadEntry): void {
  thread.exited = true;
  // 0: this thread has no children, but another of the process may have told of its own.
  const reaper = event.i64(4) ?? REAPER_UNKNOWN;
  if (reaper !== 0) thread.process.reaper = reaper;
}

function learnAccept(event: EventCursor, _thread: ThreadEntry, { acceptedSockets }: ProcessModel): void {
  const inode = descriptorInode(event);
  if (inode !== undefined && (event.i64(0) ?? -1) >= 0) acceptedSockets.add(inode);
}

/** A socket that is made or connects is not one that was accepted, whatever had its inode before. */
function learnOwnSocket(event: EventCursor, _thread: ThreadEntry, { acceptedSockets }: ProcessModel): void {
  const inode = descriptorInode(event);
  if (inode !== undefined) acceptedSockets.forget(inode);
}

const CLONES = ['clone', 'clone3', 'fork', 'vfork'];

/** 1 for the codes of the clone family. */
export const IS_CLONE = new Uint8Array(EVENT_TYPES.length);
for (const name of CLONES) IS_CLONE[presentCode(name)] = 1;

/** 1 for the codes of execve and execveat. */
export const IS_EXEC = new Uint8Array(EVENT_TYPES.length);
for (const name of ['execve', 'execveat']) IS_EXEC[presentCode(name)] = 1;

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
  ['accept', learnAccept],
  ['accept4', learnAccept],
  ['socket', learnOwnSocket],
  ['connect', learnOwnSocket],
]);

const OF_SOCKETS = ['accept', 'accept4', 'socket', 'connect'];

/** 1 for the codes of events that change what /proc tells of the process that acts; a clone changes its child. */
export const SHOWS_IN_PROC = Uint8Array.from(CHANGES, (change) => (change === undefined ? 0 : 1));
for (const name of [...OF_SOCKETS, ...CLONES]) SHOWS_IN_PROC[presentCode(name)] = 0;

/** What Falco learns from captures: more of resources, and less of what old events do not tell fully. */
export const CAPTURED_CHANGES: readonly (Change | undefined)[] = replaceRows(CHANGES, [
  ...CLONES.map((name): [string, Change] => [name, learnCapturedClone]),
  ['procexit', learnCapturedExit],
  ['setsid', learnSessionId],
  ['setpgid', undefined],
  ['setuid', learnAnyUser(1)],
  ['setreuid', learnAnyUser(2)],
  ['setresuid', learnAnyUser(2)],
  ['setgid', learnAnyGroup(1)],
  ['setregid', learnAnyGroup(2)],
  ['setresgid', learnAnyGroup(2)],
  ['prctl', learnSubreaper],
  ['getcwd', learnWorkingDirectory],
  ['getrlimit', learnLimit],
  ['setrlimit', learnLimit],
  ['prlimit', learnLimitOf],
  ['brk', learnMemory],
  ['mmap', learnMemory],
  ['mmap2', learnMemory],
  ['munmap', learnMemory],
  ['switch', learnSwitch],
]);

function replaceRows(
  base: readonly (Change | undefined)[],
  rows: readonly [string, Change | undefined][],
): (Change | undefined)[] {
  const changes = [...base];
  for (const [name, change] of rows) changes[presentCode(name)] = change;
  return changes;
}

function tabulate(rows: readonly [string, Change][]): (Change | undefined)[] {
  const changes = new Array<Change | undefined>(EVENT_TYPES.length).fill(undefined);
  for (const [name, change] of rows) changes[presentCode(name)] = change;
  return changes;
}
