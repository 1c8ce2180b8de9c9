/** Sockets in captures: how they are made, bound and connected, and what sending and receiving tells of them. */
import type { EventCursor } from '../events/cursor.ts';
import type { DescriptorKind } from './descriptor.ts';
import { type DescriptorChange, type LearnDescriptor, resultOf } from './descriptor-change.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { completeEnds } from './interfaces.ts';
import { OpenDescriptor } from './open-descriptor.ts';
import { L4_RAW, L4_TCP, L4_UDP, L4_UNKNOWN, SocketMemory, type SocketView } from './socket-memory.ts';
import { connectionName, IPPROTO_IP, IPPROTO_RAW, IPPROTO_UDP, L4_NUMBERS } from './socket-names.ts';
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
      return new OpenDescriptor('u', { memory: SocketMemory.create('other') });
    case AF_INET:
      return new OpenDescriptor('4', { memory: SocketMemory.create('4', protocolOf(type, protocol)) });
    case AF_INET6:
      return new OpenDescriptor('6', { memory: SocketMemory.create('6', protocolOf(type, protocol)) });
    case AF_NETLINK:
      return new OpenDescriptor('n');
    default:
      return new OpenDescriptor('o');
  }
}

/** Falco's number of the layer-4 protocol. */
function protocolOf(type: number, protocol: number): number {
  if (protocol === IPPROTO_IP) {
    if ((type & SOCK_TYPE_MASK) === SOCK_STREAM) return L4_TCP;
    return (type & SOCK_TYPE_MASK) === SOCK_DGRAM ? L4_UDP : L4_UNKNOWN;
  }
  const number = L4_NUMBERS[protocol] ?? L4_UNKNOWN;
  return number !== L4_UNKNOWN && protocol !== IPPROTO_RAW && type === SOCK_RAW ? L4_RAW : number;
}

/** As in Falco, a socket that is bound to a port is one that listens. */
export const learnBind: LearnDescriptor = (event, table, change) => {
  const { descriptor } = change;
  const bytes = event.raw(1);
  if (!descriptor || resultOf(event) < 0 || !bytes) return;
  const address = parseAddress(bytes);
  if (!address) return;
  const name = addressText(bytes) ?? '';
  if (address.port === 0) {
    change.replace(table, descriptor.with({ name }));
    return;
  }
  const socket = descriptor.memory ?? SocketMemory.create('other');
  const memory = socket.listenAt(address.ip, address.port, address.family === AF_INET6 ? 6 : 4);
  change.replace(table, descriptor.with({ kind: kindOf(memory.view, descriptor.kind), memory, name }));
};

/** Letter of an internet socket; what is none keeps its own. */
function kindOf(view: SocketView, kind: DescriptorKind): DescriptorKind {
  if (view === 'other') return kind;
  return view === '4' || view === 'listener 4' ? '4' : '6';
}

/** How an internet socket is looked at that has these addresses. */
function viewOf(ip: string): '4' | '6' {
  return ip.length === 4 ? '4' : '6';
}

export const learnConnect: LearnDescriptor = (event, table, change, _thread, enter) => {
  const { descriptor } = change;
  const result = resultOf(event);
  if (!descriptor || (result < 0 && result !== EINPROGRESS)) return;
  const socket = descriptor.memory ?? SocketMemory.create('other');
  const connected = descriptor.with({ memory: socket.with({ connected: true }) });
  change.replace(table, connected);
  const asked = enter?.raw(1);
  const told = event.raw(1);
  if (!told || told.length === 0) {
    if (asked) connectToAddress(asked, table, change, connected);
    return;
  }
  const tuple = parseTuple(told);
  if (tuple) connectToTuple(trusted(tuple, event.raw(3), asked), told, table, change, connected);
};

/** Fast open: the kernel has no connection yet to tell of, so the address that was asked for counts. */
function connectToAddress(
  asked: Buffer,
  table: DescriptorTable,
  change: DescriptorChange,
  descriptor: OpenDescriptor,
): void {
  const address = parseAddress(asked);
  if (!address || !descriptor.memory) return;
  if (address.ip === '') {
    change.replace(table, descriptor.with({ name: 'NULL' }));
    return;
  }
  const memory = descriptor.memory.aimAt(address.ip, address.port);
  change.replace(table, descriptor.with({ kind: kindOf(memory.view, descriptor.kind), memory }));
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
  told: Buffer,
  table: DescriptorTable,
  change: DescriptorChange,
  descriptor: OpenDescriptor,
): void {
  const socket = descriptor.memory;
  if (!socket) return;
  if (tuple.sourceIp === '') {
    if (descriptor.kind !== 'u') return;
    const memory = asClient(socket.tellUnix(told.subarray(1), tuple.path));
    change.replace(table, descriptor.with({ memory, name: tupleText(tuple) ?? '' }));
    return;
  }
  const view = viewOf(tuple.sourceIp);
  const updated = socket.tell(tuple, view, true);
  const known = updated ?? socket.with({ view });
  const isTurned = updated !== undefined && known.isServer && view === '4' && known.protocol === L4_UDP;
  const memory = asClient(isTurned ? known.swapped() : known);
  change.replace(table, descriptor.with({ kind: view, memory, name: connectionName(memory) ?? '' }));
}

/** Who connects is a client, unless something else is known. */
function asClient(socket: SocketMemory): SocketMemory {
  return socket.isServer || socket.isClient ? socket : socket.with({ isClient: true });
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
  const socket = isUnix
    ? SocketMemory.create('other').tellUnix(bytes.subarray(1), tuple.path)
    : SocketMemory.create(viewOf(tuple.sourceIp), L4_TCP).withEnds(tuple);
  const memory = socket.with({ isServer: true, connected: true });
  const closesOnExec = event.type.name === 'accept4' && ((event.u32(5) ?? 0) & O_CLOEXEC) !== 0;
  const kind = isUnix ? 'u' : viewOf(tuple.sourceIp);
  change.add(table, fd, new OpenDescriptor(kind, { memory, closesOnExec, name: tupleText(tuple) ?? '' }));
};

/** Two sockets that are connected to each other. The event counts as one about the first. */
export const learnSocketPair: LearnDescriptor = (event, table, change) => {
  if (resultOf(event) < 0) return;
  const first = event.i64(1) ?? -1;
  const second = event.i64(2) ?? -1;
  if (first === second) return;
  const addresses = Buffer.alloc(16);
  addresses.writeBigUInt64LE(event.u64(3) ?? 0n, 0);
  addresses.writeBigUInt64LE(event.u64(4) ?? 0n, 8);
  const made = new OpenDescriptor('u', { memory: SocketMemory.create('other').tellUnix(addresses, '') });
  change.add(table, first, made);
  table.set(second, made);
  change.number = second;
};

/** Makes a function for the calls that read; `tupleIndex` is their parameter with the sender, -1 for none. */
export function learnRead(tupleIndex: number): LearnDescriptor {
  return (event, table, change) => {
    if (hasResult(event) && resultOf(event) >= 0) transfer(event, table, change, tupleIndex, true);
  };
}

/** The same for the calls that write. */
export function learnWrite(tupleIndex: number): LearnDescriptor {
  return (event, table, change) => {
    if (!hasResult(event) || resultOf(event) < 0) return;
    if (!change.descriptor && INFERS.has(event.type.name)) inferSocket(event, table, change);
    transfer(event, table, change, tupleIndex, false);
  };
}

/** Old captures tell nothing of sendmmsg and recvmmsg. */
function hasResult(event: EventCursor): boolean {
  return event.sizeOf(0) > 0;
}

/** Where send, sendto and sendmsg have the tuple. */
export const SEND_TUPLE = 4;

const INFERS = new Set(['send', 'sendto', 'sendmsg']);

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
  const { memory } = descriptor;
  const isConnection = memory?.view === '4' || memory?.view === '6';
  if (isConnection && !memory.connected) {
    descriptor = descriptor.with({ memory: memory.with({ connected: true }) });
    change.replace(table, descriptor);
  }
  // Falco knows the protocol of IPv4 connections only when it asks for it here.
  const isTcp = memory?.view === '4' && memory.protocol === L4_TCP;
  if (tupleIndex < 0 || (descriptor.name !== '' && isTcp)) return;
  const bytes = event.raw(tupleIndex);
  const tuple = bytes && bytes.length > 0 ? parseTuple(bytes) : undefined;
  if (!tuple) return;
  if (tuple.sourceIp === '') change.replace(table, toNamed(descriptor, tuple, bytes as Buffer));
  else toPeer(descriptor, tuple, table, change, incoming);
}

function toNamed(descriptor: OpenDescriptor, tuple: SocketTuple, bytes: Buffer): OpenDescriptor {
  const name = tupleText(tuple) ?? '';
  if (tuple.family !== AF_UNIX) return descriptor.with({ name });
  const socket = descriptor.memory ?? SocketMemory.create('other');
  return descriptor.with({ kind: 'u', memory: socket.tellUnix(bytes.subarray(1), tuple.path), name });
}

/** The event tells who the peer of this datagram is. */
function toPeer(
  descriptor: OpenDescriptor,
  tuple: SocketTuple,
  table: DescriptorTable,
  change: DescriptorChange,
  incoming: boolean,
): void {
  const before = descriptor.memory ?? SocketMemory.create('other');
  const is4 = tuple.sourceIp.length === 4;
  const kept = tuple.family === AF_INET && before.view === 'listener 4' ? before.keepProtocol() : before;
  // Falco leaves the type of a socket as it is when an IPv6 address comes, whatever it was.
  const view = is4 ? '4' : before.view;
  const kind = kindOf(view, descriptor.kind);
  const told = kept.tell(tuple, view, false);
  if (!told) {
    change.replace(table, descriptor.with({ kind, memory: kept.with({ view }) }));
    return;
  }
  const { ends } = told;
  if (!ends) {
    change.replace(table, descriptor.with({ kind, memory: told, name: tupleText(tuple) ?? '' }));
    return;
  }
  const complete = told.withEnds(completeEnds(ends, change.interfaces));
  const known = complete.protocol === L4_UNKNOWN ? complete.withProtocol(L4_UDP) : complete;
  // Among the sockets that tell who is the server is this one too.
  table.set(change.number, descriptor.with({ kind, memory: known }));
  const settled = known.isServer || known.isClient ? known : known.with(guessedRole(known, table, incoming));
  const isTurned = incoming ? settled.isClient : settled.isServer;
  const memory = isTurned ? settled.swapped() : settled;
  change.replace(table, descriptor.with({ kind, memory, name: connectionName(memory) ?? '' }));
}

/**
 * Who is the server, guessed as Falco does: who owns the destination's port is one. Where that does not tell, who
 * receives first is.
 */
function guessedRole(
  { portsAsIpv4 }: SocketMemory,
  table: DescriptorTable,
  incoming: boolean,
): { readonly isServer: boolean; readonly isClient: boolean } {
  const { source, destination } = portsAsIpv4;
  let owns = false;
  let uses = false;
  for (const [, { memory }] of table.entries()) {
    if (memory?.view === 'listener 4') owns ||= memory.listeningPort === destination;
    if (memory?.view !== '4' || !memory.ends) continue;
    owns ||= memory.ends.destinationPort === destination;
    uses ||= memory.ends.sourcePort === source;
  }
  const isServer = owns && (!uses || incoming);
  return { isServer, isClient: !isServer };
}
