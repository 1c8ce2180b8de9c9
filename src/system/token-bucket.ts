/** Lets `rate` actions a second pass, with bursts of up to `burst`. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: () => number;
  #tokens: number;
  #filledAt: number;

  /** `clock` gives milliseconds of a clock that never goes back. */
  constructor(rate: number, burst: number, clock: () => number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filledAt = clock();
  }

  /** Whether one more action may be done now, or one that counts as `cost`. */
  take(cost: number = 1): boolean {
    const now = this.#clock();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) * this.#rate) / 1000);
    this.#filledAt = now;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
