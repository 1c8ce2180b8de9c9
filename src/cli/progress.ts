/** A line on the terminal that says how far a replay has come. */
import type { ReplayProgress } from '../engine/replay.ts';
import { writeError } from './fail.ts';

const INTERVAL_MS = 200;
const BAR_WIDTH = 24;

/** Draws the line until `end` is called. Only for a terminal: in a pipe it would be noise. */
export function showProgress(progress: () => ReplayProgress): { end(): void } {
  const startedAt = performance.now();
  const timer = setInterval(() => {
    // The cursor stays at the line's beginning: what is written next takes the line's place.
    writeError(`\r\x1b[K${progressLine(progress(), performance.now() - startedAt)}\r`);
  }, INTERVAL_MS);
  return {
    end() {
      clearInterval(timer);
      writeError('\r\x1b[K');
    },
  };
}

/** `[#####     ] 42 %  1,234,567 events  850,000/s  3 s left`; without a size only events and rate. */
export function progressLine({ events, bytes, size }: ReplayProgress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (events / elapsedMs) * 1000 : 0;
  const counts = `${grouped(events)} events  ${grouped(rate)}/s`;
  if (size === undefined || size === 0) return counts;
  const share = Math.min(bytes / size, 1);
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const left = share > 0 ? (elapsedMs * (1 - share)) / share : undefined;
  const remaining = left === undefined ? '' : `  ${duration(left)} left`;
  return `[${bar}] ${Math.floor(share * 100)} %  ${counts}${remaining}`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
