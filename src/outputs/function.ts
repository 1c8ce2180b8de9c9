/** Alerts for this program itself. */
import type { Alert } from '../alerts/alert.ts';
import type { Output, OutputMessage, OutputStatistics } from './output.ts';

export class FunctionOutput implements Output {
  readonly name = 'function';
  readonly waiting = 0;
  readonly queued = 0;
  readonly #take: (alert: Alert) => void;
  #written = 0;

  constructor(take: (alert: Alert) => void) {
    this.#take = take;
  }

  write({ alert }: OutputMessage): void {
    this.#written++;
    this.#take(alert);
  }

  reopen(): void {}

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get statistics(): OutputStatistics {
    return { written: this.#written, dropped: 0 };
  }
}
