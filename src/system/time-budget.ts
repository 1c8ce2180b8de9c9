/** Bounds the time that something may take beside more important things, whatever each piece of it costs. */
export class TimeBudget {
  readonly #share: number;
  readonly #most: number;
  readonly #clock: () => number;
  /** Milliseconds that may be spent now; less than none when the last piece of work cost more than there was. */
  #left: number;
  #filledAt: number;

  /**
   * `share` of the time that passes may be spent, and `most` milliseconds at once after a quiet time. `clock` gives
   * milliseconds of a clock that never goes back.
   */
  constructor(share: number, most: number, clock: () => number = () => performance.now()) {
    this.#share = share;
    this.#most = most;
    this.#clock = clock;
    this.#left = most;
    this.#filledAt = clock();
  }

  /** Does the work while there is time left for it, and counts what it took; `undefined` when there is none left. */
  spend<T>(work: () => T): T | undefined {
    const start = this.#clock();
    this.#left = Math.min(this.#most, this.#left + (start - this.#filledAt) * this.#share);
    this.#filledAt = start;
    if (this.#left <= 0) return undefined;
    try {
      return work();
    } finally {
      this.#left -= this.#clock() - start;
    }
  }
}
