/** How threads leave the model of a capture, and who gets their children: as in Falco. */
import { adopt } from './captured-parents.ts';
import { makePhantom } from './phantom.ts';
import type { Process, ThreadEntry } from './process.ts';
import type { RecentExits } from './process-end.ts';
import type { ThreadTable } from './thread-table.ts';

const TWO_32 = 2 ** 32;

/** Key for the memory of threads that have just ended: an id may be given again, but hardly by the same parent. */
export function exitKey(tid: number, ptid: number): number {
  return Math.max(ptid, 0) * TWO_32 + tid;
}

/** Removes a thread that has exited, and remembers that it has. */
export function endCapturedThread(
  thread: ThreadEntry,
  now: number,
  { table, recentExits }: { table: ThreadTable; recentExits: RecentExits },
): void {
  recentExits.add(exitKey(thread.tid, thread.process.ptid), now);
  removeCapturedThread(thread, table, thread.process.reaper);
}

/**
 * Removes a thread, which gives its children away: to the thread that the kernel named, where it named one. The main
 * thread of a process stays known until the last of its threads has gone.
 */
export function removeCapturedThread(thread: ThreadEntry, table: ThreadTable, named = 0): void {
  const { process, tid } = thread;
  thread.exited = true;
  if (thread.isPhantom) {
    table.remove(thread);
    return;
  }
  if (thread.children && thread.children.size > 0) bequeath(thread, table, named);
  const isLast = aliveThread(process, thread, table) === undefined;
  if (tid !== process.pid) table.remove(thread);
  if (!isLast) return;
  process.parent?.children?.delete(process);
  table.removeProcess(process);
}

function bequeath(thread: ThreadEntry, table: ThreadTable, named: number): void {
  const { process } = thread;
  const reaper = namedReaper(named, table) ?? foundReaper(thread, table);
  if (reaper && reaper.process !== process) reaper.process.isSubreaper = true;
  for (const child of [...(thread.children ?? [])]) adopt(child, reaper === thread ? undefined : reaper);
}

/** The reaper that the kernel named, when it is known; one that is not is taken up as unknown. */
function namedReaper(tid: number, table: ThreadTable): ThreadEntry | undefined {
  if (tid <= 0) return undefined;
  const known = table.thread(tid);
  if (known) return known.isPhantom ? undefined : known;
  const phantom = table.add(tid, tid, 0);
  if (phantom) makePhantom(phantom);
  return undefined;
}

/** Another thread of the process, or the nearest ancestor that takes children in. */
function foundReaper(thread: ThreadEntry, table: ThreadTable): ThreadEntry | undefined {
  const sibling = aliveThread(thread.process, thread, table);
  if (sibling) return sibling;
  const seen = new Set([thread]);
  for (
    let parent = table.thread(thread.ptid);
    parent && !seen.has(parent);
    parent = table.thread(parent.ptid)
  ) {
    seen.add(parent);
    if (isNamespaced(parent) !== isNamespaced(thread)) return undefined;
    if (!isReaper(parent.process)) continue;
    const alive = aliveThread(parent.process, undefined, table);
    if (alive) return alive;
  }
  return undefined;
}

function isReaper({ pid, vpid, isSubreaper }: Process): boolean {
  return pid === 1 || vpid === 1 || isSubreaper;
}

function isNamespaced({ tid, vtid }: ThreadEntry): boolean {
  return tid !== vtid && vtid >= 0;
}

/** A thread of the process that has not exited, the main one first. */
function aliveThread(
  process: Process,
  except: ThreadEntry | undefined,
  table: ThreadTable,
): ThreadEntry | undefined {
  const main = table.thread(process.pid);
  const isAlive = (candidate: ThreadEntry): boolean => candidate !== except && !candidate.exited;
  if (main?.process === process && isAlive(main)) return main;
  if (process.threadCount <= (main?.process === process ? 1 : 0)) return undefined;
  return table.threadsOf(process.pid).find(isAlive);
}
