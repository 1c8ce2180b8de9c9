/** Lines of the program about itself, on standard error and in syslog, in the form of Falco's own log. */
import type { Config } from '../config/schema.ts';
import { LOG_LEVELS, type LogLevel } from '../config/watching-settings.ts';
import { isJournal } from '../outputs/journal.ts';
import { LineQueue } from '../outputs/line-queue.ts';
import { standardSink, writeAll } from '../outputs/write-all.ts';
import { writeError } from './fail.ts';
import { openSyslog, type Syslog } from './syslog.ts';

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

type LogSettings = Pick<Config, 'log_level' | 'log_stderr' | 'log_syslog' | 'time_format_iso_8601'>;

export function openLog(settings: LogSettings): OpenLog {
  const log = new DaemonLog();
  log.configure(settings);
  return {
    log: (message, level = 'info') => log.write(message, level),
    configure: (config) => log.configure(config),
    close: () => log.close(),
  };
}

class DaemonLog {
  readonly #isInJournal = isJournal(2);
  readonly #lines: LineQueue;
  #settings: LogSettings | undefined;
  #syslog: Syslog | undefined;

  constructor() {
    const sink = standardSink(2);
    this.#lines = new LineQueue({
      put: (chunk, signal) => writeAll(sink, chunk, signal),
      // Nobody is left to tell.
      onFailure: () => {},
    });
  }

  configure(settings: LogSettings): void {
    this.#settings = settings;
    if (!settings.log_syslog) {
      void this.#syslog?.close();
      this.#syslog = undefined;
    } else if (this.#syslog === undefined) this.#openSyslog();
  }

  write(message: string, level: LogLevel): void {
    const severity = LOG_LEVELS.indexOf(level);
    if (!this.#settings || severity > LOG_LEVELS.indexOf(this.#settings.log_level)) return;
    this.#syslog?.write(severity, message);
    if (this.#settings.log_stderr) this.#print(message, severity);
  }

  async close(): Promise<void> {
    await Promise.all([this.#lines.close(), this.#syslog?.close()]);
  }

  /** The journal has the time itself, and takes the level in a form of its own (sd-daemon(3)). */
  #print(message: string, severity: number): void {
    const start = this.#isInJournal
      ? `<${severity}>`
      : `${timestamp(this.#settings?.time_format_iso_8601 ?? false)}: `;
    this.#lines.push(start + message);
  }

  #openSyslog(): void {
    const say = ({ message }: Error): void => {
      if (this.#settings?.log_stderr)
        this.#print(`warning: log_syslog: ${message}`, LOG_LEVELS.indexOf('warning'));
    };
    try {
      this.#syslog = openSyslog(say);
    } catch (error) {
      say(error as Error);
    }
  }
}

/** For a command that shares the terminal with another program: nothing but the name before a line. */
export const plainLog: Log = (message) => writeError(`lanner: ${message}\n`);

/** As in C's asctime(), or in ISO 8601. */
function timestamp(iso8601: boolean): string {
  const date = new Date();
  if (iso8601) return `${date.toISOString().slice(0, 19)}+0000`;
  const [day, month, dayOfMonth, year] = date.toDateString().split(' ');
  const clock = date.toTimeString().slice(0, 8);
  return `${day} ${month} ${dayOfMonth?.replace(/^0/, ' ')} ${clock} ${year}`;
}
