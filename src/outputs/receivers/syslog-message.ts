/** Alerts as syslog messages: the old form for the local socket (RFC 3164), and that of RFC 5424 for the network. */
import process from 'node:process';
import { type Alert, severity, sourceOf } from '../../alerts/alert.ts';
import { utcTime } from '../../alerts/format.ts';

/** Who speaks, and in which facility. */
export interface SyslogSender {
  /** Number of the facility: 1 for `user` (RFC 5424, section 6.2.1). */
  readonly facility: number;
  /** APP-NAME, or the tag. */
  readonly name: string;
}

function priorityOf(alert: Alert, { facility }: SyslogSender): number {
  return facility * 8 + severity(alert);
}

/** For /dev/log: the service adds time and host. As syslog(3) writes it, with the process's number. */
export function localMessage(alert: Alert, line: string, sender: SyslogSender): string {
  return `<${priorityOf(alert, sender)}>${localTime(alert.time)} ${sender.name}[${process.pid}]: ${line}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jan  1 13:03:07`, local time (RFC 3164, section 4.1.2). */
function localTime(time: bigint): string {
  const date = new Date(Number(time / 1_000_000n));
  const clock = date.toTimeString().slice(0, 8);
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock}`;
}

/** Number of the structured data: 32473 is IANA's for examples, and no other is ours. */
const DATA_ID = 'lanner@32473';

/** For the network (RFC 5424, section 6): UTF-8 with its mark, rule and id as structured data. */
export function networkMessage(
  { alert, line, id }: { readonly alert: Alert; readonly line: string; readonly id: string },
  sender: SyslogSender,
): string {
  // TIME-SECFRAC has six digits at most.
  const time = utcTime(alert.time).replace(/(\.\d{6})\d{3}Z$/, '$1Z');
  const data = Object.entries({
    id,
    rule: alert.rule,
    priority: alert.priority,
    source: sourceOf(alert),
  }).map(([name, value]) => ` ${name}="${value.replaceAll(/["\\\]]/g, '\\$&')}"`);
  const head = `<${priorityOf(alert, sender)}>1 ${time} ${word(alert.hostname, 255)} ${word(sender.name, 48)}`;
  return `${head} ${process.pid} alert [${DATA_ID}${data.join('')}] \ufeff${line}`;
}

/** PRINTUSASCII without spaces, or the sign for nothing. */
function word(text: string, length: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, length) || '-';
}
