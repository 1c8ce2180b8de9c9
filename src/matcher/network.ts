/** Membership of IP addresses in networks. */
import type { ByteString } from '../events/bytes.ts';
import type { IpNetwork } from '../rules/checked.ts';

/**
 * Compiles a network to a function that tells whether an address (4 or 16 bytes) lies in it. An address
 * of the other version of IP does not.
 */
export function compileNetwork({ address, prefix }: IpNetwork): (ip: ByteString) => boolean {
  const wholeBytes = prefix >> 3;
  const start = address.slice(0, wholeBytes);
  const mask = (0xff00 >> (prefix & 7)) & 0xff;
  const partialByte = mask === 0 ? 0 : address.charCodeAt(wholeBytes) & mask;
  return (ip) =>
    ip.length === address.length &&
    ip.startsWith(start) &&
    (mask === 0 || (ip.charCodeAt(wholeBytes) & mask) === partialByte);
}
