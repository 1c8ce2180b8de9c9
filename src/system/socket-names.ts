/** Names of connections as Falco writes them, and its numbers of protocols. */
import type { ByteString } from '../events/bytes.ts';
import { formatIp } from './ip.ts';
import { L4_ICMP, L4_RAW, L4_TCP, L4_UDP, type SocketMemory } from './socket-memory.ts';

export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_RAW = 255;

/** Falco's numbers of protocols, by everybody else's. */
export const L4_NUMBERS: Readonly<Record<number, number>> = {
  [IPPROTO_TCP]: L4_TCP,
  [IPPROTO_UDP]: L4_UDP,
  [IPPROTO_ICMP]: L4_ICMP,
  [IPPROTO_RAW]: L4_RAW,
};

const UNKNOWN = '<unknown>';

/** `client->server`; addresses alone for protocols without ports. `undefined` for what is no connection. */
export function connectionName(socket: SocketMemory): ByteString | undefined {
  const { ends, protocol, view } = socket;
  if (!ends) return undefined;
  const { sourceIp, sourcePort, destinationIp, destinationPort } = ends;
  switch (protocol) {
    case L4_TCP:
    case L4_UDP:
      return `${formatIp(sourceIp)}:${sourcePort}->${formatIp(destinationIp)}:${destinationPort}`;
    case L4_ICMP:
      return `${formatIp(sourceIp)}->${formatIp(destinationIp)}`;
    case L4_RAW:
      return view === '4' ? `${formatIp(sourceIp)}->${formatIp(destinationIp)}` : UNKNOWN;
    default:
      return UNKNOWN;
  }
}
