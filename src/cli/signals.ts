/** What signals do while Lanner watches. */
import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import { isatty } from 'node:tty';

/** Signals that end the watching. */
const ENDING = ['SIGINT', 'SIGTERM'] as const;
/** Signals that are for the command while `lanner run` runs one. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Calls `action` at SIGINT and SIGTERM, however often they come; `end` restores what was before. */
export function onEndSignal(action: () => void): { end(): void } {
  return handle(ENDING, action);
}

/** Calls `action` at SIGUSR1. */
export function onReopenSignal(action: () => void): { end(): void } {
  return handle(['SIGUSR1'], action);
}

/** Calls `action` at SIGHUP. */
export function onReloadSignal(action: () => void): { end(): void } {
  return handle(['SIGHUP'], action);
}

/**
 * From now on signals go to a command that is named with `to`; those that came before it was there are
 * sent then. A terminal sends its signals to the command by itself, so they are not sent twice.
 */
export function whileForwarding(): { to(command: ChildProcess | undefined): void; end(): void } {
  let target: ChildProcess | undefined;
  const early: NodeJS.Signals[] = [];
  const handling = handle(FORWARDED, (signal) => {
    const fromTerminal = isatty(0) && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (target === undefined) early.push(signal);
    else if (!fromTerminal) target.kill(signal);
  });
  return {
    to(command) {
      target = command;
      for (const signal of early.splice(0)) command?.kill(signal);
    },
    end: handling.end,
  };
}

function handle(
  signals: readonly NodeJS.Signals[],
  action: (signal: NodeJS.Signals) => void,
): { end(): void } {
  for (const signal of signals) process.on(signal, action);
  return {
    end() {
      for (const signal of signals) process.off(signal, action);
    },
  };
}
