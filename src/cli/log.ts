/** Lines of the program about itself, on standard error, in the form of Falco's own log. */
import { writeError } from './fail.ts';

export type Log = (message: string) => void;

/** A log whose lines begin with the time, as in C's asctime() or in ISO 8601. */
export function openLog(iso8601: boolean): Log {
  return (message) => writeError(`${timestamp(new Date(), iso8601)}: ${message}\n`);
}

/** For a command that shares the terminal with another program: nothing but the name before a line. */
export const plainLog: Log = (message) => writeError(`lanner: ${message}\n`);

function timestamp(date: Date, iso8601: boolean): string {
  if (iso8601) return `${date.toISOString().slice(0, 19)}+0000`;
  const [day, month, dayOfMonth, year] = date.toDateString().split(' ');
  const clock = date.toTimeString().slice(0, 8);
  return `${day} ${month} ${dayOfMonth?.replace(/^0/, ' ')} ${clock} ${year}`;
}
