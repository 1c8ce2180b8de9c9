/** Times, which the server tells in microseconds, in the zone of who reads. */
import { signal } from '@preact/signals';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Moves on now and then, so that "2 min ago" stays right. */
const now = signal(Date.now() * 1000);
setInterval(() => {
  if (!document.hidden) now.value = Date.now() * 1000;
}, 15_000);

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function dateOf(time: number): Date {
  return new Date(time / 1000);
}

/** 2026-01-31 */
export function dayText(time: number): string {
  const date = dateOf(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** 14:03:07 */
export function clockText(time: number): string {
  const date = dateOf(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 2026-01-31 14:03:07.123456 +01:00 */
export function exactText(time: number): string {
  const fraction = String(((time % SECOND) + SECOND) % SECOND).padStart(6, '0');
  return `${dayText(time)} ${clockText(time)}.${fraction} ${zoneText(dateOf(time))}`;
}

function zoneText(date: Date): string {
  const ahead = -date.getTimezoneOffset();
  const minutes = Math.abs(ahead);
  return `${ahead < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** 2026-01-31 14:03, without the year when it is this one and without the day when it is today. */
export function shortText(time: number, today = Date.now() * 1000): string {
  const [day, current] = [dayText(time), dayText(today)];
  if (day === current) return clockText(time);
  const clock = clockText(time).slice(0, 5);
  return day.slice(0, 4) === current.slice(0, 4) ? `${day.slice(5)} ${clock}` : `${day} ${clock}`;
}

/** In words how long ago. */
export function ageText(time: number, today: number): string {
  const age = today - time;
  if (age < 10 * SECOND) return 'just now';
  return `${spanText(age)} ago`;
}

/** 12 s, 3 min, 5 h, 2 d */
export function spanText(span: number): string {
  if (span < SECOND) return `${Math.round(span / 1000)} ms`;
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} d`;
}

/** A time with its exact value for those who point at it. */
export function Time({
  time,
  as = 'short',
}: {
  readonly time: number;
  readonly as?: 'short' | 'age' | 'exact';
}) {
  const text =
    as === 'exact' ? exactText(time) : as === 'age' ? ageText(time, now.value) : shortText(time, now.value);
  return (
    <time dateTime={dateOf(time).toISOString()} title={exactText(time)}>
      {text}
    </time>
  );
}

/** For the address: UTC, to the second unless it is more exact. */
export function isoText(time: number): string {
  return dateOf(time).toISOString().replace('.000Z', 'Z');
}
