/** The ends of the socket that an event is about. */
import type { ByteString } from '../events/bytes.ts';
import { parameterIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor, SocketEnds } from '../system/descriptor.ts';
import { isUnspecified } from '../system/ip.ts';
import { parseTuple, type SocketTuple } from '../system/socket-text.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_RAW = 255;

/** Whether the descriptor is an IPv4 or IPv6 socket. */
export function isInternet({ kind }: Descriptor): boolean {
  return kind === '4' || kind === '6';
}

/**
 * Ends of the internet socket that the event is about. A datagram on a socket without a peer has its
 * ends in the event alone.
 */
export function socketEnds(context: EventContext): SocketEnds | undefined {
  const { descriptor } = context;
  const ends = descriptor && isInternet(descriptor) ? descriptor.socket : undefined;
  if (!ends || ends.listening !== undefined || (hasClient(ends) && hasServer(ends))) return ends;
  const tuple = eventTuple(context);
  return tuple ? endsFromTuple(ends, tuple) : ends;
}

/** The connection that the event carries; `undefined` without addresses. */
export function eventTuple(context: EventContext): SocketTuple | undefined {
  const tuple = anyTuple(context);
  return tuple?.sourceIp ? tuple : undefined;
}

/** The same of unix sockets; `undefined` without a path. */
export function unixTuple(context: EventContext): SocketTuple | undefined {
  const tuple = anyTuple(context);
  return tuple?.path ? tuple : undefined;
}

function anyTuple({ event }: EventContext): SocketTuple | undefined {
  const index = parameterIndex(event.type, 'tuple');
  return index < 0 || event.sizeOf(index) === 0 ? undefined : parseTuple(event.raw(index) as Buffer);
}

function endsFromTuple({ protocol, isServer, path }: SocketEnds, tuple: SocketTuple): SocketEnds {
  return {
    protocol,
    clientIp: tuple.sourceIp,
    clientPort: tuple.sourcePort,
    serverIp: tuple.destinationIp,
    serverPort: tuple.destinationPort,
    isServer,
    path,
    connected: false,
  };
}

export function hasClient({ clientIp, clientPort, listening, isServer }: SocketEnds): boolean {
  if (listening !== undefined) return !listening && isServer !== undefined;
  return clientPort !== 0 || !isUnspecified(clientIp);
}

export function hasServer({ serverIp, serverPort, listening, isServer }: SocketEnds): boolean {
  if (listening !== undefined) return isServer !== undefined;
  return serverPort !== 0 || !isUnspecified(serverIp);
}

/** An end without address and port is not known: its fields are missing. */
export function clientIp(ends: SocketEnds | undefined): ByteString | undefined {
  return ends && hasClient(ends) ? ends.clientIp : undefined;
}

export function serverIp(ends: SocketEnds | undefined): ByteString | undefined {
  return ends && hasServer(ends) ? ends.serverIp : undefined;
}

export function clientPort(ends: SocketEnds | undefined): number | undefined {
  return ends && hasClient(ends) ? ends.clientPort : undefined;
}

/** As in Falco, a listening socket has a port also while its role is not known. */
export function serverPort(ends: SocketEnds | undefined): number | undefined {
  return ends && (ends.listening || hasServer(ends)) ? ends.serverPort : undefined;
}

/** Addresses for fields that mean either end: as in Falco also those of a socket without a peer. */
export function endIps(ends: SocketEnds | undefined): readonly ByteString[] | undefined {
  if (ends?.listening !== undefined) return ends.listening ? [ends.serverIp] : [ends.clientIp, ends.serverIp];
  return both(clientIp(ends), serverIp(ends));
}

/** Ports, in the same way. */
export function endPorts(ends: SocketEnds | undefined): readonly number[] | undefined {
  if (ends?.listening !== undefined)
    return ends.listening ? [ends.serverPort] : [ends.clientPort, ends.serverPort];
  return both(clientPort(ends), serverPort(ends));
}

/** The values of both ends that are known, for fields that mean either; `undefined` when none is. */
function both<T>(client: T | undefined, server: T | undefined): readonly T[] | undefined {
  if (client === undefined) return server === undefined ? undefined : [server];
  return server === undefined ? [client] : [client, server];
}

/** Whether an address is one of the machine's own, as the event's thread sees it. */
export function isLocal({ system, thread }: EventContext, ip: ByteString): boolean {
  return system.isLocalAddress(ip, thread?.containerId ?? '');
}

/**
 * Which end of a connection is this machine's: the client when its address is one of ours, otherwise
 * the server, as in Falco. `undefined` while an end is not known.
 */
export function localEnd(context: EventContext): { ends: SocketEnds; isClient: boolean } | undefined {
  const ends = socketEnds(context);
  if (!ends || !hasClient(ends) || !hasServer(ends)) return undefined;
  return { ends, isClient: isLocal(context, ends.clientIp) };
}

/**
 * `tcp`, `udp`, `icmp` or `raw`; `undefined` for other protocols, for what is no internet socket, and
 * for a socket of which no end is known.
 */
export function protocolName(
  { kind, socket }: Descriptor,
  ends: SocketEnds | undefined = socket,
): 'tcp' | 'udp' | 'icmp' | 'raw' | undefined {
  if (!ends || (kind !== '4' && kind !== '6')) return undefined;
  if (ends.protocol === IPPROTO_RAW) return 'raw';
  if (!ends.listening && !hasClient(ends) && !hasServer(ends)) return undefined;
  switch (ends.protocol) {
    case IPPROTO_TCP:
      return 'tcp';
    case IPPROTO_UDP:
      return 'udp';
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return 'icmp';
    default:
      return undefined;
  }
}

/** First letter of the protocol, as `evt.arg` shows it after the kind of a descriptor; empty for none. */
export function protocolLetter(descriptor: Descriptor): string {
  return protocolName(descriptor)?.charAt(0) ?? '';
}
