/**
 * Events that wait until their process has been looked up in /proc, so that rules judge them by its name and not
 * without one. Events of the same thread wait behind them, and so does the birth of what it made, with all that the
 * new one does: it begins with what those events tell. Others pass. Who waits too long, or is one too many, is judged
 * by what is known.
 */
import { EventCursor } from '../events/cursor.ts';
import type { ProcessCounters } from './counters.ts';

export interface PostponedLimits {
  readonly events: number;
  readonly bytes: number;
  /** Milliseconds that an event waits at most. */
  readonly waitMs: number;
}

const DEFAULT_LIMITS: PostponedLimits = { events: 4096, bytes: 4 << 20, waitMs: 250 };

export interface PostponedOptions {
  readonly counters: ProcessCounters;
  /**
   * Asks for what is missing to judge the event; `done` is called when it has been answered, perhaps at once.
   * False when nothing is missing, or nothing can be asked now.
   */
  readonly ask: (event: EventCursor, done: () => void) => boolean;
  /** Threads whose events must have been learned from before `event` is. */
  readonly leaders: (event: EventCursor) => readonly number[];
  readonly limits?: Partial<PostponedLimits>;
}

interface Queue {
  /** Whose events it holds. */
  readonly tids: number[];
  readonly events: EventCursor[];
  timer: NodeJS.Timeout | undefined;
}

export class PostponedEvents {
  readonly #options: PostponedOptions;
  readonly #limits: PostponedLimits;
  /** By thread. */
  readonly #queues = new Map<number, Queue>();
  #count = 0;
  #bytes = 0;
  #resume: (event: EventCursor) => void = () => {};
  /** What is being given back: it does not wait again. */
  #resumed: EventCursor | undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(options: PostponedOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** Takes the events whose waiting is over, each as {@link postpone} would have let it pass. */
  set resume(resume: (event: EventCursor) => void) {
    this.#resume = resume;
  }

  /** Whether the event waits: then it was copied, and comes back later. */
  postpone(event: EventCursor): boolean {
    if (event === this.#resumed) return false;
    const { tid } = event;
    const queue = this.#queues.get(tid);
    if (queue !== undefined) return this.#keep(event, queue);
    const joined = this.#queueOfLeader(event);
    if (joined !== undefined) {
      joined.tids.push(tid);
      this.#queues.set(tid, joined);
      return this.#keep(event, joined);
    }
    const started: Queue = { tids: [tid], events: [], timer: undefined };
    let isAnswered = false;
    const isAsked = this.#options.ask(event, () => {
      isAnswered = true;
      this.#release(started);
    });
    if (!isAsked || isAnswered) return false;
    this.#queues.set(tid, started);
    started.timer = setTimeout(() => this.#expire(started), this.#limits.waitMs);
    return this.#keep(event, started);
  }

  #queueOfLeader(event: EventCursor): Queue | undefined {
    if (this.#queues.size === 0) return undefined;
    for (const leader of this.#options.leaders(event)) {
      const queue = this.#queues.get(leader);
      if (queue !== undefined) return queue;
    }
    return undefined;
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (this.#queues.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #keep(event: EventCursor, queue: Queue): boolean {
    const { events, bytes } = this.#limits;
    if (this.#count >= events || this.#bytes + event.length > bytes) {
      this.#expire(queue);
      this.#options.counters.notAwaited++;
      return false;
    }
    this.#options.counters.postponed++;
    this.#count++;
    this.#bytes += event.length;
    queue.events.push(copyOf(event));
    return true;
  }

  #expire(queue: Queue): void {
    this.#options.counters.notAwaited += queue.events.length;
    this.#release(queue);
  }

  #release(queue: Queue): void {
    const { tids } = queue;
    if (tids.length === 0) return;
    for (const tid of tids.splice(0)) this.#queues.delete(tid);
    clearTimeout(queue.timer);
    for (const event of queue.events) {
      this.#count--;
      this.#bytes -= event.length;
      this.#resumed = event;
      this.#resume(event);
    }
    this.#resumed = undefined;
    if (this.#queues.size > 0) return;
    const waiters = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiters) resolve();
  }
}

/** The same event in memory of its own. */
export function copyOf(event: EventCursor): EventCursor {
  const copy = new EventCursor();
  copy.attach(Buffer.from(event.bytes));
  copy.moveTo(0);
  copy.number = event.number;
  copy.cpu = event.cpu;
  copy.stateOnly = event.stateOnly;
  copy.clockCorrection = event.clockCorrection;
  return copy;
}
