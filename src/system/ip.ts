/** Internet addresses: byte strings of 4 or 16 bytes, and the text that people read. */
import { isIPv4, isIPv6 } from 'node:net';
import type { ByteString } from '../events/bytes.ts';

const MAPPED_PREFIX = '\0\0\0\0\0\0\0\0\0\0\xff\xff';

/** The IPv4 address inside an IPv4-mapped IPv6 one (`::ffff:1.2.3.4`); any other address as it is. */
export function unmapIp(ip: ByteString): ByteString {
  return ip.length === 16 && ip.startsWith(MAPPED_PREFIX) ? ip.slice(12) : ip;
}

/** Whether all bytes are zero: the address of a socket that has none. */
export function isUnspecified(ip: ByteString): boolean {
  for (let index = 0; index < ip.length; index++) if (ip.charCodeAt(index) !== 0) return false;
  return true;
}

/** `1.2.3.4`, or IPv6 as inet_ntop(3) writes it; empty for an empty address. */
export function formatIp(ip: ByteString): string {
  if (ip.length === 4) return formatIpv4(ip, 0);
  if (ip.length === 16) return formatIpv6(ip);
  return '';
}

function formatIpv4(ip: ByteString, at: number): string {
  return `${ip.charCodeAt(at)}.${ip.charCodeAt(at + 1)}.${ip.charCodeAt(at + 2)}.${ip.charCodeAt(at + 3)}`;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatIpv6(ip: ByteString): string {
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((ip.charCodeAt(at) << 8) | ip.charCodeAt(at + 1));
  let bestStart = 8;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    start = Math.max(start, end);
  }
  // inet_ntop writes the last 32 bits of ::a.b.c.d and ::ffff:a.b.c.d as IPv4.
  const isEmbedded = bestStart === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff));
  const texts = groups.map((group) => group.toString(16));
  if (isEmbedded) texts.splice(6, 2, formatIpv4(ip, 12));
  if (bestStart === 8) return texts.join(':');
  return `${texts.slice(0, bestStart).join(':')}::${texts.slice(bestStart + bestLength).join(':')}`;
}

/** The address as bytes, from text of node:os or a configuration; `undefined` when it is none. */
export function parseIp(text: string): ByteString | undefined {
  const plain = text.split('%', 1)[0] ?? '';
  if (isIPv4(plain)) return String.fromCharCode(...plain.split('.').map(Number));
  if (!isIPv6(plain)) return undefined;
  const [head = '', tail = ''] = plain.split('::').map(groupBytes);
  return head + '\0'.repeat(16 - head.length - tail.length) + tail;
}

/** Bytes of the groups of a valid IPv6 address, the last of which may be an IPv4 address. */
function groupBytes(text: string): ByteString {
  if (text === '') return '';
  return text
    .split(':')
    .map((group) => {
      if (group.includes('.')) return String.fromCharCode(...group.split('.').map(Number));
      const value = Number.parseInt(group, 16);
      return String.fromCharCode(value >> 8, value & 0xff);
    })
    .join('');
}
