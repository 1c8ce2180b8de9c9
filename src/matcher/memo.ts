/** Generated functions that compute a value once per event. */
import type { EventContext } from '../system/context.ts';
import { Constants } from './constants.ts';

export type ContextFunction<Value> = (context: EventContext) => Value;

/** Events are told apart by this number, which is another one for each. */
interface Clock {
  epoch: number;
}

/** The clock starts anew here, long before its number would stop being a small integer. */
const LAST_EPOCH = 2 ** 30;

export class MemoFunctions {
  readonly #clock: Clock = { epoch: 1 };
  readonly #functions = new Map<unknown, ContextFunction<unknown>>();
  readonly #lastEpoch: number;

  constructor(lastEpoch = LAST_EPOCH) {
    this.#lastEpoch = lastEpoch;
  }

  /**
   * The function that computes the value of `key` and remembers it for the rest of the event. `write` is asked once
   * for the expression to compute it by, over `context`, the variables `v` and `w`, and constants.
   */
  of(key: unknown, write: (constants: Constants) => string): ContextFunction<unknown> {
    let known = this.#functions.get(key);
    if (known === undefined) {
      known = this.#generate(write);
      this.#functions.set(key, known);
    }
    return known;
  }

  /**
   * The event is another one from now on. False when the functions that were given before must not be used any more:
   * those that have not been called for long might take this event for one of long ago.
   */
  begin(): boolean {
    if (++this.#clock.epoch < this.#lastEpoch) return true;
    this.#clock.epoch = 1;
    this.#functions.clear();
    return false;
  }

  #generate(write: (constants: Constants) => string): ContextFunction<unknown> {
    const constants = new Constants();
    const clock = constants.bind(this.#clock);
    const value = write(constants);
    return constants.evaluate(
      `let remembered, epoch = 0;
return function memo(context) {
  if (epoch !== ${clock}.epoch) { let v, w; remembered = ${value}; epoch = ${clock}.epoch; }
  return remembered;
};`,
    ) as ContextFunction<unknown>;
  }
}
