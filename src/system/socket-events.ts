/** Sockets in captures: how they are made, bound and connected, and what sending and receiving tells of them. */
import type { EventCursor } from '../events/cursor.ts';
import type { DescriptorKind, SocketEnds } from './descriptor.ts';
import { type DescriptorChange, type LearnDescriptor, resultOf } from './descriptor-change.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { completeEnds, type Ends } from './interfaces.ts';
import { OpenDescriptor } from './open-descriptor.ts';
import {
  boundEnds,
  guessedRole,
  isTcp4,
  isUdp4,
  socketName,
  swapped,
  unboundEnds,
  withEnds,
} from './socket-state.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  addressText,
  parseAddress,
  parseTuple,
  type SocketTuple,
  tupleText,
} from './socket-text.ts';

const AF_NETLINK = 16;

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_TYPE_MASK = 0xff;

const IPPROTO_IP = 0;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_RAW = 255;

const O_CLOEXEC = 1 << 12;
const EINPROGRESS = -115;

export const learnSocket: LearnDescriptor = (event, table, change) => {
  const fd = resultOf(event);
  if (fd < 0) return;
  const type = event.u32(2) ?? 0;
  const closesOnExec = ((event.u32(4) ?? 0) & O_CLOEXEC) !== 0;
  const made = newSocket(event.u32(1) ?? 0, type, event.u32(3) ?? 0);
  change.add(table, fd, made.with({ closesOnExec }));
};

function newSocket(domain: number, type: number, protocol: number): OpenDescriptor {
  switch (domain) {
    case AF_UNIX:
      return new OpenDescriptor('u', { socket: unboundEnds(4, 0) });
    case AF_INET:
      return new OpenDescriptor('4', { socket: unboundEnds(4, protocolOf(type, protocol)) });
    case AF_INET6:
      return new OpenDescriptor('6', { socket: unboundEnds(16, protocolOf(type, protocol)) });
    case AF_NETLINK:
      return new OpenDescriptor('n');
    default:
      return new OpenDescriptor('o');
  }
}

/** Layer-4 protocol number; 0 when it is none that fields name. */
function protocolOf(type: number, protocol: number): number {
  switch (protocol) {
    case IPPROTO_IP:
      if ((type & SOCK_TYPE_MASK) === SOCK_STREAM) return IPPROTO_TCP;
      return (type & SOCK_TYPE_MASK) === SOCK_DGRAM ? IPPROTO_UDP : 0;
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_ICMP:
      return type === SOCK_RAW ? IPPROTO_RAW : protocol;
    case IPPROTO_RAW:
      return IPPROTO_RAW;
    default:
      return 0;
  }
}

/** As in Falco, a socket that is bound to a port is one that listens. */
export const learnBind: LearnDescriptor = (event, table, change) => {
  const { descriptor } = change;
  const bytes = event.raw(1);
  if (!descriptor || resultOf(event) < 0 || !bytes) return;
  const address = parseAddress(bytes);
  if (!address) return;
  const name = addressText(bytes) ?? '';
  const socket = address.port > 0 ? boundEnds(descriptor.socket, address) : descriptor.socket;
  const kind = address.port > 0 ? kindOf(address.ip.length) : descriptor.kind;
  change.replace(table, descriptor.with({ kind, socket, name }));
};

function kindOf(size: number): DescriptorKind {
  return size === 4 ? '4' : '6';
}

export const learnConnect: LearnDescriptor = (event, table, change, _thread, enter) => {
  const { descriptor } = change;
  const result = resultOf(event);
  if (!descriptor || (result < 0 && result !== EINPROGRESS)) return;
  const socket = descriptor.socket ?? unboundEnds(4, 0);
  const connected = descriptor.with({ socket: { ...socket, connected: true } });
  change.replace(table, connected);
  const asked = enter?.raw(1);
  const told = event.raw(1);
  if (!told || told.length === 0) {
    if (asked) connectToAddress(asked, table, change, connected);
    return;
  }
  const tuple = parseTuple(told);
  if (tuple) connectToTuple(trusted(tuple, event.raw(3), asked), table, change, connected);
};

/** Fast open: the kernel has no connection yet to tell of, so the address that was asked for counts. */
function connectToAddress(
  asked: Buffer,
  table: DescriptorTable,
  change: DescriptorChange,
  descriptor: OpenDescriptor,
): void {
  const address = parseAddress(asked);
  const { socket } = descriptor;
  if (!address || !socket) return;
  if (address.ip === '') {
    change.replace(table, descriptor.with({ name: 'NULL' }));
    return;
  }
  const ends = { ...socket, serverIp: address.ip, serverPort: address.port, listening: false };
  change.replace(table, descriptor.with({ kind: kindOf(address.ip.length), socket: ends }));
}

/**
 * The destination in the tuple is the kernel's own, or, where it equals what the call was passed, was read
 * from memory that another thread may have changed: then what it held when the call was entered counts.
 */
function trusted(tuple: SocketTuple, passed: Buffer | undefined, asked: Buffer | undefined): SocketTuple {
  const then = passed && parseAddress(passed);
  const before = asked && parseAddress(asked);
  if (!then || !before || then.family !== tuple.family || before.family !== tuple.family) return tuple;
  if (tuple.family === AF_UNIX) return tuple.path === then.path ? withPath(tuple, before.path) : tuple;
  const isAsPassed = tuple.destinationIp === then.ip && tuple.destinationPort === then.port;
  return isAsPassed ? { ...tuple, destinationIp: before.ip, destinationPort: before.port } : tuple;
}

function withPath(tuple: SocketTuple, path: string): SocketTuple {
  const ends = tuple.unixName.slice(0, tuple.unixName.length - tuple.path.length);
  return { ...tuple, path, unixName: ends + path };
}

function connectToTuple(
  tuple: SocketTuple,
  table: DescriptorTable,
  change: DescriptorChange,
  descriptor: OpenDescriptor,
): void {
  const { socket } = descriptor;
  if (!socket) return;
  if (tuple.sourceIp === '') {
    if (descriptor.kind !== 'u') return;
    const client = { ...socket, isServer: socket.isServer ?? false, path: tuple.path };
    change.replace(table, descriptor.with({ socket: client, name: tupleText(tuple) ?? '' }));
    return;
  }
  const kind = kindOf(tuple.sourceIp.length);
  const { ends, changed } = withEnds(descriptor, kind, tuple, true);
  const turned = changed && ends.isServer && isUdp4(kind, ends) ? swapped(ends) : ends;
  const client = { ...turned, isServer: turned.isServer ?? false };
  change.replace(table, descriptor.with({ kind, socket: client, name: socketName(kind, client) }));
}

/** Accepted connections are TCP's, as far as Falco knows. */
export const learnAccept: LearnDescriptor = (event, table, change) => {
  const fd = resultOf(event);
  if (fd < 0) return;
  change.number = fd;
  const bytes = event.raw(1);
  const tuple = bytes && parseTuple(bytes);
  if (!tuple || (tuple.sourceIp === '' && tuple.family !== AF_UNIX)) return;
  const isUnix = tuple.sourceIp === '';
  const socket: SocketEnds = {
    protocol: isUnix ? 0 : IPPROTO_TCP,
    clientIp: tuple.sourceIp,
    clientPort: tuple.sourcePort,
    serverIp: tuple.destinationIp,
    serverPort: tuple.destinationPort,
    isServer: true,
    listening: false,
    connected: true,
    path: tuple.path,
  };
  const kind = isUnix ? 'u' : kindOf(tuple.sourceIp.length);
  const closesOnExec = event.type.name === 'accept4' && ((event.u32(5) ?? 0) & O_CLOEXEC) !== 0;
  change.add(table, fd, new OpenDescriptor(kind, { socket, closesOnExec, name: tupleText(tuple) ?? '' }));
};

/** Two sockets that are connected to each other. The event counts as one about the first. */
export const learnSocketPair: LearnDescriptor = (event, table, change) => {
  if (resultOf(event) < 0) return;
  const first = event.i64(1) ?? -1;
  const second = event.i64(2) ?? -1;
  if (first === second) return;
  const made = new OpenDescriptor('u', { socket: unboundEnds(4, 0) });
  change.add(table, first, made);
  table.set(second, made);
  change.number = second;
};

/** Makes a function for the calls that read; `tupleIndex` is their parameter with the sender, -1 for none. */
export function learnRead(tupleIndex: number): LearnDescriptor {
  return (event, table, change) => {
    if (resultOf(event) >= 0) transfer(event, table, change, tupleIndex, true);
  };
}

/** The same for the calls that write. */
export function learnWrite(tupleIndex: number): LearnDescriptor {
  return (event, table, change) => {
    if (resultOf(event) < 0) return;
    if (!change.descriptor && tupleIndex === SEND_TUPLE) inferSocket(event, table, change);
    transfer(event, table, change, tupleIndex, false);
  };
}

/** Where send, sendto and sendmsg have the tuple. */
export const SEND_TUPLE = 4;

/** Who sends through a descriptor of which nothing is known has a socket, most likely one of UDP. */
function inferSocket(event: EventCursor, table: DescriptorTable, change: DescriptorChange): void {
  const family = event.u8(SEND_TUPLE);
  if ((family === AF_INET || family === AF_INET6) && change.number >= 0)
    change.add(table, change.number, newSocket(family, SOCK_DGRAM, IPPROTO_UDP));
}

/** Data went through the descriptor: a socket is connected, and one without a fixed peer has a new one. */
function transfer(
  event: EventCursor,
  table: DescriptorTable,
  change: DescriptorChange,
  tupleIndex: number,
  incoming: boolean,
): void {
  let { descriptor } = change;
  if (!descriptor) return;
  const { socket } = descriptor;
  const isConnection = socket !== undefined && !socket.listening && descriptor.kind !== 'u';
  if (isConnection && !socket.connected) {
    descriptor = descriptor.with({ socket: { ...socket, connected: true } });
    change.replace(table, descriptor);
  }
  if (tupleIndex < 0 || (descriptor.name !== '' && isTcp4(descriptor))) return;
  const bytes = event.raw(tupleIndex);
  const tuple = bytes && bytes.length > 0 ? parseTuple(bytes) : undefined;
  if (!tuple) return;
  const updated =
    tuple.sourceIp === '' ? toNamed(descriptor, tuple) : toPeer(descriptor, tuple, table, change, incoming);
  if (updated) change.replace(table, updated);
}

function toNamed(descriptor: OpenDescriptor, tuple: SocketTuple): OpenDescriptor {
  const name = tupleText(tuple) ?? '';
  if (tuple.family !== AF_UNIX) return descriptor.with({ name });
  const socket = { ...(descriptor.socket ?? unboundEnds(4, 0)), listening: false, path: tuple.path };
  return descriptor.with({ kind: 'u', socket, name });
}

function toPeer(
  descriptor: OpenDescriptor,
  tuple: SocketTuple,
  table: DescriptorTable,
  change: DescriptorChange,
  incoming: boolean,
): OpenDescriptor | undefined {
  const kind = kindOf(tuple.sourceIp.length);
  // Falco leaves the type of a socket that listens at an IPv6 address as it is.
  const isListener6 = kind === '6' && descriptor.socket?.listening === true;
  const { ends, changed } = withEnds(descriptor, kind, tuple, false);
  if (!changed) return undefined;
  if (isListener6) {
    const socket = {
      ...ends,
      listening: true,
      serverIp: tuple.sourceIp,
      serverPort: descriptor.socket?.serverPort ?? 0,
    };
    return descriptor.with({ socket, name: tupleText(tuple) ?? '' });
  }
  const complete = fromEnds(ends, completeEnds(toEnds(ends), change.interfaces));
  const known = { ...complete, protocol: complete.protocol || IPPROTO_UDP };
  table.set(change.number, descriptor.with({ kind, socket: known }));
  const isServer = known.isServer ?? guessedRole(kind, known, table, incoming);
  const settled = { ...known, isServer };
  const turned = isServer === incoming ? settled : swapped(settled);
  return descriptor.with({ kind, socket: turned, name: socketName(kind, turned) });
}

function toEnds({ clientIp, clientPort, serverIp, serverPort }: SocketEnds): Ends {
  return { sourceIp: clientIp, sourcePort: clientPort, destinationIp: serverIp, destinationPort: serverPort };
}

function fromEnds(
  socket: SocketEnds,
  { sourceIp, sourcePort, destinationIp, destinationPort }: Ends,
): SocketEnds {
  return {
    ...socket,
    clientIp: sourceIp,
    clientPort: sourcePort,
    serverIp: destinationIp,
    serverPort: destinationPort,
  };
}
