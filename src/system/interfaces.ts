/** Addresses of a captured machine's interfaces, and which of them a packet would leave by. */
import type { ByteString } from '../events/bytes.ts';
import { isUnspecified } from './ip.ts';

export interface InterfaceAddress {
  /** 4 or 16 bytes as byte strings. */
  readonly address: ByteString;
  readonly netmask: ByteString;
}

/** An address together with what else captures tell of it. */
export interface NamedInterface extends InterfaceAddress {
  readonly name?: ByteString;
  readonly broadcast?: ByteString;
  /** Bits per second. */
  readonly linkSpeed?: bigint;
}

const LOOPBACK: Readonly<Record<number, ByteString>> = {
  4: '\x7f\0\0\x01',
  16: `${'\0'.repeat(15)}\x01`,
};

/** Bytes of an IPv6 address that tell the network, whatever the netmask says: as in Falco. */
const IPV6_NETWORK = 8;

/**
 * The machine's own address for traffic with `peer`: the same address, or one in the same network, or the
 * first that is not the loopback's. All zeros when there is none.
 */
export function ownAddressFor(peer: ByteString, interfaces: readonly InterfaceAddress[]): ByteString {
  const family = interfaces.filter(({ address }) => address.length === peer.length);
  const found =
    family.find(({ address }) => address === peer) ??
    family.find((candidate) => isInNetwork(peer, candidate)) ??
    family.find(({ address }) => address !== LOOPBACK[peer.length]);
  return found?.address ?? '\0'.repeat(peer.length);
}

function isInNetwork(ip: ByteString, { address, netmask }: InterfaceAddress): boolean {
  if (ip.length === 16) return sameNetwork(ip, address);
  for (let index = 0; index < 4; index++) {
    const mask = netmask.charCodeAt(index);
    if ((ip.charCodeAt(index) & mask) !== (address.charCodeAt(index) & mask)) return false;
  }
  return true;
}

function sameNetwork(ip: ByteString, other: ByteString): boolean {
  return ip.slice(0, IPV6_NETWORK) === other.slice(0, IPV6_NETWORK);
}

/** Whether an address is this machine's. Of IPv6 addresses the network decides, as in Falco. */
export function isOwnAddress(ip: ByteString, interfaces: readonly InterfaceAddress[]): boolean {
  return interfaces.some(({ address }) =>
    ip.length === 16 ? address.length === 16 && sameNetwork(ip, address) : address === ip,
  );
}

/** Two ends of a connection; `source` is the first. */
export interface Ends {
  readonly sourceIp: ByteString;
  readonly sourcePort: number;
  readonly destinationIp: ByteString;
  readonly destinationPort: number;
}

/** The same ends, where one that has no address gets the machine's own. */
export function completeEnds(ends: Ends, interfaces: readonly InterfaceAddress[]): Ends {
  const { sourceIp, destinationIp, sourcePort, destinationPort } = ends;
  const lacksSource = isUnspecified(sourceIp);
  if (!lacksSource && !isUnspecified(destinationIp)) return ends;
  const peer = lacksSource ? destinationIp : sourceIp;
  const own = ownAddressFor(peer, interfaces);
  if (own === peer && sourcePort === destinationPort) return ends;
  return lacksSource ? { ...ends, sourceIp: own } : { ...ends, destinationIp: own };
}
