/** Socket addresses and connections for tests, in the layout of events. */
import { parseIp } from '../ip.ts';

function end(ip: string, port: number): Buffer {
  const address = Buffer.from(parseIp(ip) ?? '', 'latin1');
  return Buffer.concat([address, Buffer.of(port & 0xff, port >> 8)]);
}

function familyOf(ip: string): Buffer {
  return Buffer.of(ip.includes(':') ? 10 : 2);
}

/** A SOCKADDR of an internet address. */
export function address(ip: string, port: number): Buffer {
  return Buffer.concat([familyOf(ip), end(ip, port)]);
}

/** A SOCKTUPLE of internet addresses. */
export function tuple(sourceIp: string, sourcePort: number, ip: string, port: number): Buffer {
  return Buffer.concat([familyOf(ip), end(sourceIp, sourcePort), end(ip, port)]);
}

/** A SOCKTUPLE of a unix socket. */
export function unixTuple(source: bigint, peer: bigint, path: string): Buffer {
  const ends = Buffer.alloc(17, 1);
  ends.writeBigUInt64LE(source, 1);
  ends.writeBigUInt64LE(peer, 9);
  return Buffer.concat([ends, Buffer.from(`${path}\0`, 'latin1')]);
}
