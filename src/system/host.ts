/** Facts of the machine itself: its name, when it started, its addresses. */
import { readFileSync } from 'node:fs';
import { networkInterfaces, hostname as systemHostname } from 'node:os';
import { type ByteString, toByteString } from '../events/bytes.ts';
import type { NamedInterface } from './interfaces.ts';
import { parseIp } from './ip.ts';

/** What `evt.hostname` prints: as in Falco the environment may set it, for a container has its own name. */
export function hostName(environment: NodeJS.ProcessEnv): ByteString {
  return toByteString(environment.FALCO_HOSTNAME || environment.LANNER_HOSTNAME || systemHostname());
}

/**
 * When the machine started, nanoseconds since the epoch; 0 when /proc can not be read. `/proc/stat`
 * knows the second; where `/proc/uptime` agrees with it, its hundredths are used.
 */
export function bootTime(hostRoot: string): bigint {
  const now = Date.now();
  const seconds = Number(/^btime (\d+)$/m.exec(read(`${hostRoot}/proc/stat`))?.[1] ?? 0);
  const uptime = Number(read(`${hostRoot}/proc/uptime`).split(' ')[0]);
  const precise = now - uptime * 1000;
  const milliseconds = Math.abs(precise - seconds * 1000) < 1500 ? precise : seconds * 1000;
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** How long the addresses are believed, in milliseconds. */
const ADDRESSES_VALID = 10_000;

/** Addresses of this machine's interfaces. They change, so they are read again from time to time. */
export class LocalAddresses {
  readonly #clock: () => number;
  #interfaces: readonly NamedInterface[] = [];
  #addresses: ReadonlySet<ByteString> = new Set();
  /** Grows when the addresses are found changed. */
  revision = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  has(ip: ByteString): boolean {
    this.#refresh();
    return this.#addresses.has(ip);
  }

  get interfaces(): readonly NamedInterface[] {
    this.#refresh();
    return this.#interfaces;
  }

  #refresh(): void {
    const now = this.#clock();
    if (now - this.#readAt <= ADDRESSES_VALID) return;
    this.#readAt = now;
    this.#interfaces = readInterfaces();
    const addresses = new Set(this.#interfaces.map(({ address }) => address));
    if (addresses.symmetricDifference(this.#addresses).size > 0) this.revision++;
    this.#addresses = addresses;
  }
}

function readInterfaces(): NamedInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries = []]) =>
    entries.flatMap((entry) => {
      const address = parseIp(entry.address);
      if (address === undefined) return [];
      const netmask = parseIp(entry.netmask) ?? '\0'.repeat(address.length);
      const broadcast = address.length === 4 ? broadcastOf(address, netmask) : '\0'.repeat(16);
      return [{ name: toByteString(name), address, netmask, broadcast, linkSpeed: 0n }];
    }),
  );
}

function broadcastOf(address: ByteString, netmask: ByteString): ByteString {
  const bytes = [...address].map((byte, index) => byte.charCodeAt(0) | (~netmask.charCodeAt(index) & 0xff));
  return String.fromCharCode(...bytes);
}
