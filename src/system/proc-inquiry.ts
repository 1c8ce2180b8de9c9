/**
 * Questions about processes whose answers come later: reading /proc may take long, and of a process that wants it,
 * forever (its arguments lie in memory that it can have filled by a file system of its own). So the reading is done
 * by a thread of its own, which is started with the first question and replaced when it does not come back.
 */
import type { Worker } from 'node:worker_threads';
import { startThread } from './own-thread.ts';
import type { Executable, ProcProcess, ProcReader, ReadDepth } from './proc-reader.ts';

/** What can be asked. Each `answer` is called once, `undefined` for a process that is gone or did not answer. */
export interface ProcInquiry {
  /** Nothing can be read at present: every answer would be `undefined`. */
  readonly isBlocked: boolean;
  /** Facts of the process that has thread `tid`; by name only if it does not let more be read. */
  read(tid: number, depth: ReadDepth, answer: (found: ProcProcess | undefined) => void): void;
  /** What process `pid` runs. */
  executable(pid: number, answer: (found: Executable | undefined) => void): void;
  /** Ids of all processes. */
  pids(answer: (found: readonly number[] | undefined) => void): void;
  /** Readings that were given up because they did not come back. */
  readonly stuck: number;
  close(): void;
}

/** Answers at once, on the caller's thread: for tests, and where nobody waits. */
export class DirectInquiry implements ProcInquiry {
  readonly isBlocked = false;
  readonly stuck = 0;
  readonly #reader: ProcReader;

  constructor(reader: ProcReader) {
    this.#reader = reader;
  }

  read(tid: number, depth: ReadDepth, answer: (found: ProcProcess | undefined) => void): void {
    answer(this.#reader.read(tid, depth));
  }

  executable(pid: number, answer: (found: Executable | undefined) => void): void {
    answer(this.#reader.executable(pid));
  }

  pids(answer: (found: readonly number[] | undefined) => void): void {
    answer(this.#reader.pids());
  }

  close(): void {}
}

/** As it goes to the thread that reads. */
export type Question =
  | { readonly kind: 'read'; readonly id: number; readonly tid: number; readonly depth: ReadDepth }
  | { readonly kind: 'executable'; readonly id: number; readonly pid: number }
  | { readonly kind: 'pids'; readonly id: number };

/** As it comes back. */
export interface Answer {
  readonly id: number;
  readonly found: unknown;
}

type Asked = Question extends infer One ? (One extends Question ? Omit<One, 'id'> : never) : never;

/** A reading that takes longer than this does not come back. */
const STUCK_MS = 5000;
/** Threads that may hang at a time; while so many do, nothing is read. */
const MAX_HANGING = 4;

interface Open {
  readonly question: Question;
  readonly answer: (found: unknown) => void;
}

export class WorkerInquiry implements ProcInquiry {
  stuck = 0;
  readonly #hostRoot: string;
  readonly #stuckMs: number;
  /** Questions without an answer yet, by id; the oldest come first. */
  readonly #open = new Map<number, Open>();
  /** Given up, and still at their reading. */
  readonly #hanging = new Set<Worker>();
  #isClosed = false;
  #worker: Worker | undefined;
  #lastId = 0;
  #watch: NodeJS.Timeout | undefined;

  /** `hostRoot`: prefix of `/proc`, empty on the machine itself. A reading hangs that takes longer than `stuckMs`. */
  constructor(hostRoot: string, stuckMs: number = STUCK_MS) {
    this.#hostRoot = hostRoot;
    this.#stuckMs = stuckMs;
  }

  get isBlocked(): boolean {
    return this.#isClosed || this.#hanging.size >= MAX_HANGING;
  }

  read(tid: number, depth: ReadDepth, answer: (found: ProcProcess | undefined) => void): void {
    this.#ask({ kind: 'read', tid, depth }, answer as (found: unknown) => void);
  }

  executable(pid: number, answer: (found: Executable | undefined) => void): void {
    this.#ask({ kind: 'executable', pid }, answer as (found: unknown) => void);
  }

  pids(answer: (found: readonly number[] | undefined) => void): void {
    this.#ask({ kind: 'pids' }, answer as (found: unknown) => void);
  }

  /** Questions that are open stay without an answer. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#watch);
    this.#open.clear();
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(asked: Asked, answer: (found: unknown) => void): void {
    if (this.isBlocked) {
      answer(undefined);
      return;
    }
    const question = { ...asked, id: ++this.#lastId };
    this.#open.set(question.id, { question, answer });
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    this.#watch ??= this.#watchFor(question.id);
  }

  #start(): Worker {
    const worker = startThread(new URL('./proc-worker.ts', import.meta.url), this.#hostRoot);
    worker.on('message', ({ id, found }: Answer) => {
      const open = this.#open.get(id);
      this.#open.delete(id);
      open?.answer(found);
    });
    worker.on('error', () => this.#giveUp(worker));
    worker.on('exit', () => this.#hanging.delete(worker));
    worker.unref();
    return worker;
  }

  /** Questions are answered in their order: when this one is still open in a while, the thread hangs at it or before. */
  #watchFor(id: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#watch = undefined;
      if (this.#open.has(id)) this.#giveUp(this.#worker);
      else if (this.#open.size > 0) this.#watch = this.#watchFor(this.#lastId);
    }, this.#stuckMs);
    return timer.unref();
  }

  /**
   * The thread is left alone, and another one takes what it was asked. It hangs at the oldest question; of a process
   * whose memory cannot be read, the name still can.
   */
  #giveUp(worker: Worker | undefined): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.stuck++;
    this.#hanging.add(worker);
    this.#worker = undefined;
    void worker.terminate();
    const [culprit, ...others] = this.#open.values();
    this.#open.clear();
    if (culprit?.question.kind === 'read' && culprit.question.depth === 'full')
      this.#ask({ ...culprit.question, depth: 'names' }, culprit.answer);
    else culprit?.answer(undefined);
    for (const { question, answer } of others) this.#ask(question, answer);
  }
}
