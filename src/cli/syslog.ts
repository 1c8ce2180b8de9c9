/** The log's way to the machine's syslog (`log_syslog`). */
import process from 'node:process';
import { DatagramQueue } from '../outputs/datagram-queue.ts';

const SOCKET = '/dev/log';
/** LOG_USER, the facility of programs that name none (syslog(3)). */
const FACILITY = 1;

export interface Syslog {
  /** `severity` as syslog counts, from 0. */
  write(severity: number, message: string): void;
  close(): Promise<void>;
}

/**
 * Opens it. Throws when nobody listens; a service that goes away later is waited for, and `onFailure` told. Lines
 * have the form of RFC 3164, in which the service expects them on this socket.
 */
export function openSyslog(onFailure: (error: Error) => void, path: string = SOCKET): Syslog {
  const queue = new DatagramQueue({ path, onFailure });
  return {
    write(severity, message) {
      const line = `<${FACILITY * 8 + severity}>${localTime(new Date())} lanner[${process.pid}]: ${message}`;
      queue.push({ bytes: Buffer.from(line, 'utf8') });
    },
    close: () => queue.close(),
  };
}

/** `Jan  1 13:03:07`. */
function localTime(date: Date): string {
  const [, month, day = ''] = date.toDateString().split(' ');
  return `${month} ${day.replace(/^0/, ' ')} ${date.toTimeString().slice(0, 8)}`;
}
