/** Alerts that come while scenes are performed, and how it is known that there are no more to come. */
import { fileURLToPath } from 'node:url';
import type { Audience } from './perform.ts';
import type { SeenAlert } from './verdict.ts';

/** Has to be loaded beside the rules. */
export const END_RULE_FILE = fileURLToPath(new URL('./end-of-scene.yaml', import.meta.url));
/** Name of the rule in it. */
export const END_RULE = 'Lanner scene process ended';

/** What is read of an alert. */
export interface IncomingAlert {
  readonly rule: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Process, of an alert of {@link END_RULE}. */
  readonly pid: number;
}

/** Engines answer within milliseconds, on a busy machine somewhat later. */
const ENGINE_MS = 5000;
/** The end of a process is known a moment after it; if not, its event was lost. */
const LIMIT_MS = 5000;

export class AlertListener implements Audience {
  readonly follow: (pid: number, hasEngine: boolean) => Promise<void>;
  #alerts: SeenAlert[] = [];
  readonly #ended = new Set<number>();
  #onEnd: () => void = () => {};

  /** `follow` waits so many milliseconds at most for the engine of a process's container. */
  constructor(follow: (pid: number, limitMs: number) => Promise<void>) {
    this.follow = async (pid, hasEngine) => {
      this.#alerts = [];
      this.#ended.clear();
      await follow(pid, hasEngine ? ENGINE_MS : 0);
    };
  }

  take({ rule, time, pid }: IncomingAlert): void {
    if (rule !== END_RULE) {
      const now = performance.timeOrigin + performance.now();
      this.#alerts.push({ rule, delayMs: Math.max(now - Number(time) / 1e6, 0) });
      return;
    }
    this.#ended.add(pid);
    this.#onEnd();
  }

  async over(pid: number): Promise<void> {
    if (this.#ended.has(pid)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the end of the scene was not seen')), LIMIT_MS);
      this.#onEnd = () => {
        if (!this.#ended.has(pid)) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Alerts since the process was followed. */
  get alerts(): readonly SeenAlert[] {
    return this.#alerts;
  }
}
