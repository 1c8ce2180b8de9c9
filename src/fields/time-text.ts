/** Times as text. All take nanoseconds since the epoch; local means the time zone of this process. */
import { subSeconds } from './number.ts';

/** `14:03:07`, local. */
export function timeOfDay(time: bigint): string {
  const date = dateOf(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-01-31 14:03:07`, local. */
export function dateAndTime(time: bigint): string {
  const date = dateOf(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(time)}`;
}

/** `.123456789` */
export function fraction(time: bigint): string {
  return `.${String(subSeconds(time)).padStart(9, '0')}`;
}

/** `2026-01-31T13:03:07.123456789+0000`, in UTC. */
export function iso8601(time: bigint): string {
  return `${dateOf(time).toISOString().slice(0, 19)}${fraction(time)}+0000`;
}

/** `+0100`: how far local time was ahead of UTC at that time. */
export function zoneOffset(time: bigint): string {
  const minutes = -dateOf(time).getTimezoneOffset();
  const ahead = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
}

/** Beyond this Date has no text; no clock gets there. */
const LAST_MILLISECOND = 8_640_000_000_000_000;

function dateOf(time: bigint): Date {
  return new Date(Math.min(Number(time / 1_000_000n), LAST_MILLISECOND));
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
