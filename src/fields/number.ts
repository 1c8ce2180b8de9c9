/** Numbers as field values. */

/** A 64-bit integer as fields give it: a number while that is exact, so that equal values are identical. */
export function integer(value: bigint): number | bigint {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value;
}

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const NANOSECONDS = 1_000_000_000n;

/** Whole seconds of a time or a span in nanoseconds. */
export function wholeSeconds(nanoseconds: bigint): number {
  return Number(nanoseconds / NANOSECONDS);
}

/** What is left after the whole seconds, in nanoseconds. */
export function subSeconds(nanoseconds: bigint): number {
  return Number(nanoseconds % NANOSECONDS);
}
