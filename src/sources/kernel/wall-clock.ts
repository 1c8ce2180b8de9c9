/**
 * Follows the machine's clock. Events carry the time since boot plus what it took to the epoch when the probe
 * was loaded: a clock that never jumps, by which they are ordered and durations are told. When the machine's
 * clock is set, the difference is what people have to be told in addition.
 */
import { CLOCK_BOOTTIME, CLOCK_REALTIME, clockNanoseconds } from './libbpf.ts';

/** How often the clocks are compared, in nanoseconds. */
const INTERVAL = 1e9;
/** What differs by less is left as it is: times of events should not jitter. */
const TOLERANCE = 5_000_000n;
/** Clocks that were read further apart than this were interrupted, and tell nothing. */
const READING_TIME = 1_000_000n;

/** Nanoseconds of a clock; see clock_gettime(2). */
export type ClockReader = (clock: number) => bigint;

/** Readings of the clocks, of which the quickest counts: a thread may lose its CPU between two clocks. */
const READINGS = 5;

/** Nanoseconds from boot time to the epoch. */
export function measureEpochOffset(read: ClockReader = clockNanoseconds): bigint {
  const readings = Array.from({ length: READINGS }, () => {
    const before = read(CLOCK_BOOTTIME);
    const wall = read(CLOCK_REALTIME);
    const took = read(CLOCK_BOOTTIME) - before;
    return { took, offset: wall - before - took / 2n };
  });
  return readings.reduce((best, reading) => (reading.took < best.took ? reading : best)).offset;
}

export class WallClock {
  /** Nanoseconds from boot time to the epoch, as events have it. */
  readonly #epochOffset: bigint;
  readonly #read: ClockReader;
  #correction = 0n;
  #nextLook = 0;

  constructor(epochOffset: bigint, read: ClockReader = clockNanoseconds) {
    this.#epochOffset = epochOffset;
    this.#read = read;
  }

  /** Nanoseconds to add to the time of events for the machine's time. `now`: any nanoseconds that never go back. */
  correction(now: number): bigint {
    if (now < this.#nextLook) return this.#correction;
    this.#nextLook = now + INTERVAL;
    const before = this.#read(CLOCK_BOOTTIME);
    const wall = this.#read(CLOCK_REALTIME);
    if (this.#read(CLOCK_BOOTTIME) - before > READING_TIME) return this.#correction;
    const correction = wall - before - this.#epochOffset;
    const change = correction - this.#correction;
    if (change > TOLERANCE || change < -TOLERANCE) this.#correction = correction;
    return this.#correction;
  }
}
