/** Alerts of the past in the store. */
import type { StoreQuery } from '../store/query.ts';
import { type AlertHistory, type PastAlert, pastAlert } from './history.ts';

/** Alerts after which other work gets its turn. */
const SLICE = 500;

export class StoreHistory implements AlertHistory {
  readonly passedOver = new Map<string, number>();
  readonly #query: StoreQuery;

  constructor(query: StoreQuery) {
    this.#query = query;
  }

  async *alerts(): AsyncGenerator<PastAlert> {
    let count = 0;
    for (const { line } of this.#query.all()) {
      const alert = pastAlert(JSON.parse(line));
      if (typeof alert !== 'string') yield alert;
      else this.passedOver.set(alert, (this.passedOver.get(alert) ?? 0) + 1);
      if (++count % SLICE === 0) await new Promise(setImmediate);
    }
  }
}
