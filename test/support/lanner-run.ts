/**
 * Runs a command under `lanner run` and collects the alerts. Only the command and its descendants are
 * watched, so a test never sees what else the machine does.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../..');

/** One alert as Lanner prints it in JSON. */
export interface Alert {
  readonly rule: string;
  readonly priority: string;
  readonly output: string;
  readonly tags: readonly string[];
  readonly output_fields: Readonly<Record<string, string | number | boolean | null>>;
  /** When the line arrived here, nanoseconds since the epoch (to about a microsecond). */
  readonly arrival: number;
}

export interface RunOptions {
  readonly command: readonly string[];
  /** Rule files or folders; Lanner's default rules when left out. */
  readonly rules?: readonly string[];
  /**
   * Shell commands that run before Lanner does, outside of what it watches, in a mount and network
   * namespace of their own that Lanner and the command then share: what they mount, the machine does not see.
   */
  readonly prepare?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds after which everything is ended and the run fails. */
  readonly limit?: number;
}

export interface RunResult {
  readonly alerts: readonly Alert[];
  /** Lines of standard output that are no alerts: the command's own. */
  readonly lines: readonly string[];
  readonly errors: string;
  readonly exitCode: number | null;
}

/** Runs the command and waits for its end. Rejects when that takes too long, with all that was printed. */
export async function lannerRun(options: RunOptions): Promise<RunResult> {
  const rules = options.rules ?? [join(ROOT, 'rules')];
  const lanner = [
    join(ROOT, 'bin/lanner'),
    'run',
    ...rules.flatMap((path) => ['-r', path]),
    ...['-o', 'json_output=true', '--alerts', 'stdout', '--', ...options.command],
  ];
  const [program = '', ...programArguments] =
    options.prepare === undefined
      ? lanner
      : ['unshare', '--mount', '--net', 'sh', '-ec', `${options.prepare}\nexec "$@"`, 'prepare', ...lanner];

  // A process group of its own, so that ending it on failure ends the command and its children as well.
  const child = spawn(program, programArguments, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  const alerts: Alert[] = [];
  const lines: string[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const alert = parseAlert(line);
    if (alert) alerts.push(alert);
    else lines.push(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });

  const limit = options.limit ?? 60_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, limit);
  try {
    const exitCode = await new Promise<number | null>((done, failed) => {
      child.on('error', failed);
      child.on('close', done);
    });
    if (late) {
      throw new Error(
        `lanner run did not end within ${limit} ms; it had printed\n${lines.join('\n')}\n${errors}`,
      );
    }
    return { alerts, lines, errors, exitCode };
  } finally {
    clearTimeout(timer);
    endGroup(child.pid);
  }
}

function parseAlert(line: string): Alert | undefined {
  const arrival = (performance.timeOrigin + performance.now()) * 1e6;
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line);
    return typeof value.rule === 'string' && typeof value.output === 'string'
      ? { ...value, arrival }
      : undefined;
  } catch {
    return undefined;
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group, as it should be.
  }
}
