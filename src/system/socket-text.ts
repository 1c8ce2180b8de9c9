/**
 * Socket addresses and connections as events carry them. An address (SOCKADDR) begins with its family in
 * one byte: IPv4 (2) and IPv6 (10) have the address in network order and the port in 16 bits,
 * little-endian; unix (1) has a path. A connection (SOCKTUPLE) has the source, then the destination;
 * unix two kernel addresses of 64 bits and a path.
 */
import type { ByteString } from '../events/bytes.ts';
import { formatIp, isUnspecified, unmapIp } from './ip.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

export interface SocketTuple {
  readonly family: number;
  /** 4 or 16 bytes as a byte string; empty for unix sockets. */
  readonly sourceIp: ByteString;
  readonly sourcePort: number;
  readonly destinationIp: ByteString;
  readonly destinationPort: number;
  /** Of unix sockets: `address->address path`. */
  readonly unixName: ByteString;
  readonly path: ByteString;
}

/** An address that a socket is bound or connected to. */
export interface SocketAddress {
  readonly family: number;
  /** 4 or 16 bytes as a byte string; empty for unix sockets and what is not known. */
  readonly ip: ByteString;
  readonly port: number;
  /** Of unix sockets. */
  readonly path: ByteString;
}

/** The connection in a parameter; `undefined` when it is damaged. An IPv4 one mapped into IPv6 is IPv4. */
export function parseTuple(bytes: Buffer): SocketTuple | undefined {
  const family = bytes[0];
  if (family === AF_UNIX) return unixTuple(bytes);
  const size = addressSize(family);
  if (family === undefined || size === 0) return family === undefined ? undefined : otherTuple(family);
  if (bytes.length < 1 + 2 * (size + 2)) return undefined;
  const sourceIp = bytes.toString('latin1', 1, 1 + size);
  const destinationIp = bytes.toString('latin1', 3 + size, 3 + 2 * size);
  const [source4, destination4] = [toIpv4(sourceIp), toIpv4(destinationIp)];
  const isIpv4 = source4 !== undefined && destination4 !== undefined;
  return {
    family,
    sourceIp: isIpv4 ? source4 : sourceIp,
    sourcePort: bytes.readUInt16LE(1 + size),
    destinationIp: isIpv4 ? destination4 : destinationIp,
    destinationPort: bytes.readUInt16LE(3 + 2 * size),
    unixName: '',
    path: '',
  };
}

/** The IPv4 address that an address stands for; as in Falco also for an IPv6 one of zeros. */
export function toIpv4(ip: ByteString): ByteString | undefined {
  const plain = unmapIp(ip);
  if (plain.length === 4) return plain;
  return isUnspecified(ip) ? ip.slice(12) : undefined;
}

/** The address in a parameter; `undefined` when it is damaged. An IPv4 one mapped into IPv6 is IPv4. */
export function parseAddress(bytes: Buffer): SocketAddress | undefined {
  const family = bytes[0];
  if (family === undefined) return undefined;
  if (family === AF_UNIX) return { family, ip: '', port: 0, path: pathAt(bytes, 1) };
  const size = addressSize(family);
  if (size === 0) return { family, ip: '', port: 0, path: '' };
  if (bytes.length < 3 + size) return undefined;
  const ip = bytes.toString('latin1', 1, 1 + size);
  return { family, ip: toIpv4(ip) ?? ip, port: bytes.readUInt16LE(1 + size), path: '' };
}

function unixTuple(bytes: Buffer): SocketTuple | undefined {
  if (bytes.length < 17) return undefined;
  const ends = `${bytes.readBigUInt64LE(1).toString(16)}->${bytes.readBigUInt64LE(9).toString(16)}`;
  const path = pathAt(bytes, 17);
  return { ...otherTuple(AF_UNIX), unixName: `${ends} ${path}`, path };
}

function otherTuple(family: number): SocketTuple {
  return {
    family,
    sourceIp: '',
    sourcePort: 0,
    destinationIp: '',
    destinationPort: 0,
    unixName: '',
    path: '',
  };
}

/** `1.2.3.4:5->6.7.8.9:80`, `address->address path`, or `family 16` for what is neither. */
export function tupleText(tuple: SocketTuple | undefined): ByteString | undefined {
  if (!tuple) return undefined;
  if (tuple.family === AF_UNIX) return tuple.unixName;
  if (addressSize(tuple.family) === 0) return `family ${tuple.family}`;
  const { sourceIp, sourcePort, destinationIp, destinationPort } = tuple;
  return `${formatIp(sourceIp)}:${sourcePort}->${formatIp(destinationIp)}:${destinationPort}`;
}

/** Text of a socket address, `1.2.3.4:80` or a path; `undefined` when it is damaged. */
export function addressText(bytes: Buffer): ByteString | undefined {
  const family = bytes[0];
  if (family === undefined) return undefined;
  if (family === AF_UNIX) return pathAt(bytes, 1);
  const size = addressSize(family);
  if (size === 0) return `family ${family}`;
  if (bytes.length < 3 + size) return undefined;
  return `${formatIp(bytes.toString('latin1', 1, 1 + size))}:${bytes.readUInt16LE(1 + size)}`;
}

function addressSize(family: number | undefined): number {
  if (family === AF_INET) return 4;
  return family === AF_INET6 ? 16 : 0;
}

function pathAt(bytes: Buffer, start: number): ByteString {
  const end = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, end < 0 ? bytes.length : end);
}
