/**
 * Reads processes from /proc. How much may be read of a process is explicit, for a scoped capture must
 * not pry into processes outside its scope.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import {
  MAX_STRINGS,
  type ProcStat,
  type ProcStatus,
  parseCgroups,
  parseFileLimit,
  parseStat,
  parseStatus,
  splitArguments,
  splitStrings,
} from './proc-text.ts';
import type { ExecutableFacts } from './thread.ts';

/**
 * How much is read of a process: `names` opens only `stat` and `status` (ids, name, user, session,
 * terminal), `full` also arguments, environment, executable, working directory and cgroups.
 */
export type ReadDepth = 'names' | 'full';

export interface ProcThread {
  readonly tid: number;
  readonly stat: ProcStat;
  readonly status: ProcStatus;
}

/** What only a full reading knows. */
export interface ProcDetails {
  /** Arguments, the first included; empty for kernel threads and processes that overwrote them. */
  readonly argv: readonly ByteString[];
  readonly env: readonly ByteString[];
  readonly exepath: ByteString;
  readonly executable: ExecutableFacts;
  readonly cwd: ByteString;
  readonly loginuid: number;
  readonly cgroups: readonly ByteString[];
  readonly fdLimit: number;
}

export interface ProcProcess {
  readonly pid: number;
  /** The main thread first; of a process read by name only it is the only one. */
  readonly threads: readonly ProcThread[];
  readonly details: ProcDetails | undefined;
}

/** What a process runs, and when it began, in clock ticks after the start of the machine. */
export interface Executable {
  readonly path: ByteString;
  readonly inode: bigint;
  readonly startTicks: number;
}

export class ProcReader {
  readonly #root: string;

  /** `hostRoot`: prefix of `/proc`, empty on the machine itself. */
  constructor(hostRoot: string) {
    this.#root = `${hostRoot}/proc`;
  }

  /** Ids of all processes; empty when /proc can not be read. */
  pids(): number[] {
    try {
      return readdirSync(this.#root).map(Number).filter(Number.isInteger);
    } catch {
      return [];
    }
  }

  /** Whether a thread or process of this id exists now. */
  exists(tid: number): boolean {
    return statSync(`${this.#root}/${tid}`, { throwIfNoEntry: false }) !== undefined;
  }

  /** Facts of the process that has thread `tid`; `undefined` when there is none. */
  read(tid: number, depth: ReadDepth): ProcProcess | undefined {
    const asked = this.#thread(tid, `${this.#root}/${tid}`);
    if (!asked) return undefined;
    const pid = asked.status.pid;
    const directory = `${this.#root}/${pid}`;
    const main = pid === tid ? asked : this.#thread(pid, directory);
    if (!main) return undefined;
    if (depth === 'names') return { pid, threads: [main], details: undefined };
    const threads = [main];
    for (const other of this.#otherThreads(pid)) {
      const thread = this.#thread(other, `${directory}/task/${other}`);
      if (thread) threads.push(thread);
    }
    return { pid, threads, details: this.#details(directory) };
  }

  /** What process `pid` runs, and when it began; `undefined` when it is gone or a kernel thread. */
  executable(pid: number): Executable | undefined {
    const directory = `${this.#root}/${pid}`;
    const path = readLink(`${directory}/exe`);
    const { inode } = executableFacts(`${directory}/exe`);
    const stat = parseStat(readText(`${directory}/stat`));
    return path && stat ? { path, inode, startTicks: stat.startTicks } : undefined;
  }

  #thread(tid: number, directory: string): ProcThread | undefined {
    const status = parseStatus(readText(`${directory}/status`));
    const stat = parseStat(readText(`${directory}/stat`));
    return status && stat && { tid, stat, status };
  }

  #otherThreads(pid: number): number[] {
    try {
      return readdirSync(`${this.#root}/${pid}/task`)
        .map(Number)
        .filter((tid) => tid !== pid && Number.isInteger(tid));
    } catch {
      return [];
    }
  }

  #details(directory: string): ProcDetails {
    const loginuid = Number(readText(`${directory}/loginuid`) || Number.NaN);
    return {
      argv: splitArguments(readText(`${directory}/cmdline`)),
      env: splitStrings(readText(`${directory}/environ`).slice(0, MAX_STRINGS)),
      exepath: readLink(`${directory}/exe`),
      executable: executableFacts(`${directory}/exe`),
      cwd: readLink(`${directory}/cwd`),
      loginuid: Number.isNaN(loginuid) || loginuid === 0xffffffff ? -1 : loginuid,
      cgroups: parseCgroups(readText(`${directory}/cgroup`)),
      fdLimit: parseFileLimit(readText(`${directory}/limits`)),
    };
  }
}

export const NO_EXECUTABLE_FACTS: ExecutableFacts = Object.freeze({
  writable: false,
  upperLayer: false,
  lowerLayer: false,
  fromMemfd: false,
  inode: 0n,
  changeTime: 0n,
  modifyTime: 0n,
});

/** What a file's own status tells; whether it is writable or in an overlay's layer only the kernel knows. */
function executableFacts(path: string): ExecutableFacts {
  try {
    const { ino, ctimeNs, mtimeNs } = statSync(path, { bigint: true });
    // Node gives signed numbers.
    const inode = BigInt.asUintN(64, ino);
    return { ...NO_EXECUTABLE_FACTS, inode, changeTime: ctimeNs, modifyTime: mtimeNs };
  } catch {
    return NO_EXECUTABLE_FACTS;
  }
}

/**
 * One buffer for all files: what is larger than it is cut. The longest argument has 128 KiB (MAX_ARG_STRLEN,
 * execve(2)), and others follow.
 */
const BUFFER = Buffer.allocUnsafeSlow(136 * 1024);

/** Empty when the file is gone or denied, which for a process that ends is the normal case. */
function readText(path: string): ByteString {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    let length = 0;
    // Files of /proc give a page or less at a time.
    for (let count = 1; count > 0 && length < BUFFER.length; length += count)
      count = readSync(file, BUFFER, length, BUFFER.length - length, null);
    return BUFFER.toString('latin1', 0, length);
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readLink(path: string): ByteString {
  try {
    return readlinkSync(path, 'latin1');
  } catch {
    return '';
  }
}
