/**
 * A clock that stands still while an event is at work. What is looked up for an event is then looked up once: a
 * fact is known to the whole event or to none of it, and a recording can say between which two it became known.
 */
export class EventClock {
  readonly #clock: () => number;
  #now: number | undefined;

  /** `clock`: milliseconds of a clock that never goes back. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds; the same until {@link moveOn} is called. */
  readonly now = (): number => {
    this.#now ??= this.#clock();
    return this.#now;
  };

  /** Another event comes. */
  moveOn(): void {
    this.#now = undefined;
  }
}
