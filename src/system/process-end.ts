/** How threads and processes leave the table, and who gets their children. */
import type { Process, ThreadEntry } from './process.ts';
import type { ThreadTable } from './thread-table.ts';

/** A thread that exited less than this before is not brought back by a late event of its parent. */
const RECENT_MS = 2000;

/** What {@link Process.reaper} holds when the event does not say who gets the children. */
export const REAPER_UNKNOWN = -1;

/** Threads that have just exited. */
export class RecentExits {
  readonly #times = new Map<number, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Remembers the exit of thread `tid` at `now` (milliseconds). */
  add(tid: number, now: number): void {
    this.#times.delete(tid);
    if (this.#times.size >= this.#limit) {
      const [oldest] = this.#times.keys();
      if (oldest !== undefined) this.#times.delete(oldest);
    }
    this.#times.set(tid, now);
  }

  has(tid: number, now: number): boolean {
    const time = this.#times.get(tid);
    return time !== undefined && Math.abs(now - time) < RECENT_MS;
  }
}

/**
 * Removes a thread that has exited. The main thread of a process stays known until the last of its
 * threads has gone, for it stands for the process.
 */
export function endThread(
  thread: ThreadEntry,
  now: number,
  { table, recentExits }: { table: ThreadTable; recentExits: RecentExits },
): void {
  const { process, tid } = thread;
  recentExits.add(tid, now);
  if (tid === process.pid && process.threadCount > 1) return;
  table.remove(thread);
  const main = process.threadCount === 1 ? table.thread(process.pid) : undefined;
  if (main?.exited) table.remove(main);
  if (process.threadCount === 0 && process.reaper !== 0)
    table.reparent(process.pid, reaperOf(process, table));
}

/** The process that gets the children: the one that the kernel named, or init of the pid namespace. */
function reaperOf(process: Process, table: ThreadTable): number {
  const named = process.reaper > 0 ? (table.thread(process.reaper)?.pid ?? process.reaper) : undefined;
  if (named !== undefined && named !== process.pid) return named;
  const isNamespaced = process.vpid !== process.pid;
  const seen = new Set<Process>();
  for (
    let parent = table.process(process.ptid);
    parent && !seen.has(parent);
    parent = table.process(parent.ptid)
  ) {
    seen.add(parent);
    if (isNamespaced && parent.vpid === 1) return parent.pid;
  }
  return 1;
}
