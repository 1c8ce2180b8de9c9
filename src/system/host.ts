/** Facts of the machine itself: its name, when it started, its addresses. */
import { readFileSync } from 'node:fs';
import { networkInterfaces, hostname as systemHostname } from 'node:os';
import { type ByteString, toByteString } from '../events/bytes.ts';
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
  #addresses: ReadonlySet<ByteString> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  has(ip: ByteString): boolean {
    const now = this.#clock();
    if (now - this.#readAt > ADDRESSES_VALID) {
      this.#addresses = readAddresses();
      this.#readAt = now;
    }
    return this.#addresses.has(ip);
  }
}

function readAddresses(): ReadonlySet<ByteString> {
  const addresses = new Set<ByteString>();
  for (const entries of Object.values(networkInterfaces()))
    for (const { address } of entries ?? []) {
      const ip = parseIp(address);
      if (ip !== undefined) addresses.add(ip);
    }
  return addresses;
}
