/** A stage: a process at the scene's place that waits, with everything built, until it may begin. */
import { type ChildProcess, spawn } from 'node:child_process';

/** How a scene ended. */
export interface StageEnd {
  /** Whether every step succeeded. */
  readonly performed: boolean;
  /** What the actors complained of; one line. */
  readonly complaint: string;
}

export interface Stage {
  /** Process id on the host of the process that performs the scene. */
  readonly pid: number;
  /** A container engine knows of it. */
  readonly hasEngine: boolean;
  /** Lets the scene begin. */
  start(): void;
  readonly ended: Promise<StageEnd>;
  /** Ends what is left, and removes it. */
  close(): Promise<void>;
}

/** The program that is behind a stage: it prints `ready` and then waits for a byte on its standard input. */
export interface StageProcess {
  readonly child: ChildProcess;
  /** Rejects with the complaint when the stage could not be built. */
  readonly ready: Promise<void>;
  readonly ended: Promise<StageEnd>;
  start(): void;
  /** Ends the whole process group. */
  kill(): void;
}

/** No stage is there for longer. Actors end by themselves before that. */
const LIMIT_MS = 40_000;
const COMPLAINT_LENGTH = 300;

export function startStageProcess(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): StageProcess {
  const child = spawn(program, args, {
    // A process group of its own, so that all of it can be ended, and Ctrl-C is for Lanner alone.
    detached: true,
    cwd: '/',
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing is left of it, as it should be.
    }
  };
  const timer = setTimeout(kill, LIMIT_MS);
  let output = '';
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // It may have ended before it is told to begin.
  child.stdin.on('error', () => {});
  const ended = new Promise<StageEnd>((resolve) => {
    child.on('error', (error) => resolve({ performed: false, complaint: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const reason = complaint.trim() || (signal ? `ended by ${signal}` : `exit code ${code}`);
      resolve({
        performed: code === 0,
        complaint: code === 0 ? '' : reason.replace(/\s*\n\s*/g, '; ').slice(0, COMPLAINT_LENGTH),
      });
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('ready\n')) resolve();
    });
    void ended.then(({ complaint: why }) => reject(new Error(why || 'it ended at once')));
  });
  ready.catch(() => {});
  return { child, ready, ended, kill, start: () => child.stdin.end('\n') };
}
