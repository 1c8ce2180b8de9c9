/**
 * For tests, those of rules (src/authoring) among them: events, threads and descriptors made by hand, and a system
 * that knows just these.
 */
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent, type ParameterValue } from '../events/encode.ts';
import { EVENT_TYPES, type EventType } from '../events/table.ts';
import type { EventContext, SystemView } from '../system/context.ts';
import type { Descriptor, SocketEnds } from '../system/descriptor.ts';
import { parseIp } from '../system/ip.ts';
import type { Thread } from '../system/thread.ts';
import { FIELD_CATALOG } from './catalog.ts';
import type { Field, FieldValue } from './field.ts';

/** Time of events unless a test says otherwise: 2023-11-14T22:13:20.123456789Z. */
export const EVENT_TIME = 1_700_000_000_123_456_789n;

export interface EventDescription {
  readonly tid?: number;
  readonly timestamp?: bigint;
  readonly number?: number;
  readonly cpu?: number;
}

/** The type of the event that leaving the system call `name` makes today, or the event `name`. */
export function eventType(name: string): EventType {
  const types = EVENT_TYPES.filter((type) => type.name === name && !type.flags.has('OLD_VERSION'));
  const type = types.findLast(({ code }) => (code & 1) === 1) ?? types.at(-1);
  if (!type) throw new RangeError(`there is no event ${name}`);
  return type;
}

/** A cursor on an event. Parameters and extensions by name; what is not given is empty. */
export function eventOf(
  type: string | EventType,
  parameters: Readonly<Record<string, ParameterValue>> = {},
  { tid = 1000, timestamp = EVENT_TIME, number = 1, cpu = 0 }: EventDescription = {},
): EventCursor {
  const eventTypeOf = typeof type === 'string' ? eventType(type) : type;
  const all = [...eventTypeOf.parameters, ...eventTypeOf.extensions];
  for (const name of Object.keys(parameters))
    if (!all.some((parameter) => parameter.name === name))
      throw new RangeError(`${eventTypeOf.name} has no parameter ${name}`);
  const cursor = new EventCursor();
  const values = all.map(({ name }) => parameters[name]);
  cursor.attach(encodeEvent({ code: eventTypeOf.code, tid, timestamp, values }));
  cursor.moveTo(0);
  cursor.number = number;
  cursor.cpu = cpu;
  return cursor;
}

/** A thread of a shell that root runs on the host, but for what is given. */
export function threadOf(facts: Partial<Thread> = {}): Thread {
  const tid = facts.tid ?? 1000;
  const pid = facts.pid ?? tid;
  return {
    tid,
    pid,
    ptid: 0,
    vtid: tid,
    vpid: pid,
    sid: pid,
    pgid: pid,
    vpgid: pid,
    comm: 'sh',
    exe: '/bin/sh',
    exepath: '/usr/bin/dash',
    args: [],
    env: [],
    cwd: '/root/',
    uid: 0,
    gid: 0,
    loginuid: -1,
    tty: 0,
    capEffective: 0n,
    capPermitted: 0n,
    capInheritable: 0n,
    cgroups: [],
    containerId: '',
    containerType: 'host',
    executable: {
      writable: false,
      upperLayer: false,
      lowerLayer: false,
      fromMemfd: false,
      inode: 0n,
      changeTime: 0n,
      modifyTime: 0n,
    },
    cloneTime: 0n,
    pidNamespaceStart: 0n,
    fdLimit: 1024,
    vmSize: 0,
    vmRss: 0,
    vmSwap: 0,
    majorFaults: 0,
    minorFaults: 0,
    lastSeen: 0,
    exited: false,
    ...facts,
  };
}

/** A file, but for what is given. */
export function descriptorWith(facts: Partial<Descriptor> = {}): Descriptor {
  return {
    kind: 'f',
    name: '/etc/passwd',
    rawName: '/etc/passwd',
    device: 0,
    inode: 0n,
    upperLayer: false,
    lowerLayer: false,
    socket: undefined,
    ...facts,
  };
}

/** A TCP socket with the ends given as text: `10.0.0.1:4000->10.0.0.2:80`, or one end alone for the server. */
export function socketWith(name: string, facts: Partial<SocketEnds> = {}): Descriptor {
  const [first = '', second] = name.split('->');
  const client = second === undefined ? undefined : endOf(first);
  const server = endOf(second ?? first);
  const empty = server.ip.length === 16 ? '\0'.repeat(16) : '\0'.repeat(4);
  return descriptorWith({
    kind: server.ip.length === 16 ? '6' : '4',
    name,
    rawName: name,
    socket: {
      protocol: 6,
      clientIp: client?.ip ?? empty,
      clientPort: client?.port ?? 0,
      serverIp: server.ip,
      serverPort: server.port,
      isServer: undefined,
      path: '',
      ...facts,
    },
  });
}

function endOf(text: string): { ip: string; port: number } {
  const colon = text.lastIndexOf(':');
  const ip = parseIp(text.slice(0, colon));
  if (ip === undefined) throw new RangeError(`${text} has no address`);
  return { ip, port: Number(text.slice(colon + 1)) };
}

/** Bytes of a SOCKTUPLE parameter for the ends of a socket. */
export function tupleBytes(name: string): Buffer {
  const { socket } = socketWith(name);
  if (!socket) throw new RangeError(name);
  const family = socket.serverIp.length === 16 ? 10 : 2;
  return Buffer.concat([
    Buffer.of(family),
    Buffer.from(socket.clientIp, 'latin1'),
    port(socket.clientPort),
    Buffer.from(socket.serverIp, 'latin1'),
    port(socket.serverPort),
  ]);
}

function port(value: number): Buffer {
  return Buffer.of(value & 0xff, value >> 8);
}

export interface SystemDescription
  extends Partial<Omit<SystemView, 'thread' | 'parent' | 'leader' | 'threads'>> {
  readonly threads?: readonly Thread[];
  /** Addresses of this machine as text. */
  readonly addresses?: readonly string[];
}

/** A system with these threads, the user root and, unless given, nothing else. */
export function systemOf({ threads = [], addresses = [], ...rest }: SystemDescription = {}): SystemView {
  const byId = new Map(threads.map((thread) => [thread.tid, thread]));
  const local = new Set(addresses.map(parseIp));
  return {
    hostname: 'host',
    bootTime: 0n,
    users: {
      user: (uid) =>
        uid === 0 ? { uid, gid: 0, name: 'root', home: '/root', shell: '/bin/bash' } : undefined,
      groupName: (gid) => (gid === 0 ? 'root' : undefined),
    },
    thread: (tid) => byId.get(tid),
    parent: ({ ptid }) => byId.get(ptid),
    leader: ({ pid }) => byId.get(pid),
    threads: () => threads,
    isLocalAddress: (ip) => local.has(ip),
    ...rest,
  };
}

/** A context; the thread is one of the system's unless given. */
export function contextOf(
  event: EventCursor,
  { system = systemOf(), ...rest }: Partial<EventContext> = {},
): EventContext {
  return { event, thread: system.thread(event.tid), descriptor: undefined, system, ...rest };
}

/** Value of a field as a rule writes it: `proc.aname[2]`, `evt.arg.flags`. */
export function read(context: EventContext, written: string): FieldValue {
  const { field, argument } = fieldOf(written);
  return field.read(context, argument);
}

/** Text of a field in an alert, where it has one of its own. */
export function format(context: EventContext, written: string): string | undefined {
  const { field, argument } = fieldOf(written);
  return field.format?.(context, argument);
}

function fieldOf(written: string): { field: Field; argument: string | undefined } {
  const [, name = '', brackets] = /^([^[]*)(?:\[(.*)\])?$/.exec(written) ?? [];
  const found = FIELD_CATALOG.find(name);
  if (!found) throw new RangeError(`there is no field ${name}`);
  return { field: found.field, argument: brackets ?? found.argument };
}
