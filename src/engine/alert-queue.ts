/**
 * Alerts on their way to the outputs. One that tells of a container waits until the container's engine has
 * answered, but not longer than a set time; those behind it wait with it, so that their order stays.
 */
import type { RuleAlert } from '../alerts/alert.ts';
import { withoutContainer } from '../alerts/alert.ts';
import type { HeldAlert } from '../alerts/alert-maker.ts';
import type { ByteString } from '../events/bytes.ts';

/** What is being found out about containers. */
export interface PendingContainers {
  isPending(id: ByteString): boolean;
  whenSettled(id: ByteString, action: () => void): void;
}

export interface AlertQueueOptions {
  readonly write: (alert: RuleAlert) => void;
  /** Absent when nobody finds out about containers: nothing waits then. */
  readonly containers?: PendingContainers | undefined;
  /** How long an alert may wait, in milliseconds. */
  readonly waitMs: number;
  /** Alerts that may wait at a time; with more, the first goes out as it is. */
  readonly limit?: number;
}

interface Waiting {
  readonly alert: HeldAlert;
  /** Container that the alert needs to know; empty for none. */
  readonly container: ByteString;
  mayGo: boolean;
  timer: NodeJS.Timeout | undefined;
}

const DEFAULT_LIMIT = 4096;

export class AlertQueue {
  /** How long alerts that are added from now on may wait, in milliseconds. */
  waitMs: number;
  readonly #options: AlertQueueOptions;
  readonly #waiting: Waiting[] = [];
  #whenEmpty: (() => void)[] = [];
  #incomplete = 0;

  constructor(options: AlertQueueOptions) {
    this.#options = options;
    this.waitMs = options.waitMs;
  }

  /** Hands on an alert of a process in `container` (empty on the host), at once or later. */
  add(alert: HeldAlert, container: ByteString): void {
    const { containers, write, limit = DEFAULT_LIMIT } = this.#options;
    const mustWait = alert.isLate && container !== '' && containers?.isPending(container);
    if (!mustWait && this.#waiting.length === 0) {
      write(alert.finish());
      return;
    }
    if (this.#waiting.length >= limit) this.#release(this.#waiting[0]);
    const entry: Waiting = {
      alert,
      container: mustWait ? container : '',
      mayGo: !mustWait,
      timer: undefined,
    };
    this.#waiting.push(entry);
    if (!mustWait) return;
    entry.timer = setTimeout(() => this.#release(entry), this.waitMs);
    containers?.whenSettled(container, () => this.#release(entry));
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Alerts that wait now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Alerts that went out before their container was known. */
  get incomplete(): number {
    return this.#incomplete;
  }

  #release(entry: Waiting | undefined): void {
    if (!entry) return;
    entry.mayGo = true;
    clearTimeout(entry.timer);
    for (let [first] = this.#waiting; first?.mayGo; [first] = this.#waiting) {
      this.#waiting.shift();
      this.#options.write(this.#finish(first));
    }
    if (this.#waiting.length > 0) return;
    const waiters = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiters) resolve();
  }

  #finish({ alert, container }: Waiting): RuleAlert {
    const finished = alert.finish();
    if (container === '' || !this.#options.containers?.isPending(container)) return finished;
    this.#incomplete++;
    return withoutContainer(finished);
  }
}
