/** Counts the events that are judged: by system call, process and container. Bounded, however many there are. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { EventObserver } from './engine.ts';

export interface Count {
  events: number;
  /** Rules that raised an alert at these events. */
  alerts: number;
}

export interface ProcessCount extends Count {
  readonly pid: number;
  /** The last that was known. */
  name: ByteString;
  /** Id of its container; empty for the host. */
  container: ByteString;
}

export interface LiveCounts extends Readonly<Count> {
  /** By name of the event. */
  readonly calls: ReadonlyMap<string, Count>;
  readonly processes: ReadonlyMap<number, ProcessCount>;
  /** By id; empty for the host. */
  readonly containers: ReadonlyMap<ByteString, Count>;
  /** Events of processes and containers that were too many to be counted each. */
  readonly uncounted: number;
  /** Events without a process, such as audit events. */
  readonly withoutProcess: number;
}

/** So many processes, and so many containers, are counted each. */
const MOST = 10_000;

export class LiveCounter implements EventObserver {
  #now = new Tally();
  readonly total = new Tally();
  readonly #most: number;
  #names: (id: ByteString) => ByteString | undefined = () => undefined;

  constructor(most = MOST) {
    this.#most = most;
  }

  judged(event: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void {
    if (this.total.events === 0) this.#names = (id) => context.system.containers?.get(id)?.name;
    this.#now.add(event, context, matched.length, this.#most);
    this.total.add(event, context, matched.length, this.#most);
  }

  /** What has been counted since the last time. */
  take(): LiveCounts {
    const taken = this.#now;
    this.#now = new Tally();
    return taken;
  }

  /** Name of a container by its id, if its engine tells one. */
  nameOf(container: ByteString): ByteString | undefined {
    return this.#names(container);
  }
}

class Tally implements LiveCounts {
  events = 0;
  alerts = 0;
  uncounted = 0;
  withoutProcess = 0;
  readonly calls = new Map<string, Count>();
  readonly processes = new Map<number, ProcessCount>();
  readonly containers = new Map<ByteString, Count>();

  add(event: EventCursor, { thread }: EventContext, alerts: number, most: number): void {
    count(this, alerts);
    // As many as there are kinds of events.
    count(entry(this.calls, event.type.name, newCount), alerts);
    if (thread === undefined) {
      this.withoutProcess++;
      return;
    }
    const { pid, tid, comm, containerId } = thread;
    const isFull = this.processes.size >= most || this.containers.size >= most;
    if (isFull && !(this.processes.has(pid) && this.containers.has(containerId))) {
      this.uncounted++;
      return;
    }
    const process = entry(this.processes, pid, () => ({
      ...{ events: 0, alerts: 0 },
      ...{ pid, name: comm, container: containerId },
    }));
    if (pid === tid) process.name = comm;
    process.container = containerId;
    count(process, alerts);
    count(entry(this.containers, containerId, newCount), alerts);
  }
}

function newCount(): Count {
  return { events: 0, alerts: 0 };
}

function count(counted: Count, alerts: number): void {
  counted.events++;
  counted.alerts += alerts;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}
