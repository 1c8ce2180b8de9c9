/** A console with a Lanner behind it that watches one shell, in which tests act. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Daemon, startDaemon, temporaryFolder } from './daemon.ts';
import { freePort } from './free-port.ts';
import { LANNER, start } from './lanner.ts';

/** A whole file of tests with a browser, on a machine that has much else to do. */
const LIMIT_MS = 280_000;

export interface TestConsole {
  readonly base: string;
  readonly folder: string;
  readonly daemon: Daemon;
  /** After the daemon has ended: another one with the same store and address. */
  startAgain(): Promise<void>;
  /** Runs a line in the shell that is watched, and resolves at its end. */
  act(line: string): Promise<void>;
  /** Acts out a scene, which Lanner is to detect. */
  scene(name: string): Promise<void>;
}

export interface ConsoleOptions {
  readonly rules?: string;
  readonly settings?: readonly string[];
}

/** Everything is ended and removed after the test. */
export async function startConsole(
  context: TestContext,
  { rules = 'rules', settings = [] }: ConsoleOptions = {},
): Promise<TestConsole> {
  const folder = temporaryFolder(context);
  const shell = start('sh', [], { pipe: true, limitMs: LIMIT_MS });
  context.after(() => shell.child.kill('SIGKILL'));
  const port = await freePort();
  const options = [
    `store.path=${join(folder, 'alerts.db')}`,
    'store.keep=always',
    'webserver.enabled=true',
    'webserver.listen_address=127.0.0.1',
    `webserver.listen_port=${port}`,
    'console.serve=always',
    ...settings,
  ].flatMap((setting) => ['-o', setting]);
  const pid = shell.child.pid as number;
  const serve = async (): Promise<Daemon> => {
    const started = await startDaemon(pid, '-r', rules, ...options);
    context.after(() => started.child.kill('SIGKILL'));
    await started.logged('listening on http://');
    return started;
  };
  const daemon = await serve();
  let count = 0;
  const act = async (line: string): Promise<void> => {
    const number = ++count;
    shell.child.stdin?.write(`${line}\necho did ${number}.\n`);
    await shell.printed('stdout', `did ${number}.`);
  };
  return {
    ...{ base: `http://127.0.0.1:${port}`, folder, daemon, act },
    startAgain: async () => void (await serve()),
    scene: (name) => act(`${LANNER} scenes --act-only ${name} >/dev/null </dev/null`),
  };
}
