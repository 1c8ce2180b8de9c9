/** All threads that the model knows, by id, and their processes. */
import { Process, ThreadEntry } from './process.ts';

export class ThreadTable {
  /** Threads that were not taken up because the table was full. */
  discarded = 0;
  /** Threads that were taken up, and removed, since the start. */
  added = 0;
  removed = 0;

  #limit: number;
  readonly #threads = new Map<number, ThreadEntry>();
  readonly #processes = new Map<number, Process>();
  /** The thread that was asked for last: mostly the next event is of the same one. */
  #last: ThreadEntry | undefined;
  #sweep: Iterator<ThreadEntry> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes no more threads than this from now on; those that there are stay. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#threads.size;
  }

  get processCount(): number {
    return this.#processes.size;
  }

  thread(tid: number): ThreadEntry | undefined {
    if (this.#last?.tid === tid) return this.#last;
    const thread = this.#threads.get(tid);
    if (thread) this.#last = thread;
    return thread;
  }

  process(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  /** Main thread of a process, or another of its threads when the main one is not known. */
  leader(pid: number): ThreadEntry | undefined {
    const main = this.#threads.get(pid);
    if (main) return main;
    return this.#processes.has(pid) ? this.threadsOf(pid)[0] : undefined;
  }

  threads(): Iterable<ThreadEntry> {
    return this.#threads.values();
  }

  processes(): Iterable<Process> {
    return this.#processes.values();
  }

  /** Threads of process `pid`, the main one first. */
  threadsOf(pid: number): ThreadEntry[] {
    const found: ThreadEntry[] = [];
    const process = this.#processes.get(pid);
    const main = this.#threads.get(pid);
    if (main && main.process === process) found.push(main);
    for (const tid of process?.otherThreads ?? []) {
      const thread = this.#threads.get(tid);
      if (thread) found.push(thread);
    }
    return found;
  }

  /**
   * The thread `tid` of process `pid`, made when it is not known; `undefined` (and counted) when the
   * table is full. A thread of that id in another process is a leftover, and is replaced.
   */
  add(tid: number, pid: number, now: number): ThreadEntry | undefined {
    const present = this.#threads.get(tid);
    if (present?.process.pid === pid) return present;
    if (present) this.remove(present);
    if (this.#threads.size >= this.#limit) {
      this.discarded++;
      return undefined;
    }
    let process = this.#processes.get(pid);
    if (!process) {
      process = new Process(pid);
      this.#processes.set(pid, process);
    }
    const thread = new ThreadEntry(tid, process, now);
    process.threadCount++;
    if (tid !== pid) {
      process.otherThreads ??= new Set();
      process.otherThreads.add(tid);
    }
    this.#threads.set(tid, thread);
    this.added++;
    return thread;
  }

  remove(thread: ThreadEntry): void {
    if (this.#threads.get(thread.tid) !== thread) return;
    this.#threads.delete(thread.tid);
    this.removed++;
    if (this.#last === thread) this.#last = undefined;
    const { process } = thread;
    process.otherThreads?.delete(thread.tid);
    if (--process.threadCount === 0 && this.#processes.get(process.pid) === process)
      this.#processes.delete(process.pid);
  }

  clear(): void {
    this.#threads.clear();
    this.#processes.clear();
    this.#last = undefined;
    this.#sweep = undefined;
  }

  /** Removes a process with all its threads. */
  removeProcess(process: Process): void {
    const main = this.#threads.get(process.pid);
    if (main) this.remove(main);
    for (const tid of process.otherThreads ?? []) {
      const thread = this.#threads.get(tid);
      if (thread) this.remove(thread);
    }
  }

  /** Gives the children of one process to another. A walk over all processes. */
  reparent(from: number, to: number): void {
    for (const process of this.#processes.values()) if (process.ptid === from) process.ptid = to;
  }

  /** The next `count` threads of an endless walk over the table, for upkeep in small steps. */
  *sweep(count: number): Generator<ThreadEntry> {
    for (let step = 0; step < count; step++) {
      this.#sweep ??= this.#threads.values();
      const { value, done } = this.#sweep.next();
      if (done) {
        this.#sweep = undefined;
        return;
      }
      yield value;
    }
  }
}
