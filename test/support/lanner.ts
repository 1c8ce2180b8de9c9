/** Runs `bin/lanner` for end-to-end tests and collects what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

export const ROOT = resolve(import.meta.dirname, '../..');
export const LANNER = resolve(ROOT, 'bin/lanner');

/**
 * After this time a program counts as hanging: a minute, more in the slow machine of
 * test/kernels, unless a test says otherwise.
 */
const LIMIT_MS = process.env.LANNER_OWN_MACHINE ? 600_000 : 60_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Resolves when the text has been printed so often on the stream; rejects when the program ends before. */
  printed(stream: 'stdout' | 'stderr', text: string | RegExp, times?: number): Promise<void>;
  readonly finished: Promise<Finished>;
}

export interface StartOptions {
  readonly input?: string;
  /** Leave standard input open, for the test to write to. */
  readonly pipe?: boolean;
  readonly cwd?: string;
  /** After how many milliseconds the program counts as hanging. */
  readonly limitMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

let state: string | undefined;

/** Where programs of tests keep what they keep between runs, instead of in the machine's own folders. */
function stateFolder(): string {
  if (state !== undefined) return state;
  const folder = mkdtempSync(join(tmpdir(), 'lanner-state-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  state = folder;
  return folder;
}

/** Starts a program in a process group of its own, which is ended with all that is in it when it hangs (LIMIT_MS or `limitMs`). */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Running {
  const { input, pipe = false, cwd = ROOT, env = {}, limitMs = LIMIT_MS } = options;
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...process.env, STATE_DIRECTORY: stateFolder(), ...env },
    stdio: [input === undefined && !pipe ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const look of waiting) look();
    });
  }
  if (!pipe) child.stdin?.end(input);
  const timer = setTimeout(() => endGroup(child.pid), limitMs);
  const finished = new Promise<Finished>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      endGroup(child.pid);
      done({ code, ...output });
    });
  });
  return {
    child,
    output,
    finished,
    printed(stream, text, times = 1) {
      return new Promise((done, failed) => {
        const look = (): void => {
          const seen = output[stream];
          if (occurrences(seen, text) < times) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        void finished.then(({ stderr }) => failed(new Error(`ended without printing ${text}: ${stderr}`)));
        look();
      });
    },
  };
}

/** The flags of a pattern count, such as `m`. */
function occurrences(seen: string, text: string | RegExp): number {
  if (typeof text === 'string') return seen.split(text).length - 1;
  return [...seen.matchAll(new RegExp(text, `${text.flags.replace('g', '')}g`))].length;
}

/** Runs `bin/lanner` to its end. */
export function lanner(args: readonly string[], options?: StartOptions): Promise<Finished> {
  return start(LANNER, args, options).finished;
}

/**
 * Runs `bin/lanner` after shell commands in a mount namespace of its own: what they mount, the machine
 * does not see.
 */
export function lannerAfter(prepare: string, args: readonly string[]): Promise<Finished> {
  return start('unshare', ['--mount', 'sh', '-ec', `${prepare}\nexec "$@"`, 'prepare', LANNER, ...args])
    .finished;
}

/** Why this machine cannot watch system calls, for tests that must; `false` when it can. */
export function cannotWatch(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'this kernel has no BTF';
  try {
    accessSync(resolve(ROOT, 'build/lanner.bpf.o'));
    return false;
  } catch {
    return 'the probe is not built: node scripts/build-probe.mjs';
  }
}

/** The last line of a text. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group, as it should be.
  }
}
