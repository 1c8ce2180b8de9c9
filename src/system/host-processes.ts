/**
 * Which processes are in no container, for the kernel: it then leaves out events of rules that are about containers
 * only. What is told holds until the next event tells where the process is; so each names the event that it goes by.
 */
import type { EventCursor } from '../events/cursor.ts';
import type { Process } from './process.ts';

/** Many processes do not live so long (milliseconds): the kernel need not hear of them. */
const SETTLED_MS = 50;

/** Processes that may wait to be told of; of more nothing is said, so that their events pass. */
const MOST_WAITING = 16_384;

/** News since they were taken last, each told once. */
export interface ProcessPlaces {
  /** On the host, as /proc tells; no event may have told it. */
  readonly found: readonly number[];
  /** On the host, as the event of that time tells (nanoseconds, as the probe has stamped it). */
  readonly settled: readonly { readonly pid: number; readonly toldAt: bigint }[];
  /** In a container perhaps, as /proc tells. */
  readonly moved: readonly number[];
}

type Told = Pick<EventCursor, 'timestamp' | 'milliseconds'>;

interface Waiting {
  readonly toldAt: bigint;
  readonly since: number;
}

export class HostProcesses {
  /** By process, in the order of `since`. */
  readonly #waiting = new Map<number, Waiting>();
  #found: number[] = [];
  #moved: number[] = [];
  #isAnnounced = false;
  /** Called when there are news, or will be soon; then not again until they are taken. */
  onNews: () => void = () => {};

  /** An event has told the control groups of a process. */
  told(process: Process, { timestamp, milliseconds }: Told): void {
    const { pid } = process;
    this.#waiting.delete(pid);
    if (!isOnHost(process) || this.#waiting.size >= MOST_WAITING) return;
    this.#waiting.set(pid, { toldAt: timestamp, since: milliseconds });
    this.#announce();
  }

  /** /proc has been asked about a process. */
  looked(process: Process): void {
    const { pid, cgroups } = process;
    if (cgroups.paths.length === 0) return;
    this.#announce();
    if (isOnHost(process)) {
      if (this.#found.length < MOST_WAITING) this.#found.push(pid);
      return;
    }
    this.#waiting.delete(pid);
    this.#moved.push(pid);
  }

  /** `now`: milliseconds since the epoch, as the time of events is. */
  take(now: number): ProcessPlaces {
    const settled: ProcessPlaces['settled'][number][] = [];
    for (const [pid, { toldAt, since }] of this.#waiting) {
      if (now - since < SETTLED_MS) break;
      this.#waiting.delete(pid);
      settled.push({ pid, toldAt });
    }
    const places = { found: this.#found, settled, moved: this.#moved };
    this.#found = [];
    this.#moved = [];
    this.#isAnnounced = false;
    if (this.#waiting.size > 0) this.#announce();
    return places;
  }

  #announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.onNews();
  }
}

/**
 * Whether the process is in no container, whichever ids it has. One of which not all is known will be looked at when it
 * acts, and may be found elsewhere then: so it must be heard.
 */
function isOnHost({ cgroups, knowledge, lookedUp }: Process): boolean {
  const { paths, containers, containersInPidNamespace } = cgroups;
  if (knowledge !== 'full' && !lookedUp) return false;
  // Where paths name a container, engines have a say, and may change their mind.
  return paths.length > 0 && containers.claims.length + containersInPidNamespace.claims.length === 0;
}
