/** Runs `lanner` as a daemon that watches one process of the test, and reloads it. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { LANNER, type Running, start } from './lanner.ts';

/** Fifty reloads take their time on a machine that has much else to do. */
const LIMIT_MS = 300_000;

/** A folder that is removed after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-daemon-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts a file in the place of another as editors do: nobody sees half of it. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

export interface Opener extends Running {
  readonly pid: number;
  /** Opens /etc/shadow so many times, with a pause of so many milliseconds after each, and resolves at the end. */
  open(times: number, pause?: number): Promise<void>;
}

const OPENER = `$| = 1; print "ready\\n";
while (<STDIN>) { my ($n, $times, $pause) = split;
  for (1 .. $times) { open my $f, '<', '/etc/shadow' or die; close $f; select undef, undef, undef, $pause / 1000 if $pause }
  print "did $n\\n" }`;

/** A process that opens a sensitive file when it is told to. */
export async function startOpener(context: TestContext): Promise<Opener> {
  const running = start('perl', ['-e', OPENER], { pipe: true, limitMs: LIMIT_MS });
  context.after(() => running.child.kill('SIGKILL'));
  await running.printed('stdout', 'ready');
  let count = 0;
  return {
    ...running,
    pid: running.child.pid as number,
    async open(times, pause = 0) {
      const number = ++count;
      running.child.stdin?.write(`${number} ${times} ${pause}\n`);
      await running.printed('stdout', `did ${number}\n`);
    },
  };
}

export interface Daemon extends Running {
  /** Sends SIGHUP, and resolves when the log says so for the next time. */
  reload(): Promise<void>;
  /** Resolves when the log has so many lines like this. */
  logged(line: string | RegExp, times?: number): Promise<void>;
}

/** Starts `lanner` on one process, with no configuration but that of the arguments, and waits until it watches. */
export function startDaemon(pid: number, ...args: string[]): Promise<Daemon> {
  return watching(start(LANNER, daemonArguments(pid, args), { limitMs: LIMIT_MS }));
}

/** The same after shell commands in a mount namespace of its own: what they mount, the machine does not see. */
export function startDaemonAfter(prepare: string, pid: number, ...args: string[]): Promise<Daemon> {
  const script = `${prepare}\nexec "$@"`;
  const command = [LANNER, ...daemonArguments(pid, args)];
  return watching(
    start('unshare', ['--mount', 'sh', '-ec', script, 'prepare', ...command], { limitMs: LIMIT_MS }),
  );
}

function daemonArguments(pid: number, args: readonly string[]): string[] {
  return ['-c', '', '--scope', `pid=${pid}`, ...args];
}

async function watching(running: Running): Promise<Daemon> {
  await running.printed('stderr', 'Watching system calls of');
  let reloads = 0;
  const logged = (line: string | RegExp, times?: number): Promise<void> =>
    running.printed('stderr', line, times);
  return {
    ...running,
    logged,
    async reload() {
      running.child.kill('SIGHUP');
      await logged(': Reloaded: ', ++reloads);
    },
  };
}
