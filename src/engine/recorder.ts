/**
 * Writes down what an engine sees: the state of the model, then every event with what became known besides
 * events. So that the recording can be judged again as it was live, what the model learns from /proc, from container
 * engines and from files of users stands in the file at the event before which it was known.
 */
import { cpus, totalmem } from 'node:os';
import type { ToldContainers } from '../containers/recorded.ts';
import { type ByteString, toByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent, type ParameterValue } from '../events/encode.ts';
import { eventCodes } from '../events/table.ts';
import { extensionNames } from '../sources/capture/event-options.ts';
import { FACTS_VERSION } from '../sources/capture/facts.ts';
import { FieldsWriter } from '../sources/capture/fields-writer.ts';
import type { InterfaceRecord } from '../sources/capture/state.ts';
import { writeFacts, writeInterfaces, writeThreads } from '../sources/capture/state-writer.ts';
import type { CaptureWriter } from '../sources/capture/writer.ts';
import type { NamedInterface } from '../system/interfaces.ts';
import type { NewsObserver } from '../system/model-news.ts';
import type { OtherName } from '../system/other-names.ts';
import type { Process } from '../system/process.ts';
import { plainName } from '../system/recorded-snapshot.ts';
import type { System } from '../system/system.ts';

export interface RecorderParts {
  readonly writer: CaptureWriter;
  readonly system: System;
  readonly containers?: ToldContainers | undefined;
}

const CONTAINER = codeOf('container');
const USER_ADDED = codeOf('useradded');
const GROUP_ADDED = codeOf('groupadded');

/** Threads whose facts go into one block. */
const FACTS_IN_BLOCK = 1000;

/** Bits of the machine's flags are Falco's own; there is nothing to tell. */
const NO_FLAGS = 0n;

export class Recorder implements NewsObserver {
  readonly writer: CaptureWriter;
  readonly #system: System;
  readonly #containers: ToldContainers | undefined;
  /** State that became known since the last event, as blocks. */
  readonly #news = new FieldsWriter();
  /** What of each container has been written: another version, or that it is being asked about, is news. */
  readonly #told = new Map<ByteString, unknown>();
  /** Users and groups that have been written, by container and id. */
  readonly #known = new Map<string, string>();
  readonly #extra = new EventCursor();
  #containersRevision = -1;
  #usersRevision = -1;
  #interfacesRevision = -1;
  #clock = 0n;
  #number = 0;

  constructor({ writer, system, containers }: RecorderParts) {
    this.writer = writer;
    this.#system = system;
    this.#containers = containers;
  }

  /** Writes the state of the model as it is now; events follow. */
  begin(): void {
    const { recordable } = this.#system;
    const { writer } = this;
    writer.machine({
      cpus: cpus().length,
      memory: totalmem(),
      maxPid: 0,
      hostname: recordable.hostname,
      bootTime: recordable.bootTime,
      flags: NO_FLAGS,
    });
    if (!recordable.isCaptured) {
      writer.facts({
        recording: { version: FACTS_VERSION, extensions: extensionNames() },
        model: recordable.facts,
      });
      recordable.observe(this);
    }
    writer.interfaces(recordable.interfaces.map(interfaceRecord));
    this.#interfacesRevision = recordable.interfacesRevision;
    this.#beginUsers();
    const threads = [...recordable.threads()];
    writer.threads(threads);
    if (recordable.isCaptured) return;
    for (let from = 0; from < threads.length; from += FACTS_IN_BLOCK) {
      const part = threads.slice(from, from + FACTS_IN_BLOCK);
      writer.facts({ threads: part.map((thread) => recordable.factsOf(thread)) });
    }
  }

  /** Users of the host stand in the state; those of containers follow as events. */
  #beginUsers(): void {
    for (const { containerId, users, groups } of this.#system.recordable.knownUsers()) {
      if (containerId !== '') continue;
      const known = { users: [...users], groups: [...groups] };
      this.writer.users(known.users, known.groups);
      for (const user of known.users) this.#known.set(`u${user.uid} `, JSON.stringify(user));
      for (const group of known.groups) this.#known.set(`g${group.gid} `, JSON.stringify(group));
    }
  }

  /** Writes an event, after it has been learned and judged. False when it was left out. */
  take(event: EventCursor, stateOnly = event.stateOnly): boolean {
    this.#noteChanges(event);
    const { clockCorrection, number } = event;
    const news = this.#news;
    const isWritten = this.writer.event(event, {
      stateOnly,
      state: news.length > 0 ? news.bytes : undefined,
      clock: clockCorrection === this.#clock ? undefined : clockCorrection,
      number: number === this.#number + 1 ? undefined : number,
    });
    // What an event that was left out would have told goes with the next.
    if (!isWritten) return false;
    news.clear();
    this.#clock = clockCorrection;
    this.#number = number;
    return true;
  }

  looked(process: Process): void {
    const { recordable } = this.#system;
    const threads = recordable.threadsOf(process);
    if (threads.length === 0) return;
    writeThreads(this.#news, threads);
    writeFacts(this.#news, { threads: threads.map((thread) => recordable.factsOf(thread)) });
  }

  gone(tid: number): void {
    writeFacts(this.#news, { gone: [tid] });
  }

  named(names: readonly OtherName[]): void {
    writeFacts(this.#news, { model: { names: names.map(plainName) } });
  }

  /** Takes no more. Ends when all is in the file. */
  async close(): Promise<void> {
    this.#system.recordable.unobserve(this);
    await this.writer.close();
  }

  #noteChanges(event: EventCursor): void {
    const { recordable } = this.#system;
    if (this.#containers && this.#containers.revision !== this.#containersRevision) {
      this.#containersRevision = this.#containers.revision;
      this.#tellContainers(this.#containers, event);
    }
    if (recordable.usersRevision !== this.#usersRevision) {
      this.#usersRevision = recordable.usersRevision;
      this.#tellUsers(event);
    }
    if (recordable.interfacesRevision !== this.#interfacesRevision) {
      this.#interfacesRevision = recordable.interfacesRevision;
      writeInterfaces(this.#news, recordable.interfaces.map(interfaceRecord));
    }
  }

  #tellContainers(containers: ToldContainers, event: EventCursor): void {
    const asked: { id: ByteString; fullId: ByteString }[] = [];
    const present = new Set<ByteString>();
    for (const { id, fullId, pending, version, json } of containers.told()) {
      present.add(id);
      const now = pending ? 'asked' : version;
      if (this.#told.get(id) === now) continue;
      this.#told.set(id, now);
      if (pending) asked.push({ id, fullId });
      else this.#tell(CONTAINER, [json()], event);
    }
    for (const id of this.#told.keys()) if (!present.has(id)) this.#told.delete(id);
    if (asked.length > 0) writeFacts(this.#news, { model: { asked } });
  }

  #tellUsers(event: EventCursor): void {
    for (const { containerId, users, groups } of this.#system.recordable.knownUsers()) {
      for (const user of users)
        if (this.#isNews(`u${user.uid} ${containerId}`, user))
          this.#tell(USER_ADDED, [user.uid, user.gid, user.name, user.home, user.shell, containerId], event);
      for (const group of groups)
        if (this.#isNews(`g${group.gid} ${containerId}`, group))
          this.#tell(GROUP_ADDED, [group.gid, group.name, containerId], event);
    }
  }

  #isNews(key: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.#known.get(key) === text) return false;
    this.#known.set(key, text);
    return true;
  }

  /** Writes an event of our own, at the time of the one that comes next. */
  #tell(
    code: number,
    values: readonly ParameterValue[],
    { timestamp, clockCorrection, cpu, tid }: EventCursor,
  ): void {
    const extra = this.#extra;
    extra.attach(encodeEvent({ code, tid, timestamp, values }));
    extra.moveTo(0);
    extra.cpu = cpu;
    extra.clockCorrection = clockCorrection;
    this.writer.event(extra);
  }
}

function interfaceRecord({ name, address, netmask, broadcast, linkSpeed }: NamedInterface): InterfaceRecord {
  return {
    name: name ?? '',
    address,
    netmask,
    broadcast: broadcast ?? '',
    linkSpeed: linkSpeed ?? 0n,
  };
}

function codeOf(name: string): number {
  const code = eventCodes(name).at(-1);
  if (code === undefined) throw new Error(`the event table has no event ${toByteString(name)}`);
  return code;
}
