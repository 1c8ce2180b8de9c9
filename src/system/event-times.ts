/** Times of the events of a source, by which the fields tell how long after another an event came. */
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';

/** 1 for events that tell of the capture itself: as in Falco, time does not count from them. */
const IS_META = Uint8Array.from(EVENT_TYPES, ({ kind }) => (kind === 'METAEVENT' ? 1 : 0));

export class EventTimes {
  /** Times of the event before and of the one shown now, as bigints and as the words that they consist of. */
  readonly #times = new BigUint64Array(2);
  readonly #words = new Uint32Array(this.#times.buffer);
  readonly #nowWords = this.#words.subarray(2);
  readonly #skipsMeta: boolean;
  #shown = 0;
  #first: bigint | undefined;

  /** `skipsMeta`: events that tell of the capture have no time at all; live there were none. */
  constructor({ skipsMeta = false } = {}) {
    this.#skipsMeta = skipsMeta;
  }

  /** The event is the one that is shown now. */
  show(event: EventCursor): void {
    const isMeta = IS_META[event.code] === 1;
    if (isMeta && this.#skipsMeta) return;
    // By words: a bigint would be allocated for every event.
    this.#words[0] = this.#words[2] as number;
    this.#words[1] = this.#words[3] as number;
    event.copyTimestamp(this.#nowWords);
    this.#shown++;
    if (this.#first === undefined && !isMeta) this.#first = event.timestamp;
  }

  /** Nanoseconds since the epoch; `undefined` before the first event. */
  get first(): bigint | undefined {
    return this.#first;
  }

  /** Time of the event before the one that is shown. */
  get previous(): bigint | undefined {
    return this.#shown > 1 ? this.#times[0] : undefined;
  }
}
