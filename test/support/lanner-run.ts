/**
 * Runs a command under `lanner run` and collects the alerts. Only the command and its descendants are
 * watched, so a test never sees what else the machine does.
 */
import { createInterface } from 'node:readline';
import { LANNER, start } from './lanner.ts';

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
  /**
   * Shell commands that run before Lanner does, outside of what it watches, in a mount and network
   * namespace of their own that Lanner and the command then share: what they mount, the machine does not see.
   */
  readonly prepare?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Path of rules instead of the default ones. */
  readonly rules?: string;
  /** What `-o` takes. */
  readonly settings?: readonly string[];
  /** Put behind every output; its fields are among the alert's. */
  readonly print?: string;
}

export interface RunResult {
  readonly alerts: readonly Alert[];
  /** Lines of standard output that are no alerts: the command's own. */
  readonly lines: readonly string[];
  readonly errors: string;
  readonly exitCode: number | null;
}

/**
 * Runs the command under Lanner's default rules, or others, and waits for its end. Rejects when that takes too long,
 * with all that was printed.
 */
export async function lannerRun({
  command,
  prepare,
  environment,
  rules,
  settings = [],
  print,
}: RunOptions): Promise<RunResult> {
  const own = [
    'run',
    '-o',
    'json_output=true',
    '--alerts',
    'stdout',
    ...(rules ? ['-r', rules] : []),
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(print ? ['-p', print] : []),
  ];
  const words = [LANNER, ...own, '--', ...command];
  const [program = '', ...programArguments] =
    prepare === undefined
      ? words
      : ['unshare', '--mount', '--net', 'sh', '-ec', `${prepare}\nexec "$@"`, 'prepare', ...words];
  const running = start(program, programArguments, environment ? { env: environment } : {});
  const alerts: Alert[] = [];
  const lines: string[] = [];
  if (running.child.stdout === null) throw new Error('standard output is not read');
  createInterface({ input: running.child.stdout }).on('line', (line) => {
    const alert = parseAlert(line);
    if (alert) alerts.push(alert);
    else lines.push(line);
  });
  const { code, stderr } = await running.finished;
  if (code === null)
    throw new Error(`lanner run was ended, it took too long:\n${lines.join('\n')}\n${stderr}`);
  return { alerts, lines, errors: stderr, exitCode: code };
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
