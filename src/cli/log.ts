/** Lines of the program about itself, on standard error, in the form of Falco's own log. */
import type { Config } from '../config/schema.ts';
import { LOG_LEVELS, type LogLevel } from '../config/watching-settings.ts';
import { isJournal } from '../outputs/journal.ts';
import { LineQueue } from '../outputs/line-queue.ts';
import { standardSink, writeAll } from '../outputs/write-all.ts';
import { writeError } from './fail.ts';

/** Takes a line; `info` unless told otherwise. */
export type Log = (message: string, level?: LogLevel) => void;

/** The log of a daemon. Lines never wait for whoever reads them: events would have to wait too. */
export interface OpenLog {
  readonly log: Log;
  /** Lines are written from now on as this configuration wants it. */
  configure(config: LogSettings): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

type LogSettings = Pick<Config, 'log_level' | 'log_stderr' | 'time_format_iso_8601'>;

/** Opens the log, whose lines begin with the time, as in C's asctime() or in ISO 8601. */
export function openLog(settings: LogSettings): OpenLog {
  const sink = standardSink(2);
  const isInJournal = isJournal(2);
  const lines = new LineQueue({
    put: (chunk, signal) => writeAll(sink, chunk, signal),
    // Nobody is left to tell.
    onFailure: () => {},
  });
  let current = settings;
  return {
    log(message, level = 'info') {
      if (!current.log_stderr || LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(current.log_level)) return;
      // The journal has the time itself, and takes the level in this form (sd-daemon(3)).
      const start = isInJournal ? `<${LOG_LEVELS.indexOf(level)}>` : timestamp(current);
      lines.push(start + message);
    },
    configure(config) {
      current = config;
    },
    close: () => lines.close(),
  };
}

/** For a command that shares the terminal with another program: nothing but the name before a line. */
export const plainLog: Log = (message) => writeError(`lanner: ${message}\n`);

/** For commands that print and end: only what somebody should do something about. */
export const warningLog: Log = (message, level = 'info') => {
  if (LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf('warning')) plainLog(message, level);
};

function timestamp({ time_format_iso_8601: iso8601 }: LogSettings): string {
  const date = new Date();
  if (iso8601) return `${date.toISOString().slice(0, 19)}+0000: `;
  const [day, month, dayOfMonth, year] = date.toDateString().split(' ');
  const clock = date.toTimeString().slice(0, 8);
  return `${day} ${month} ${dayOfMonth?.replace(/^0/, ' ')} ${clock} ${year}: `;
}
