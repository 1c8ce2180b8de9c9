/** Runs a program in this one's place, as far as any Node from 18 on allows it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { isatty } from 'node:tty';

/** Signals that whoever started us may send; the terminal sends SIGINT and SIGQUIT to the program itself. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Runs `program`, hands on signals, and ends this process with its exit code (128 + signal if killed). */
export function passThrough(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !isatty(0)) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`cannot run ${program}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
