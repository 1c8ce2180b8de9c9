/**
 * Writes down what an engine sees: the state of the model, then every event with what became known besides
 * events. So that the recording can be judged again as it was live, what the model learns from /proc, from container
 * engines and from files of users stands in the file at the event before which it was known.
 */
import { cpus, totalmem } from 'node:os';
import type { ToldContainers } from '../containers/recorded.ts';
import type { ByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent, type ParameterValue } from '../events/encode.ts';
import { extensionNames } from '../sources/capture/event-options.ts';
import { FACTS_VERSION } from '../sources/capture/facts.ts';
import { writeFacts } from '../sources/capture/state-writer.ts';
import type { CaptureWriter } from '../sources/capture/writer.ts';
import { presentCode } from '../system/process-model.ts';
import type { RecordableModel } from '../system/recordable.ts';
import type { System } from '../system/system.ts';
import { interfaceRecord, StateNews } from './state-news.ts';
import { ToldUsers } from './told-users.ts';

export interface RecorderParts {
  readonly writer: CaptureWriter;
  readonly system: System;
  readonly containers?: ToldContainers | undefined;
}

const CONTAINER = presentCode('container');

/** Threads whose facts go into one block. */
const FACTS_IN_BLOCK = 1000;

export class Recorder {
  readonly writer: CaptureWriter;
  /** Ids of the threads that the recording begins with. */
  readonly threads = new Set<number>();
  readonly #system: System;
  readonly #containers: ToldContainers | undefined;
  /** Absent while a capture is replayed: all that is known comes from its events. */
  #news: StateNews | undefined;
  /** What of each container has been written: another version, or that it is being asked about, is news. */
  readonly #told = new Map<ByteString, unknown>();
  readonly #users = new ToldUsers();
  readonly #extra = new EventCursor();
  #containersRevision = -1;
  #usersRevision = -1;
  #clock = 0n;
  #number = 0;

  constructor({ writer, system, containers }: RecorderParts) {
    this.writer = writer;
    this.#system = system;
    this.#containers = containers;
  }

  /** Writes the state of the model, as it is now or as it was in the past; events follow. */
  begin(state: RecordableModel = this.#system.recordable): void {
    const { writer } = this;
    const { isCaptured } = state;
    const { hostname, bootTime } = state;
    // What the flags of a machine say is Falco's own; there is nothing to tell.
    writer.machine({
      cpus: cpus().length,
      memory: totalmem(),
      maxPid: 0,
      hostname,
      bootTime,
      flags: 0n,
    });
    if (!isCaptured) {
      writer.facts({
        recording: { version: FACTS_VERSION, extensions: extensionNames() },
        model: state.facts,
      });
      this.#news = new StateNews(this.#system);
    }
    writer.interfaces(state.interfaces.map(interfaceRecord));
    this.#beginUsers();
    const threads = [...state.threads()];
    writer.threads(threads);
    for (const { tid } of threads) this.threads.add(tid);
    if (isCaptured) return;
    for (let from = 0; from < threads.length; from += FACTS_IN_BLOCK) {
      const part = threads.slice(from, from + FACTS_IN_BLOCK);
      writer.facts({ threads: part.map((thread) => state.factsOf(thread)) });
    }
  }

  /** Users of the host stand in the state; those of containers follow as events. */
  #beginUsers(): void {
    for (const { containerId, users, groups } of this.#system.recordable.knownUsers()) {
      if (containerId !== '') continue;
      const known = { containerId, users: [...users], groups: [...groups] };
      this.writer.users(known.users, known.groups);
      this.#users.add(known);
    }
  }

  /** Writes an event, after it has been learned and judged. False when it was left out. */
  take(event: EventCursor, stateOnly = event.stateOnly): boolean {
    this.announce(event);
    const state = this.#news?.take();
    const isWritten = this.write(event, state, stateOnly);
    // What an event that was left out would have told goes with the next.
    if (!isWritten) this.tell(state);
    return isWritten;
  }

  /** Writes an event with blocks of state that belong to it. False when it was left out. */
  write(event: EventCursor, state: Buffer | undefined, stateOnly = event.stateOnly): boolean {
    const { clockCorrection, number } = event;
    const isWritten = this.writer.event(event, {
      stateOnly,
      state,
      clock: clockCorrection === this.#clock ? undefined : clockCorrection,
      number: number === this.#number + 1 ? undefined : number,
    });
    if (!isWritten) return false;
    this.#clock = clockCorrection;
    this.#number = number;
    return true;
  }

  /** Blocks of state that go with the next event. */
  tell(state: Buffer | undefined): void {
    if (state) this.#news?.blocks.raw(Buffer.from(state));
  }

  /** Takes no more. Ends when all is in the file. */
  async close(): Promise<void> {
    this.#news?.close();
    await this.writer.close();
  }

  /** Writes what has become known of containers and users, as events before this one. */
  announce(event: EventCursor): void {
    const { recordable } = this.#system;
    if (this.#containers && this.#containers.revision !== this.#containersRevision) {
      this.#containersRevision = this.#containers.revision;
      this.#tellContainers(this.#containers, event);
    }
    if (recordable.usersRevision !== this.#usersRevision) {
      const tell = (code: number, values: readonly ParameterValue[]) => this.#tellEvent(code, values, event);
      const isComplete = this.#users.update(recordable.knownUsers(), tell);
      this.#usersRevision = isComplete ? recordable.usersRevision : -1;
    }
  }

  #tellContainers(containers: ToldContainers, event: EventCursor): void {
    const asked: { id: ByteString; fullId: ByteString }[] = [];
    const present = new Set<ByteString>();
    for (const { id, fullId, pending, version, json } of containers.told()) {
      present.add(id);
      const now = pending ? 'asked' : version;
      if (this.#told.get(id) === now) continue;
      if (pending) asked.push({ id, fullId });
      else if (!this.#tellEvent(CONTAINER, [json()], event)) {
        // There was no room: it is told with the next event.
        this.#containersRevision = -1;
        continue;
      }
      this.#told.set(id, now);
    }
    for (const id of this.#told.keys()) if (!present.has(id)) this.#told.delete(id);
    if (asked.length > 0 && this.#news) writeFacts(this.#news.blocks, { model: { asked } });
  }

  /** Writes an event of our own, at the time of the one that comes next. False when it was left out. */
  #tellEvent(code: number, values: readonly ParameterValue[], next: EventCursor): boolean {
    const { timestamp, clockCorrection, cpu, tid } = next;
    const extra = this.#extra;
    extra.attach(encodeEvent({ code, tid, timestamp, values }));
    extra.moveTo(0);
    extra.cpu = cpu;
    extra.clockCorrection = clockCorrection;
    return this.writer.event(extra);
  }
}
