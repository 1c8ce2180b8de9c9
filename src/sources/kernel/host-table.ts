/** What user space has told the probe of processes that are in no container. */
import type { BpfMap } from './libbpf.ts';

/** What has become known of processes. */
export interface ProcessPlaces {
  /** On the host, unless an event has told where they are. */
  readonly found: readonly number[];
  /** On the host, by the event of that time, as the probe has stamped it; should there be a later one, nothing is said. */
  readonly settled: readonly { readonly pid: number; readonly toldAt: bigint }[];
  /** In a container perhaps. */
  readonly moved: readonly number[];
}

export class HostTable {
  readonly #told: BpfMap;
  readonly #hosts: BpfMap;

  /** `told`: by process, which event has told where it is; `hosts`: which of these told that it is on the host. */
  constructor(told: BpfMap, hosts: BpfMap) {
    this.#told = told;
    this.#hosts = hosts;
  }

  place({ found, settled, moved }: ProcessPlaces): void {
    for (const pid of found) {
      // No event's time.
      const value = u64(BigInt(pid));
      this.#told.add(u32(pid), value);
      this.#hosts.update(u32(pid), value);
    }
    for (const { pid, toldAt } of settled) this.#hosts.update(u32(pid), u64(toldAt));
    for (const pid of moved) this.#hosts.delete(u32(pid));
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
