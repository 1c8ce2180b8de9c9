/**
 * The descriptor that an event is about: its number, what is known of it, and what the event itself
 * tells where nothing is.
 */
import type { EventCursor } from '../events/cursor.ts';
import { descriptorNumber } from '../events/descriptors.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor } from '../system/descriptor.ts';

/** `dirfd` of a system call that starts from the working directory (fcntl.h). */
export const AT_FDCWD = -100;

const CONCERNS = Uint8Array.from(EVENT_TYPES, ({ flags }) =>
  flags.has('USES_FD') || flags.has('CREATES_FD') || flags.has('DESTROYS_FD') ? 1 : 0,
);

/** Whether events of this type make, use or close a descriptor. */
export function concernsDescriptor(event: EventCursor): boolean {
  return CONCERNS[event.code] === 1;
}

/** Number of the descriptor that the event is about; -1 when it has none, as a failed open. */
export function numberOf(context: EventContext): number {
  return context.descriptorNumber ?? descriptorNumber(context.event);
}

/** Any descriptor of the event's process, by number. */
export function descriptorOf(context: EventContext, fd: number): Descriptor | undefined {
  const { thread, system, descriptor } = context;
  if (fd < 0) return undefined;
  if (descriptor && fd === numberOf(context)) return descriptor;
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
