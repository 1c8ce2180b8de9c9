/** What is known of a socket in a table of descriptors, and how it changes. */
import type { ByteString } from '../events/bytes.ts';
import type { DescriptorKind, SocketEnds } from './descriptor.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { formatIp, isUnspecified } from './ip.ts';
import type { OpenDescriptor } from './open-descriptor.ts';
import type { SocketAddress, SocketTuple } from './socket-text.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_RAW = 255;

/** Ends of a new socket; `size` of its addresses in bytes. */
export function unboundEnds(size: 4 | 16, protocol: number): SocketEnds {
  const nowhere = '\0'.repeat(size);
  return {
    protocol,
    clientIp: nowhere,
    clientPort: 0,
    serverIp: nowhere,
    serverPort: 0,
    isServer: undefined,
    listening: false,
    connected: false,
    path: '',
  };
}

/** Ends of a socket that listens at `address`. */
export function boundEnds(socket: SocketEnds | undefined, address: SocketAddress): SocketEnds {
  return {
    ...unboundEnds(address.ip.length === 4 ? 4 : 16, socket?.protocol ?? 0),
    connected: socket?.connected ?? false,
    serverIp: address.ip,
    serverPort: address.port,
    isServer: true,
    listening: true,
  };
}

/**
 * The descriptor's ends after the kernel told of `tuple`. A destination that is known already stays, unless
 * the event is one that chooses it (`overwrite`). `changed` is false when the tuple is the same as before,
 * in either direction.
 */
export function withEnds(
  { kind: before, socket }: OpenDescriptor,
  kind: DescriptorKind,
  tuple: SocketTuple,
  overwrite: boolean,
): { ends: SocketEnds; changed: boolean } {
  const size = kind === '4' ? 4 : 16;
  const known = endsOfSize(socket ?? unboundEnds(size, 0), size);
  if (before === kind && socket && !socket.listening && isSame(known, tuple))
    return { ends: known, changed: false };
  const ends = {
    ...known,
    listening: false,
    clientIp: tuple.sourceIp,
    clientPort: tuple.sourcePort,
    serverIp: overwrite || isUnspecified(known.serverIp) ? tuple.destinationIp : known.serverIp,
    serverPort: overwrite || known.serverPort === 0 ? tuple.destinationPort : known.serverPort,
  };
  const changed =
    ends.clientIp !== known.clientIp ||
    ends.clientPort !== known.clientPort ||
    ends.serverIp !== known.serverIp ||
    ends.serverPort !== known.serverPort;
  return { ends, changed };
}

/** Falco's numbers of protocols, by ours. */
const PROTOCOL_NUMBERS: Readonly<Record<number, number>> = {
  [IPPROTO_TCP]: 2,
  [IPPROTO_UDP]: 3,
  [IPPROTO_ICMP]: 4,
  [IPPROTO_RAW]: 5,
};

/**
 * Falco keeps the address of a listening socket in the same memory as the ends of a connected one. Who
 * receives datagrams on a bound IPv4 socket therefore finds the port and the protocol in the place of the
 * server's address: `53.0.3.0` on UDP port 53. Kept, since replay must say what Falco says.
 */
function afterListening(socket: SocketEnds, size: 4 | 16): SocketEnds {
  const port = socket.serverPort;
  const protocol = PROTOCOL_NUMBERS[socket.protocol] ?? 0;
  const mixture = String.fromCharCode(port & 0xff, port >> 8, protocol, 0);
  return {
    ...socket,
    clientIp: socket.serverIp,
    clientPort: 0,
    serverIp: size === 4 ? mixture : mixture + '\0'.repeat(12),
    serverPort: 0,
  };
}

/** The socket with ends of the size that the tuple has; of another size there are none yet. */
function endsOfSize(socket: SocketEnds, size: 4 | 16): SocketEnds {
  if (socket.listening) return afterListening(socket, size);
  if (socket.clientIp.length === size && socket.serverIp.length === size) return socket;
  const nowhere = '\0'.repeat(size);
  return { ...socket, clientIp: nowhere, clientPort: 0, serverIp: nowhere, serverPort: 0 };
}

function isSame({ clientIp, clientPort, serverIp, serverPort }: SocketEnds, tuple: SocketTuple): boolean {
  const { sourceIp, sourcePort, destinationIp, destinationPort } = tuple;
  const isForward =
    clientIp === sourceIp &&
    clientPort === sourcePort &&
    serverIp === destinationIp &&
    serverPort === destinationPort;
  const isBackward =
    clientIp === destinationIp &&
    clientPort === destinationPort &&
    serverIp === sourceIp &&
    serverPort === sourcePort;
  return isForward || isBackward;
}

export function swapped(socket: SocketEnds): SocketEnds {
  const { clientIp, clientPort, serverIp, serverPort } = socket;
  return {
    ...socket,
    clientIp: serverIp,
    clientPort: serverPort,
    serverIp: clientIp,
    serverPort: clientPort,
  };
}

/** Falco knows the protocol of IPv4 connections only when it asks for it here. */
export function isTcp4({ kind, socket }: OpenDescriptor): boolean {
  return kind === '4' && socket?.listening === false && socket.protocol === IPPROTO_TCP;
}

export function isUdp4(kind: DescriptorKind, socket: SocketEnds): boolean {
  return kind === '4' && !socket.listening && socket.protocol === IPPROTO_UDP;
}

/**
 * Whether the process is the server, guessed as Falco does: who owns the destination's port is one. The
 * table holds this socket already, so that an IPv4 one always owns both ports: then who receives first is
 * the server.
 */
export function guessedRole(
  kind: DescriptorKind,
  socket: SocketEnds,
  table: DescriptorTable,
  incoming: boolean,
): boolean {
  if (kind === '4') return incoming;
  // Falco looks for the ports in the wrong place of an IPv6 socket, where a piece of the address is.
  const at = (index: number): number =>
    socket.clientIp.charCodeAt(index) | (socket.clientIp.charCodeAt(index + 1) << 8);
  let owns = false;
  let uses = false;
  for (const [, { kind: other, socket: ends }] of table.entries()) {
    if (other !== '4' || !ends) continue;
    if (ends.serverPort === at(10)) owns = true;
    if (!ends.listening && ends.clientPort === at(8)) uses = true;
  }
  if (!owns) return false;
  return uses ? incoming : true;
}

/** `client->server`; addresses alone for protocols without ports. */
export function socketName(kind: DescriptorKind, socket: SocketEnds): ByteString {
  const { protocol, clientIp, clientPort, serverIp, serverPort } = socket;
  switch (protocol) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
      return `${formatIp(clientIp)}:${clientPort}->${formatIp(serverIp)}:${serverPort}`;
    case IPPROTO_ICMP:
      return `${formatIp(clientIp)}->${formatIp(serverIp)}`;
    case IPPROTO_RAW:
      return kind === '4' ? `${formatIp(clientIp)}->${formatIp(serverIp)}` : '<unknown>';
    default:
      return '<unknown>';
  }
}
