/** Name and path of the descriptor that an event is about, also where the descriptor never came to be. */
import type { ByteString } from '../events/bytes.ts';
import { parameterIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import { tupleText } from '../system/socket-text.ts';
import { absolutePath } from './event-paths.ts';
import { argumentText } from './evt-arguments.ts';
import { eventTuple, hasClient, hasServer, isInternet, unixTuple } from './socket-fields.ts';
import { concernsDescriptor } from './subject.ts';

/** Events whose own parameters name what they would have opened. */
const OPENED_BY: Readonly<Record<string, string>> = {
  open: 'name',
  openat: 'name',
  openat2: 'name',
  creat: 'name',
  open_by_handle_at: 'path',
};

/** Events whose connection names what they would have connected. */
const CONNECTED_BY: ReadonlySet<string> = new Set(['accept', 'accept4', 'connect']);

/**
 * `fd.name`: what is known of the descriptor; otherwise the name in the event; otherwise, as in Falco,
 * empty. `undefined` for events that concern no descriptor.
 */
export function fdName(context: EventContext): ByteString | undefined {
  const { descriptor, event } = context;
  if (descriptor) return socketName(context) ?? descriptor.name;
  return concernsDescriptor(event) ? nameFromEvent(context) : undefined;
}

/** Name of a socket that has a peer only in this event. */
export function socketName(context: EventContext): ByteString | undefined {
  const { descriptor } = context;
  if (!descriptor?.socket || descriptor.socket.listening !== undefined) return undefined;
  if (!isInternet(descriptor))
    return descriptor.socket.path === '' ? tupleText(unixTuple(context)) : undefined;
  if (hasClient(descriptor.socket) && hasServer(descriptor.socket)) return undefined;
  return tupleText(eventTuple(context));
}

function nameFromEvent(context: EventContext): ByteString | undefined {
  const { event } = context;
  const opened = openedIndex(context);
  if (opened >= 0) return event.sizeOf(opened) === 0 ? unreadName(context) : absolutePath(context, opened);
  const tuple = CONNECTED_BY.has(event.type.name) ? parameterIndex(event.type, 'tuple') : -1;
  return tuple < 0 ? '' : argumentText(context, tuple);
}

/** Name of a file whose path could not be read; of the calls with a directory descriptor Falco has none. */
function unreadName({ event }: EventContext): ByteString | undefined {
  return event.type.name === 'openat' || event.type.name === 'openat2' ? undefined : '<NA>';
}

function openedIndex({ event }: EventContext): number {
  const name = OPENED_BY[event.type.name];
  return name === undefined ? -1 : parameterIndex(event.type, name);
}

/** `fd.nameraw`: the path as the program gave it, doubled slashes apart; empty for what has no path. */
export function fdRawName(context: EventContext): ByteString | undefined {
  const { descriptor, event } = context;
  if (!descriptor && !concernsDescriptor(event)) return undefined;
  if (descriptor?.socket) return '';
  const name = descriptor ? descriptor.rawName : rawNameFromEvent(context);
  if (name === undefined) return undefined;
  return name.includes('//') ? name.replace(/\/{2,}/g, '/') : name;
}

/** As in Falco, the calls without a directory descriptor tell their path made absolute. */
function rawNameFromEvent(context: EventContext): ByteString | undefined {
  const opened = openedIndex(context);
  const isAsGiven = opened >= 0 && parameterIndex(context.event.type, 'dirfd') >= 0;
  if (!isAsGiven || context.event.sizeOf(opened) === 0) return nameFromEvent(context);
  return context.event.text(opened);
}

/** `fd.directory`: a directory is its own. `undefined` for what is neither file nor directory. */
export function fdDirectory(context: EventContext): ByteString | undefined {
  const { descriptor } = context;
  if (descriptor?.kind === 'd') return descriptor.name;
  if (descriptor && descriptor.kind !== 'f') return undefined;
  const name = fdName(context);
  if (name === undefined) return undefined;
  const slash = name.lastIndexOf('/');
  if (slash <= 0) return '/';
  return slash === name.length - 1 ? name : name.slice(0, slash);
}

/** `fd.filename`: for files only, as in Falco also not for those that could not be opened. */
export function fdFileName({ descriptor }: EventContext): ByteString | undefined {
  if (descriptor?.kind !== 'f') return undefined;
  const { name } = descriptor;
  const slash = name.lastIndexOf('/');
  if (slash < 0) return '/';
  return slash === name.length - 1 ? name : name.slice(slash + 1);
}

/** Kind of a descriptor of which only the event tells, as `fd.typechar`. */
export function kindFromEvent({ event }: EventContext): ByteString {
  return KINDS_BY_EVENT[event.type.name] ?? 'o';
}

/** Falco's list; it leaves out `open`, so that a failed open is of kind `o`, a failed openat of kind `f`. */
const KINDS_BY_EVENT: Readonly<Record<string, string>> = {
  openat: 'f',
  openat2: 'f',
  creat: 'f',
  socket: '4',
  accept: '4',
  accept4: '4',
  pipe: 'p',
  pipe2: 'p',
  eventfd: 'e',
  eventfd2: 'e',
  signalfd: 's',
  signalfd4: 's',
  timerfd_create: 't',
  inotify_init: 'i',
  inotify_init1: 'i',
};
