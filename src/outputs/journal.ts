/** Alerts in systemd's journal, each with fields of its own (systemd.journal-fields(7)). */
import { fstatSync } from 'node:fs';
import process from 'node:process';
import { type Alert, type AlertValue, severity } from '../alerts/alert.ts';
import { DatagramQueue } from './datagram-queue.ts';
import type { Output, OutputFailure, OutputMessage, OutputStatistics } from './output.ts';

/** Where the journal listens, in its own protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). */
const SOCKET = '/run/systemd/journal/socket';
/** Bytes of the message that are kept when the journal does not take the whole. */
const SHORT_MESSAGE = 32 * 1024;
/** Longest name of a field that the journal takes. */
const LONGEST_NAME = 64;

export class JournalOutput implements Output {
  readonly name = 'journal';
  readonly #queue: DatagramQueue;

  /** Throws when there is no journal. */
  constructor(onFailure: OutputFailure, socket: string = SOCKET) {
    this.#queue = new DatagramQueue({ path: socket, onFailure: (error) => onFailure(this, error) });
  }

  write({ alert, line }: OutputMessage): void {
    this.#queue.push({
      bytes: encodeEntry([...ownFields(alert, line), ...alertFields(alert)]),
      shorter: () =>
        encodeEntry([...ownFields(alert, line.slice(0, SHORT_MESSAGE)), ['LANNER_TRUNCATED', '1']]),
    });
  }

  reopen(): void {
    this.#queue.reopen();
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get queued(): number {
    return this.#queue.queued;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  get statistics(): OutputStatistics {
    return this.#queue.statistics;
  }
}

/** Whether a standard stream goes to the journal, as that of a service does (systemd.exec(5), JOURNAL_STREAM). */
export function isJournal(descriptor: 1 | 2): boolean {
  const stream = process.env.JOURNAL_STREAM;
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

type Field = readonly [name: string, value: string];

function ownFields(alert: Alert, line: string): Field[] {
  return [
    ['MESSAGE', line],
    ['PRIORITY', String(severity(alert))],
    ['SYSLOG_IDENTIFIER', 'lanner'],
    ['LANNER_RULE', alert.rule],
    ['LANNER_SOURCE', alert.kind === 'rule' ? alert.source : alert.kind],
    ['LANNER_TAGS', alert.kind === 'rule' ? alert.tags.join(',') : ''],
    ['LANNER_TIME', String(alert.time)],
  ];
}

/** The alert's fields: `proc.name` becomes LANNER_PROC_NAME. */
function alertFields(alert: Alert): Field[] {
  const values =
    alert.kind === 'rule'
      ? alert.fields.map(({ key, value }) => [key, value] as const)
      : Object.entries(alert.fields);
  return values.map(([key, value]) => [fieldName(key), valueText(value)]);
}

/** Names are capital letters, digits and underscores. */
function fieldName(key: string): string {
  const name = key.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return `LANNER_${name}`.replace(/_$/, '').slice(0, LONGEST_NAME);
}

function valueText(value: AlertValue): string {
  return Array.isArray(value) ? value.map(valueText).join(',') : value === null ? '' : String(value);
}

/** `NAME=value` a line; a value of several lines stands behind its length in 64 bits. */
function encodeEntry(fields: readonly Field[]): Buffer {
  const parts = fields.flatMap(([name, value]) => {
    if (!value.includes('\n')) return [Buffer.from(`${name}=${value}\n`, 'utf8')];
    const bytes = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return [Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')];
  });
  return Buffer.concat(parts);
}
