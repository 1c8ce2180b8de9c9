/**
 * Says when an output takes nothing for longer than `output_timeout`. Outputs that send to receivers give up and
 * say so themselves.
 */
import type { OutputCounts } from './outputs.ts';

export interface OutputWatchParts {
  readonly counts: () => readonly OutputCounts[];
  readonly log: (line: string) => void;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
}

interface State {
  written: number;
  /** Since when something waits and nothing was written. */
  since: number;
  isTold: boolean;
}

export class OutputWatch {
  /** In milliseconds. */
  timeout: number;
  readonly #parts: OutputWatchParts;
  readonly #clock: () => number;
  #states: ReadonlyMap<string, State> = new Map();

  constructor(parts: OutputWatchParts, timeout: number) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now());
    this.timeout = timeout;
  }

  /** To be called once a second. */
  look(): void {
    const now = this.#clock();
    const next = new Map<string, State>();
    for (const counts of this.#parts.counts())
      if (counts.retries === undefined) next.set(counts.name, this.#lookAt(counts, now));
    this.#states = next;
  }

  /** Outputs that take nothing, by name, with what there is to say of them. */
  get troubles(): ReadonlyMap<string, string> {
    const now = this.#clock();
    const stuck = [...this.#states].filter(([, { isTold }]) => isTold);
    return new Map(
      stuck.map(([name, { since }]) => [name, `has taken nothing for ${Math.round((now - since) / 1000)} s`]),
    );
  }

  #lookAt({ name, queued, written }: OutputCounts, now: number): State {
    const state = this.#states.get(name) ?? { written, since: now, isTold: false };
    if (queued === 0 || written !== state.written) {
      if (state.isTold) this.#parts.log(`${name}: takes alerts again`);
      return { written, since: now, isTold: false };
    }
    const waited = now - state.since;
    if (waited < this.timeout || state.isTold) return state;
    this.#parts.log(`${name}: has taken nothing for ${Math.round(waited)} ms: ${queued} alerts wait`);
    return { ...state, isTold: true };
  }
}
