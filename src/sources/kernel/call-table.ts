/** The probe's table of system calls: which of them it tells, and how. It can be changed while the probe runs. */
import { encodeCall } from './layout.ts';
import type { BpfMap } from './libbpf.ts';
import { callDescriptions, isAskedFor, type NamedCall } from './system-calls.ts';
import type { Architecture } from './translations.ts';

export class CallTable {
  readonly #map: BpfMap;
  readonly #calls: readonly NamedCall[];
  readonly #told = new Set<NamedCall>();

  constructor(map: BpfMap, architecture: Architecture) {
    this.#map = map;
    this.#calls = callDescriptions(architecture);
  }

  /** From now on the calls of these events are told, and no others; all when `names` is absent. */
  ask(names: ReadonlySet<string> | undefined): void {
    for (const call of this.#calls) {
      const isAsked = !names || isAskedFor(call, names);
      if (isAsked === this.#told.has(call)) continue;
      if (isAsked) this.#add(call);
      else this.#remove(call);
    }
  }

  /** The code comes last: a program that runs meanwhile must not see half of a description. */
  #add(call: NamedCall): void {
    this.#update(call, withoutCode(call));
    this.#update(call, encodeCall(call));
    this.#told.add(call);
  }

  /** Only the code goes: a program may be at the rest. */
  #remove(call: NamedCall): void {
    this.#update(call, withoutCode(call));
    this.#told.delete(call);
  }

  #update({ entry }: NamedCall, value: Buffer): void {
    const key = Buffer.alloc(4);
    key.writeUInt32LE(entry);
    this.#map.update(key, value);
  }
}

/** The description with the code 0, which is none of interest (`struct lanner_call` begins with it). */
function withoutCode(call: NamedCall): Buffer {
  const bytes = Buffer.from(encodeCall(call));
  bytes.writeUInt16LE(0, 0);
  return bytes;
}
