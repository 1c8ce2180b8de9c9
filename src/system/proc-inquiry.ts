/**
 * Questions about processes whose answers come later: reading /proc may take long, and of a process that wants it,
 * forever (its arguments lie in memory that it can have filled by a file system of its own).
 */
import { type Looks, UNANSWERED } from './looks/looks.ts';
import { type Executable, type ProcProcess, ProcReader, type ReadDepth } from './proc-reader.ts';

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
}

/** Asks the process that looks at file systems (looks.ts): a reading of /proc may hang at one of them. */
export class LookInquiry implements ProcInquiry {
  stuck = 0;
  readonly #hostRoot: string;
  readonly #looks: Looks;
  readonly #reader: ProcReader;

  /** `hostRoot`: prefix of `/proc`, empty on the machine itself. */
  constructor(hostRoot: string, looks: Looks) {
    this.#hostRoot = hostRoot;
    this.#looks = looks;
    this.#reader = new ProcReader(hostRoot);
  }

  get isBlocked(): boolean {
    return this.#looks.isBlocked;
  }

  read(tid: number, depth: ReadDepth, answer: (found: ProcProcess | undefined) => void): void {
    if (this.isBlocked) {
      answer(undefined);
      return;
    }
    this.#looks.askLater({ kind: 'process', hostRoot: this.#hostRoot, tid, depth }, (found) => {
      if (found !== UNANSWERED) {
        answer(found);
        return;
      }
      this.stuck++;
      // Of a process whose memory cannot be read, the name still can.
      if (depth === 'full') this.read(tid, 'names', answer);
      else answer(undefined);
    });
  }

  executable(pid: number, answer: (found: Executable | undefined) => void): void {
    if (this.isBlocked) {
      answer(undefined);
      return;
    }
    this.#looks.askLater({ kind: 'executable', hostRoot: this.#hostRoot, pid }, (found) => {
      if (found === UNANSWERED) this.stuck++;
      answer(found === UNANSWERED ? undefined : found);
    });
  }

  /** The list alone waits for no file system. */
  pids(answer: (found: readonly number[] | undefined) => void): void {
    answer(this.#reader.pids());
  }
}
