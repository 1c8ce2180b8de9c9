/** Kinds of descriptors, and which one an event is about, by the event alone: the one it uses or the one it makes. */
import type { EventCursor } from './cursor.ts';
import { EVENT_TYPES, type EventType } from './table.ts';

/**
 * Kind of a descriptor by the letter that `fd.typechar` prints: file, directory, IPv4 and IPv6 socket,
 * unix socket, pipe, event, signalfd, eventpoll, inotify, timerfd, netlink, bpf, userfaultfd (`u` as
 * well), io_uring, memfd, pidfd, other, unsupported.
 */
export type DescriptorKind =
  | 'f'
  | 'd'
  | '4'
  | '6'
  | 'u'
  | 'p'
  | 'e'
  | 's'
  | 'l'
  | 'i'
  | 't'
  | 'n'
  | 'b'
  | 'r'
  | 'm'
  | 'P'
  | 'o'
  | 'X';

const NONE = -1;

/** Falco takes the second of splice's two descriptors for the one that is used. */
const SPLICE = 'splice';

/** By event code: index of the parameter with the descriptor that the event uses; -1 for none. */
const USED = Int8Array.from(EVENT_TYPES, (type) => {
  if (!type.flags.has('USES_FD')) return NONE;
  const first = firstDescriptor(type, isExit(type) ? 1 : 0);
  return type.name === SPLICE ? firstDescriptor(type, first + 1) : first;
});

/** By event code: index of the parameter with the descriptor that the event makes; -1 for none. */
const CREATED = Int8Array.from(EVENT_TYPES, (type) => {
  if (!type.flags.has('CREATES_FD') || !isExit(type) || type.parameters.length === 0) return NONE;
  // A pair is made in order: its second descriptor is the last one made.
  const second = type.parameters.findIndex(({ name }) => name === 'fd2');
  return Math.max(second, 0);
});

function firstDescriptor(type: EventType, from: number): number {
  return type.parameters.findIndex((parameter, index) => index >= from && parameter.type === 'FD');
}

/** Even codes tell of entering a system call, odd ones of leaving it. */
export function isExit(type: EventType): boolean {
  return (type.code & 1) === 1;
}

/** Number of the descriptor that the event uses; -1 when it uses none or does not tell. */
export function usedDescriptor(event: EventCursor): number {
  const used = USED[event.code] ?? NONE;
  return used >= 0 ? (event.i64(used) ?? NONE) : NONE;
}

/** Number of the descriptor that the event is about; -1 when it has none, as a failed open. */
export function descriptorNumber(event: EventCursor): number {
  const created = CREATED[event.code] ?? NONE;
  if (created >= 0 && (event.i64(0) ?? NONE) >= 0) return event.i64(created) ?? NONE;
  return usedDescriptor(event);
}
