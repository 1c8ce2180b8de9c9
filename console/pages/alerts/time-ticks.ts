/** Round times for the axis of a timeline, in the zone of who reads. */
import { clockText, DAY, dayText, HOUR, MINUTE, SECOND } from '../../text/time.tsx';

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** At most `most` of them between two times. */
export function timeTicks(from: number, to: number, most: number): readonly Tick[] {
  const step = STEPS.find((length) => (to - from) / length <= most) ?? (to - from) / most;
  const zone = new Date(from / 1000).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  for (let time = Math.ceil((from - zone) / step) * step + zone; time < to; time += step)
    ticks.push({ time, label: labelOf(time, step) });
  return ticks;
}

function labelOf(time: number, step: number): string {
  const clock = clockText(time);
  if (step >= DAY || clock === '00:00:00') return dayText(time).slice(5);
  return step < MINUTE ? clock : clock.slice(0, 5);
}
