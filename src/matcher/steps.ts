/** Work that can be left and taken up again, so that events have their turn while rules by the thousand are prepared. */
import { setImmediate } from 'node:timers/promises';

/** Yields wherever it may be left, at least once in a fraction of a millisecond where that is possible. */
export type Steps<Result> = Generator<void, Result, void>;

/** Does all of it at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

export interface Sliced<Result> {
  readonly result: Result;
  /** Milliseconds that the longest slice took. */
  readonly longest: number;
}

/** Does it in slices of `sliceMs` milliseconds, between which whatever else waits has its turn. */
export async function inSlices<Result>(steps: Steps<Result>, sliceMs: number): Promise<Sliced<Result>> {
  let longest = 0;
  for (;;) {
    const start = performance.now();
    let elapsed = 0;
    while (elapsed < sliceMs) {
      const { done, value } = steps.next();
      elapsed = performance.now() - start;
      if (done) return { result: value, longest: Math.max(longest, elapsed) };
    }
    longest = Math.max(longest, elapsed);
    await setImmediate();
  }
}
