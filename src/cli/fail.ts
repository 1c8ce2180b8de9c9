/** How Lanner tells people that something went wrong: one line on standard error and exit code 1. */
import { writeSync } from 'node:fs';

/** An error whose message is meant for people as it is: what went wrong, where, what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Failure';
  }
}

/** Ends the command with an error for people. */
export function fail(message: string): never {
  throw new Failure(message);
}

/** What an error may carry for those who want to know more, such as the verifier's log. */
interface Detailed {
  readonly detail?: unknown;
}

/**
 * Text for an error: its message, one line per problem, and with `verbose` all that is known of it
 * (detail, stack, causes).
 */
export function describeError(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return `lanner: ${String(error)}\n`;
  const lines = error.message.split('\n').map((line) => `lanner: ${line}`);
  if (!verbose) return `${lines.join('\n')}\n`;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { detail } = cause as Detailed;
    if (typeof detail === 'string' && detail !== '') lines.push(detail.trimEnd());
    if (cause.stack !== undefined) lines.push(cause.stack);
  }
  return `${lines.join('\n')}\n`;
}

/** Writes to standard error, whether anybody listens or not. */
export function writeError(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody is left to tell.
  }
}
