/**
 * The hosts that rules ask for by name (`fd.sip.name = example.com`): which addresses they have. Names are resolved
 * beside the path of events and again from time to time, and a condition compares with what is known. While a
 * name has not been resolved, no address is its.
 */
import { lookup } from 'node:dns/promises';
import type { ByteString } from '../events/bytes.ts';
import { parseIp } from './ip.ts';

/** The addresses of a host, as text; rejects when there is no answer, or no such host. */
export type ResolveHost = (name: string) => Promise<readonly string[]>;

export interface HostNamesOptions {
  /** Asks as programs do, /etc/hosts included, unless told. */
  readonly resolve?: ResolveHost;
  /** Takes the first failure of each name. */
  readonly onFailure?: (name: string, error: unknown) => void;
  /** Names that are resolved; rules with more leave the rest without addresses. */
  readonly limit?: number;
  /** Runs an action once after so many milliseconds; gives the function that takes it back. For tests. */
  readonly schedule?: (action: () => void, ms: number) => () => void;
}

/** Counts since the start. */
export interface HostNameStatistics {
  readonly names: number;
  readonly resolved: number;
  readonly failed: number;
  /** Names beyond the limit. */
  readonly leftOut: number;
}

/** As in Falco: a name is resolved again after this time, and after twice as long each time that nothing changed. */
const FIRST_REFRESH_MS = 10_000;
const LAST_REFRESH_MS = 320_000;

const NAME_LIMIT = 1024;
/** Names that are asked for at a time: each occupies one of the four threads that Node has for this. */
const CONCURRENT = 2;

interface Host {
  readonly name: ByteString;
  addresses: ReadonlySet<ByteString>;
  refreshMs: number;
  hasFailed: boolean;
  cancel: (() => void) | undefined;
}

const askSystem: ResolveHost = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

const afterTime = (action: () => void, ms: number): (() => void) => {
  const timer = setTimeout(action, ms).unref();
  return () => clearTimeout(timer);
};

export class HostNames {
  readonly #options: Required<HostNamesOptions>;
  readonly #hosts = new Map<ByteString, Host>();
  /** Names by address. */
  #index: ReadonlyMap<ByteString, readonly ByteString[]> = new Map();
  readonly #waiting: Host[] = [];
  #active = 0;
  #resolved = 0;
  #failed = 0;
  #leftOut = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: HostNamesOptions = {}) {
    this.#options = {
      resolve: askSystem,
      onFailure: () => {},
      limit: NAME_LIMIT,
      schedule: afterTime,
      ...options,
    };
  }

  /** Names that rules ask for, from now on. Those that stay keep their addresses. */
  ask(names: Iterable<ByteString>): void {
    const wanted = new Set(names);
    for (const [name, host] of this.#hosts) {
      if (wanted.has(name)) continue;
      host.cancel?.();
      this.#hosts.delete(name);
    }
    this.#leftOut = 0;
    for (const name of wanted) {
      if (this.#hosts.has(name)) continue;
      if (this.#hosts.size >= this.#options.limit) {
        this.#leftOut++;
        continue;
      }
      const host: Host = {
        ...{ name, addresses: new Set<ByteString>(), refreshMs: FIRST_REFRESH_MS },
        ...{ hasFailed: false, cancel: undefined },
      };
      this.#hosts.set(name, host);
      this.#enqueue(host);
    }
    this.#reindex();
  }

  /** The names that have this address (4 or 16 bytes); mostly none. */
  namesOf(ip: ByteString): readonly ByteString[] {
    return this.#index.get(ip) ?? [];
  }

  /** Resolves when all names have been asked for at least once. */
  settled(): Promise<void> {
    if (this.#active === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  get statistics(): HostNameStatistics {
    return {
      names: this.#hosts.size,
      resolved: this.#resolved,
      failed: this.#failed,
      leftOut: this.#leftOut,
    };
  }

  close(): void {
    this.ask([]);
    this.#waiting.length = 0;
  }

  #enqueue(host: Host): void {
    host.cancel = undefined;
    this.#waiting.push(host);
    this.#next();
  }

  #next(): void {
    while (this.#active < CONCURRENT) {
      const host = this.#waiting.shift();
      if (!host) break;
      if (this.#hosts.get(host.name) !== host) continue;
      this.#active++;
      void this.#resolve(host).finally(() => {
        this.#active--;
        this.#next();
      });
    }
    if (this.#active > 0 || this.#waiting.length > 0) return;
    const waiters = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiters) resolve();
  }

  async #resolve(host: Host): Promise<void> {
    const { resolve, onFailure, schedule } = this.#options;
    try {
      const addresses = new Set<ByteString>();
      for (const text of await resolve(host.name)) {
        const ip = parseIp(text);
        if (ip !== undefined) addresses.add(ip);
      }
      this.#resolved++;
      const isSame = addresses.symmetricDifference(host.addresses).size === 0;
      host.refreshMs = isSame ? Math.min(host.refreshMs * 2, LAST_REFRESH_MS) : FIRST_REFRESH_MS;
      host.addresses = addresses;
      if (!isSame) this.#reindex();
    } catch (error) {
      this.#failed++;
      if (!host.hasFailed) onFailure(host.name, error);
      host.hasFailed = true;
      // A name server that does not answer for a while does not take the addresses away.
      host.refreshMs = FIRST_REFRESH_MS;
    }
    if (this.#hosts.get(host.name) === host)
      host.cancel = schedule(() => this.#enqueue(host), host.refreshMs);
  }

  #reindex(): void {
    const index = new Map<ByteString, ByteString[]>();
    for (const { name, addresses } of this.#hosts.values())
      for (const ip of addresses) {
        const names = index.get(ip);
        if (names) names.push(name);
        else index.set(ip, [name]);
      }
    this.#index = index;
  }
}
