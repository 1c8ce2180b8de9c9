/** The program that `lanner run` starts: how it is started and how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How a program ended, with the exit code that a shell would give for it. */
export interface CommandExit {
  /** The program's own; 128 + signal when killed; 127 when there is no such program, 126 when it cannot be run. */
  readonly code: number;
  /** Why it could not be started. */
  readonly failure?: string;
}

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

export interface RunningCommand {
  /** Absent when it could not be started. */
  readonly process: ChildProcess | undefined;
  readonly exit: Promise<CommandExit>;
}

/** Starts a program that shares our standard streams. Never throws: `exit` tells what went wrong. */
export function startCommand([program = '', ...args]: readonly string[]): RunningCommand {
  let child: ChildProcess;
  try {
    child = spawn(program, args, { stdio: 'inherit' });
  } catch (error) {
    // Node tells the common failures by an event, the others, such as ELOOP, like this.
    const failure = startFailure(program, error as NodeJS.ErrnoException);
    return { process: undefined, exit: Promise.resolve(failure) };
  }
  const exit = new Promise<CommandExit>((resolve) => {
    child.on('error', (error) => resolve(startFailure(program, error)));
    child.on('exit', (code, signal) => {
      resolve({ code: signal === null ? (code ?? 0) : 128 + constants.signals[signal] });
    });
  });
  return { process: child, exit };
}

function startFailure(program: string, error: NodeJS.ErrnoException): CommandExit {
  if (error.code === 'ENOENT' || program === '')
    return { code: NOT_FOUND, failure: `${program || '""'}: not found` };
  return { code: NOT_EXECUTABLE, failure: `${program}: cannot be run: ${error.code ?? error.message}` };
}
