/** One process that looks, from the side of those who ask it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readFileSync, readSync, writeSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { encodeFrame, FrameReader } from './frames.ts';
import type { Look } from './look.ts';
import { socketPair, waitFor } from './poll.ts';

const PROGRAM = fileURLToPath(new URL('./look-program.ts', import.meta.url));

/** It needs little memory, and no threads besides its own. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--single-threaded', '--disable-warning=ExperimentalWarning'];

/** Milliseconds for which a process that is working, and not waiting for a file system, is given more time. */
const MORE_TIME_MS = 900;

/** `silent`: nothing came in time. `gone`: nothing will come any more. */
export type Received = { readonly found: unknown } | 'silent' | 'gone';

export class LookProcess {
  /** It has started and takes questions; see {@link awaitReady}. */
  isReady = false;
  /** Milliseconds that it took to start, by its own clock; known when it is ready. */
  startedIn = 0;
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #frames = new FrameReader();
  #channel: number;

  /** `onBell`: an answer that nobody waits for may be there. `onExit`: the process has ended. */
  constructor(onBell: () => void, onExit: () => void) {
    const [ours, theirs] = socketPair();
    const cache = getCompileCacheDir();
    this.#channel = ours;
    this.#child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM], {
      stdio: ['ignore', 'pipe', 'ignore', theirs],
      // Nothing of it may be held up by the process: no terminal, no mounted directory.
      detached: true,
      cwd: '/',
      // Node gives the folder of this version of Node, within the one that it was told.
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
    });
    closeSync(theirs);
    this.#child.on('error', onExit);
    this.#child.on('exit', onExit);
    this.#child.stdout?.on('data', onBell);
    this.#child.unref();
    (this.#child.stdout as unknown as { unref(): void } | null)?.unref();
  }

  /** Whether it takes questions, after `milliseconds` at most. */
  awaitReady(milliseconds: number): boolean {
    if (this.isReady) return true;
    const received = this.receive(milliseconds, 0);
    if (typeof received !== 'object') return false;
    this.startedIn = received.found as number;
    this.isReady = true;
    return true;
  }

  /** Asks; answers come in the order of the questions. */
  send(look: Look, isLater: boolean): void {
    const bytes = encodeFrame(look, isLater);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#channel, bytes, at);
    } catch {
      // It is gone, which shows when it is to answer.
    }
  }

  /**
   * The next answer, for which it may be waited twice so long; longer while the process is at work or waits for a
   * CPU, and as often as `isPatient` says so: a disk may be slow as well.
   */
  receive(
    milliseconds: number,
    mostRounds = milliseconds > 0 ? Math.ceil(MORE_TIME_MS / milliseconds) : 0,
    isPatient: () => boolean = () => false,
  ): Received {
    let before: string | undefined;
    for (let rounds = 0; ; ) {
      const frame = this.#frames.next();
      if (frame) return { found: frame.value };
      if (this.#channel < 0) return 'gone';
      if (waitFor(this.#channel, milliseconds)) {
        const count = this.#read();
        if (count === 0) return 'gone';
        this.#frames.take(count);
        continue;
      }
      if (rounds++ >= mostRounds && !isPatient()) return 'silent';
      const now = this.#activity();
      // It may have answered just before it fell asleep.
      if (now === before && !waitFor(this.#channel, 0) && !isPatient()) return 'silent';
      before = now;
    }
  }

  /** Ends it, and does not wait for that: a process in an unanswered call cannot be ended. */
  end(): void {
    this.#child.kill('SIGKILL');
    this.#child.stdout?.destroy();
    if (this.#channel >= 0) closeSync(this.#channel);
    this.#channel = -1;
  }

  #read(): number {
    try {
      return readSync(this.#channel, this.#frames.room);
    } catch {
      return 0;
    }
  }

  /**
   * Another text whenever it has done something, or has something to do and only lacks a CPU: who waits for a file
   * system sleeps, and neither uses time nor touches memory.
   */
  #activity(): string {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
      // State, and by proc_pid_stat(5) fields 10, 12, 14 and 15: page faults and time.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'R') return String(performance.now());
      // How often it fell asleep: between two blocks of a disk it is awake for too short to use time that counts.
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
      const sleeps = status.slice(status.indexOf('\nvoluntary_ctxt_switches:'));
      return [...[7, 9, 11, 12].map((index) => fields[index]), sleeps].join(' ');
    } catch {
      return '';
    }
  }
}
