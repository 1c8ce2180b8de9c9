/**
 * The descriptor that an event is about: its number, what is known of it, and what the event itself
 * tells where nothing is.
 */
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES, type EventType } from '../events/table.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor } from '../system/descriptor.ts';

/** `dirfd` of a system call that starts from the working directory (fcntl.h). */
export const AT_FDCWD = -100;

const NONE = -1;

/** By event code: index of the parameter with the descriptor that the event uses; -1 for none. */
const USED = Int8Array.from(EVENT_TYPES, (type) =>
  type.flags.has('USES_FD') ? firstDescriptor(type, isExit(type) ? 1 : 0) : NONE,
);

/** By event code: index of the parameter with the descriptor that the event makes; -1 for none. */
const CREATED = Int8Array.from(EVENT_TYPES, (type) => {
  if (!type.flags.has('CREATES_FD') || !isExit(type) || type.parameters.length === 0) return NONE;
  // A pair is made in order: its second descriptor is the last one made.
  const second = type.parameters.findIndex(({ name }) => name === 'fd2');
  return Math.max(second, 0);
});

const CONCERNS = Uint8Array.from(EVENT_TYPES, ({ flags }) =>
  flags.has('USES_FD') || flags.has('CREATES_FD') || flags.has('DESTROYS_FD') ? 1 : 0,
);

function firstDescriptor(type: EventType, from: number): number {
  return type.parameters.findIndex(({ type }, index) => index >= from && type === 'FD');
}

/** Even codes tell of entering a system call, odd ones of leaving it. */
export function isExit(type: EventType): boolean {
  return (type.code & 1) === 1;
}

/** Whether events of this type make, use or close a descriptor. */
export function concernsDescriptor(event: EventCursor): boolean {
  return CONCERNS[event.code] === 1;
}

/** Number of the descriptor that the event is about; -1 when it has none, as a failed open. */
export function descriptorNumber(event: EventCursor): number {
  const created = CREATED[event.code] ?? NONE;
  if (created >= 0 && (event.i64(0) ?? NONE) >= 0) return event.i64(created) ?? NONE;
  const used = USED[event.code] ?? NONE;
  return used >= 0 ? (event.i64(used) ?? NONE) : NONE;
}

/** Any descriptor of the event's process, by number. */
export function descriptorOf(context: EventContext, fd: number): Descriptor | undefined {
  const { event, thread, system, descriptor } = context;
  if (fd < 0) return undefined;
  if (descriptor && fd === descriptorNumber(event)) return descriptor;
  return thread && system.descriptor?.(thread, fd);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  f: 'file',
  d: 'directory',
  4: 'ipv4',
  6: 'ipv6',
  u: 'unix',
  p: 'pipe',
  e: 'event',
  s: 'signalfd',
  l: 'eventpoll',
  i: 'inotify',
  t: 'timerfd',
  n: 'netlink',
  b: 'bpf',
  r: 'io_uring',
  m: 'memfd',
  P: 'pidfd',
};

/** Kind of a descriptor as `fd.type` prints it; `<NA>` for kinds without a name. */
export function typeName({ kind, socket }: Descriptor): string {
  if (kind === 'u' && !socket) return 'userfaultfd';
  return TYPE_NAMES[kind] ?? '<NA>';
}
