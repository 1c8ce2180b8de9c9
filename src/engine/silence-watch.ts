/** Says when no events come, as `syscall_event_timeouts` in the configuration wants it. */
import type { InternalAlert } from '../alerts/alert.ts';
import { internalAlert } from '../alerts/internal.ts';
import { fraction, timeOfDay } from '../fields/time-text.ts';

/** How long Falco waits for events before it counts a timeout, in milliseconds. */
const TIMEOUT_MS = 30;

export interface SilenceParts {
  /** Events since the start. */
  readonly delivered: () => number;
  readonly hostname: string;
  readonly alert: (alert: InternalAlert) => void;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
}

export class SilenceWatch {
  /** Timeouts in a row that are not worth an alert. */
  maxTimeouts: number;
  readonly #parts: SilenceParts;
  readonly #clock: () => number;
  #delivered = 0;
  /** When silence began, by the clock. */
  #since: number;
  /** When the last event was seen, in nanoseconds since the epoch, to the second. */
  #lastEvent: bigint | undefined;

  constructor(parts: SilenceParts, maxTimeouts: number) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now());
    this.maxTimeouts = maxTimeouts;
    this.#since = this.#clock();
  }

  /** To be called once a second. */
  look(): void {
    const now = this.#clock();
    const delivered = this.#parts.delivered();
    if (delivered !== this.#delivered) {
      this.#delivered = delivered;
      this.#since = now;
      this.#lastEvent = epochTime();
    }
    if (now - this.#since <= this.maxTimeouts * TIMEOUT_MS) return;
    this.#since = now;
    this.#parts.alert(this.#alert());
  }

  #alert(): InternalAlert {
    const last = this.#lastEvent;
    return internalAlert({
      subject: 'timeouts notification',
      detail: `${this.maxTimeouts} consecutive timeouts without event.`,
      priority: 'Debug',
      time: epochTime(),
      hostname: this.#parts.hostname,
      fields: { last_event_time: last === undefined ? 'none' : timeOfDay(last) + fraction(last) },
    });
  }
}

function epochTime(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
