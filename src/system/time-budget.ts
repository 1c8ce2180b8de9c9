/** Bounds the time that something may take beside more important things, whatever each piece of it costs. */
import process from 'node:process';

export interface BudgetClocks {
  /** Milliseconds of a clock that never goes back. */
  readonly passed: () => number;
  /** Milliseconds that this thread has worked: not those in which others had the processor. */
  readonly worked: () => number;
}

const CLOCKS: BudgetClocks = {
  passed: () => performance.now(),
  worked() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
};

export class TimeBudget {
  readonly #share: number;
  readonly #most: number;
  readonly #clocks: BudgetClocks;
  /** Milliseconds that may be spent now; less than none when the last piece of work cost more than there was. */
  #left: number;
  #filledAt: number;

  /** `share` of the time that passes may be spent, and `most` milliseconds at once after a quiet time. */
  constructor(share: number, most: number, clocks: BudgetClocks = CLOCKS) {
    this.#share = share;
    this.#most = most;
    this.#clocks = clocks;
    this.#left = most;
    this.#filledAt = clocks.passed();
  }

  /** Does the work while there is time left for it, and counts what it took; `undefined` when there is none left. */
  spend<T>(work: () => T): T | undefined {
    const { passed, worked } = this.#clocks;
    const now = passed();
    this.#left = Math.min(this.#most, this.#left + (now - this.#filledAt) * this.#share);
    this.#filledAt = now;
    if (this.#left <= 0) return undefined;
    const start = worked();
    try {
      return work();
    } finally {
      // What one piece cost, however much, does not stop others for ever.
      this.#left = Math.max(-this.#most, this.#left - (worked() - start));
    }
  }
}
