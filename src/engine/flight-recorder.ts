/**
 * The events of the last seconds, together with the state of the machine before the first of them: a second model
 * follows the first one at the distance of the ring and learns from the events that leave it.
 */
import type { EventCursor } from '../events/cursor.ts';
import { readStates } from '../sources/capture/state-reader.ts';
import { tellsState } from '../system/state-events.ts';
import { System } from '../system/system.ts';
import { EventRing } from './event-ring.ts';
import type { Recorder } from './recorder.ts';
import { StateNews } from './state-news.ts';

export interface FlightRecorderOptions {
  /** Milliseconds. */
  readonly before: number;
  /** Bytes of memory for events. */
  readonly size: number;
}

export class FlightRecorder {
  readonly #system: System;
  readonly #options: FlightRecorderOptions;
  readonly #ring: EventRing;
  readonly #news: StateNews;
  /** What the machine was like before the first event of the ring. */
  #past: System;

  constructor(system: System, options: FlightRecorderOptions) {
    this.#system = system;
    this.#options = options;
    this.#ring = new EventRing({
      size: options.size,
      maxAge: options.before,
      onEvicted: (event, state) => this.#learn(event, state),
    });
    this.#news = new StateNews(system);
    this.#past = copyOf(system);
  }

  /** Events that did not fit the memory, although they were not old. */
  get forgotten(): number {
    return this.#ring.forgotten;
  }

  /** Memory for events. */
  get bytes(): number {
    return this.#ring.size;
  }

  /** Takes an event after it has been judged. */
  add(event: EventCursor): void {
    this.#ring.add(event, this.#news.take());
  }

  /**
   * Begins a recording that an event at `now` (milliseconds) has caused: writes the state of the machine as it was
   * `before`, and the events since. Nothing is kept from then on, until {@link restart}.
   */
  begin(recorder: Recorder, now: number): void {
    const first = now - this.#options.before;
    let hasBegun = false;
    const begin = (): void => {
      if (!hasBegun) recorder.begin(this.#past.recordable);
      hasBegun = true;
    };
    this.#ring.drain((event, state) => {
      if (!hasBegun && event.milliseconds < first) {
        this.#learn(event, state);
        return;
      }
      const isFirst = !hasBegun;
      begin();
      if (isFirst) recorder.announce(event);
      recorder.write(event, state);
    });
    begin();
    // What became known with the event at work belongs to it, and the recorder does not know it yet.
    recorder.tell(this.#news.take());
    this.#news.close();
  }

  /** Goes on after a recording, from the present state of the machine. */
  restart(): void {
    this.#news.open();
    this.#past = copyOf(this.#system);
  }

  close(): void {
    this.#news.close();
    this.#past.close();
  }

  #learn(event: EventCursor, state: Buffer | undefined): void {
    const { recorded } = this.#past;
    if (state && recorded) readStates(state, 0, state.length, recorded);
    if (!tellsState(event)) return;
    this.#past.learn(event);
    this.#past.settle();
  }
}

/** A model that knows what `system` knows, and learns from nothing but what it is told. */
function copyOf(system: System): System {
  const copy = System.open({ seed: { kind: 'recording' } });
  const { recordable } = system;
  const { recorded } = copy;
  if (!recorded) throw new Error('a recording has no state');
  recorded.machine(recordable);
  recorded.interfaces(recordable.interfaces);
  const threads = [...recordable.threads()];
  for (const thread of threads) recorded.thread(thread);
  recorded.facts({ threads: threads.map((thread) => recordable.factsOf(thread)), model: recordable.facts });
  return copy;
}
