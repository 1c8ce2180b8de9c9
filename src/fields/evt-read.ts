/** How the fields of class `evt` find their values. */

import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { isExit } from '../events/descriptors.ts';
import { errorName } from '../events/error-names.ts';
import { parameterIndex } from '../events/parameters.ts';
import { eventCodes } from '../events/table.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor } from '../system/descriptor.ts';
import { argumentText, genericSyscallName, printable } from './evt-arguments.ts';
import type { FieldValue } from './field.ts';
import { integer } from './number.ts';
import { isInternet } from './socket-fields.ts';

/** Codes of the events that carry their own name: a system call without a type, and news from plugins. */
const GENERIC_EXIT = 1;
const ASYNC_EVENT = 402;

/** Whether events of this code carry their own name, so that the code does not tell it. */
export function carriesOwnName(code: number): boolean {
  return code === GENERIC_EXIT || code === ASYNC_EVENT;
}

export function eventName(context: EventContext): ByteString | undefined {
  const { event } = context;
  if (event.code === GENERIC_EXIT) return genericSyscallName(context) ?? event.type.name;
  if (event.code === ASYNC_EVENT) return event.text(1);
  return event.type.name;
}

/** 1 when the event has the type that the argument names, or the code that it is; otherwise 0. */
export function isOfType({ event }: EventContext, argument: string | undefined): number {
  if (argument === undefined) return 0;
  return eventCodes(argument).includes(event.code) || Number(argument) === event.code ? 1 : 0;
}

/** Index of a parameter that a rule gives by name or by number; -1 when the event has none such. */
export function indexOf({ event }: EventContext, argument: string | undefined): number {
  if (argument === undefined) return -1;
  const digit = argument.charCodeAt(0) - 48;
  return digit >= 0 && digit <= 9 ? Number(argument) : parameterIndex(event.type, argument);
}

/** Result of the system call; `undefined` for events that are none or tell no result. */
export function result(event: EventCursor): number | undefined {
  const { type } = event;
  if (type.kind !== 'SYSCALL' || !isExit(type) || event.code === GENERIC_EXIT) return undefined;
  return event.sizeOf(0) === 4 ? event.i32(0) : event.i64(0);
}

export function failed(event: EventCursor): boolean | undefined {
  const value = result(event);
  return value === undefined ? undefined : value < 0;
}

export function resultText(context: EventContext): ByteString | undefined {
  const value = result(context.event);
  if (value === undefined) return undefined;
  if (value >= 0) return 'SUCCESS';
  return errorName(-value) ?? argumentText(context, 0);
}

export function errorCount(event: EventCursor): number | undefined {
  const value = failed(event);
  return value === undefined ? undefined : Number(value);
}

const OPENS_FILE: ReadonlySet<string> = new Set(['open', 'creat', 'openat', 'openat2', 'open_by_handle_at']);
const OPENS_CONNECTION: ReadonlySet<string> = new Set(['accept', 'accept4', 'connect']);

/** `evt.count.error` for events of one subject, by the descriptor or else by what they would have opened. */
export function errorCountOf(
  { event, descriptor }: EventContext,
  subject: 'file' | 'net' | 'other',
): number | undefined {
  return subjectOf(event, descriptor) === subject ? errorCount(event) : undefined;
}

function subjectOf(event: EventCursor, descriptor: Descriptor | undefined): string {
  if (descriptor) {
    if (descriptor.kind === 'f' || descriptor.kind === 'd') return 'file';
    return isInternet(descriptor) || (descriptor.kind === 'u' && descriptor.socket) ? 'net' : 'other';
  }
  const { name, category } = event.type;
  if (OPENS_FILE.has(name)) return 'file';
  if (OPENS_CONNECTION.has(name)) return 'net';
  return category === 'MEMORY' ? 'memory' : 'other';
}

const CATEGORIES: Readonly<Record<string, string>> = {
  UNKNOWN: 'unknown',
  OTHER: 'other',
  FILE: 'file',
  NET: 'net',
  IPC: 'IPC',
  MEMORY: 'memory',
  PROCESS: 'process',
  SLEEP: 'sleep',
  SYSTEM: 'system',
  SIGNAL: 'signal',
  USER: 'user',
  TIME: 'time',
  PROCESSING: 'processing',
  WAIT: 'wait',
  SCHEDULER: 'scheduler',
  INTERNAL: 'internal',
};

/** Reads, writes and the like belong to the category of their descriptor. */
const CATEGORIES_BY_KIND: Readonly<Record<string, string>> = {
  f: 'file',
  d: 'file',
  4: 'net',
  6: 'net',
  p: 'ipc',
  u: 'ipc',
  e: 'ipc',
  s: 'ipc',
  i: 'ipc',
};

export function category({ event, descriptor }: EventContext): ByteString {
  const { category } = event.type;
  if (!category.startsWith('IO_')) return CATEGORIES[category] ?? 'unknown';
  return (descriptor && CATEGORIES_BY_KIND[descriptor.kind]) ?? 'unknown';
}

/** Bytes that were read or written; `undefined` when the event carries none. */
export function data({ event }: EventContext): FieldValue {
  const index = parameterIndex(event.type, 'data');
  return index >= 0 && event.sizeOf(index) > 0 ? event.raw(index) : undefined;
}

export function dataText(context: EventContext): ByteString | undefined {
  const bytes = data(context);
  return bytes instanceof Uint8Array ? printable(bytes) : undefined;
}

export function direction({ event }: EventContext): ByteString | undefined {
  const { flags } = event.type;
  if (flags.has('WRITES_TO_FD')) return 'write';
  return flags.has('READS_FROM_FD') ? 'read' : undefined;
}

export function isFile({ kind }: Descriptor): boolean {
  return kind === 'f';
}

/** Bytes that a read or write moved, of one category and one kind of descriptor where these are given. */
export function bytesMoved(
  { event, descriptor }: EventContext,
  category?: 'IO_READ' | 'IO_WRITE',
  accepts?: (descriptor: Descriptor) => boolean,
): number | undefined {
  const actual = event.type.category;
  if (!descriptor || !(category ? actual === category : actual.startsWith('IO_'))) return undefined;
  if (accepts && !accepts(descriptor)) return undefined;
  const moved = result(event);
  return moved !== undefined && moved >= 0 ? moved : undefined;
}

/** One fact of an old Docker event, whose third parameter reads `Event:start;ID:…;Image:…`. */
export function infrastructureFact({ event }: EventContext, key: string): ByteString | undefined {
  if (event.type.name !== 'infra') return undefined;
  const facts = event
    .text(2)
    ?.split(';')
    .map((fact) => fact.trim());
  return facts
    ?.find((fact) => fact.startsWith(`${key}:`))
    ?.slice(key.length + 1)
    .trim();
}

/** Milliseconds, rounded up, between the event and a moment in nanoseconds since the epoch. */
export function millisecondsFrom(event: EventCursor, moment: string | undefined): FieldValue {
  if (moment === undefined || !/^[0-9]{1,20}$/.test(moment)) return undefined;
  const distance = event.timestamp - BigInt(moment);
  return integer(((distance < 0n ? -distance : distance) + 999_999n) / 1_000_000n);
}
