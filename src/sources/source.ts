/** Where events come from. */
import type { EventCursor } from '../events/cursor.ts';

/** Takes one event. It must have taken what it needs when it returns: the bytes may then be overwritten. */
export type EventSink = (event: EventCursor) => void;

/** A running source of events. */
export interface EventSource {
  /** Name as `evt.source` prints it: `syscall`, `k8s_audit`. */
  readonly name: string;
  /** Delivers events in time order until the source ends or is stopped. Rejects when it cannot go on. */
  run(sink: EventSink): Promise<void>;
  /** Ends `run` after the events already collected have been delivered. Idempotent. */
  stop(): void;
  /** Releases what the source holds in the kernel. Idempotent; called after `run` has ended. */
  close(): void;
  readonly statistics: SourceStatistics;
}

/** Counts since the start of the source. */
export interface SourceStatistics {
  /** Events delivered to the sink. */
  readonly delivered: number;
  /** Events that did not fit the buffers, by name of the event type. */
  readonly lost: ReadonlyMap<string, number>;
}
