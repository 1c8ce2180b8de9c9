/** Event times as text. A time is nanoseconds since the epoch. */

const NANOSECONDS = 1_000_000_000n;

function fraction(time: bigint): string {
  return String(time % NANOSECONDS).padStart(9, '0');
}

function wholeSeconds(time: bigint): Date {
  return new Date(Number(time / NANOSECONDS) * 1000);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Local time of day in whole seconds: `14:03:07`. */
export function formatClock(time: bigint): string {
  const date = wholeSeconds(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Local time of day with nanoseconds: `14:03:07.123456789`. */
export function formatClockNs(time: bigint): string {
  return `${formatClock(time)}.${fraction(time)}`;
}

/** Local date: `2026-01-31`. */
export function formatDate(time: bigint): string {
  const date = wholeSeconds(time);
  const year = String(date.getFullYear()).padStart(4, '0');
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Date and time in UTC with nanoseconds, without a zone: `2026-01-31T13:03:07.123456789`. */
export function formatUtc(time: bigint): string {
  return `${wholeSeconds(time).toISOString().slice(0, 19)}.${fraction(time)}`;
}
