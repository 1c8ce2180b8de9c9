/**
 * Socket addresses and connections as events carry them. An address (SOCKADDR) begins with its family in
 * one byte: IPv4 (2) and IPv6 (10) have the address in network order and the port in 16 bits,
 * little-endian; unix (1) has a path. A connection (SOCKTUPLE) has the source, then the destination;
 * unix two kernel addresses of 64 bits and a path.
 */
import type { ByteString } from '../events/bytes.ts';
import { formatIp, unmapIp } from './ip.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

export interface SocketTuple {
  readonly family: number;
  /** 4 or 16 bytes as a byte string; empty for unix sockets. */
  readonly sourceIp: ByteString;
  readonly sourcePort: number;
  readonly destinationIp: ByteString;
  readonly destinationPort: number;
  /** Of unix sockets: `address->address path`. */
  readonly unixName: ByteString;
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
  const isMapped = unmapIp(sourceIp).length === 4 && unmapIp(destinationIp).length === 4;
  return {
    family,
    sourceIp: isMapped ? unmapIp(sourceIp) : sourceIp,
    sourcePort: bytes.readUInt16LE(1 + size),
    destinationIp: isMapped ? unmapIp(destinationIp) : destinationIp,
    destinationPort: bytes.readUInt16LE(3 + 2 * size),
    unixName: '',
  };
}

function unixTuple(bytes: Buffer): SocketTuple | undefined {
  if (bytes.length < 17) return undefined;
  const ends = `${bytes.readBigUInt64LE(1).toString(16)}->${bytes.readBigUInt64LE(9).toString(16)}`;
  return { ...otherTuple(AF_UNIX), unixName: `${ends} ${pathAt(bytes, 17)}` };
}

function otherTuple(family: number): SocketTuple {
  return { family, sourceIp: '', sourcePort: 0, destinationIp: '', destinationPort: 0, unixName: '' };
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
