/** `lanner record`: which events go into the file, and when there is enough. */
import process from 'node:process';
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import { compileMatcher, type Matcher } from '../matcher/compile.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import { CaptureFile } from '../sources/capture/capture-file.ts';
import { CaptureWriter } from '../sources/capture/writer.ts';
import type { EventContext } from '../system/context.ts';
import { ProcDescriptors } from '../system/proc-descriptors.ts';
import { STATE_EVENTS, tellsState } from '../system/state-events.ts';
import type { System } from '../system/system.ts';
import { writeDescriptors } from './descriptor-lists.ts';
import type { EventObserver } from './engine.ts';
import { Recorder, type RecorderParts } from './recorder.ts';
import { GENERIC_CODES, GENERIC_EVENT } from './rule-environment.ts';
import { eventsOfRule } from './rule-events.ts';
import { type EventChoice, TRACEABLE_EVENTS } from './traced-events.ts';

export interface RecordRequest {
  readonly file: string;
  readonly compress: boolean;
  /** Write what readers of 2022 need as well; see enter-event-writer.ts. */
  readonly forOldReaders: boolean;
  /** Names of events, and of system calls without an event of their own; all when absent. */
  readonly events?: ReadonlySet<string> | undefined;
  /** One rule: events that do not match it are left out. */
  readonly filter?: CheckedRuleSet | undefined;
  /** Bytes of the file at which the recording ends. */
  readonly maxBytes?: number | undefined;
}

export interface RecordingSummary {
  readonly file: string;
  readonly events: number;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Events that the disk was too slow for, or that came when it could take no more. */
  readonly dropped: number;
  /** Why the recording ended early; what was written before can be read. */
  readonly failure: NodeJS.ErrnoException | undefined;
}

/** Every system call, and the ends of processes. What the scheduler and the memory do must be asked for. */
const EVENTS_BY_DEFAULT: ReadonlySet<string> = new Set(
  [...TRACEABLE_EVENTS].filter((name) => name !== 'switch' && name !== 'page_fault'),
);

export class Recording implements EventObserver {
  readonly #request: RecordRequest;
  readonly #system: System;
  readonly #recorder: Recorder;
  readonly #file: CaptureFile;
  readonly #filter: Matcher | undefined;
  /** By event code: chosen by name. */
  readonly #chosen: Uint8Array;
  readonly #onEnd: () => void;
  #events = 0;
  #ended = false;

  /**
   * Opens the file. Throws the system's error. `onEnd` is called once
   * when nothing more is written: the file has the size that was asked for, or can take no more.
   */
  constructor(
    request: RecordRequest,
    parts: Omit<RecorderParts, 'writer'> & {
      readonly catalog: FieldCatalog<Field>;
      readonly onEnd: () => void;
    },
  ) {
    this.#request = request;
    this.#system = parts.system;
    this.#file = new CaptureFile(request.file, { compress: request.compress });
    const writer = new CaptureWriter(this.#file, { forOldReaders: request.forOldReaders });
    this.#recorder = new Recorder({ writer, system: parts.system, containers: parts.containers });
    this.#filter =
      request.filter &&
      compileMatcher(request.filter, parts.catalog, { matching: 'first', source: 'syscall' });
    this.#onEnd = parts.onEnd;
    this.#chosen = chosenCodes(request.events);
  }

  /** Writes what the model knows, and which descriptors are open: those of a command that is about to start, or all. */
  begin(isCommand: boolean): void {
    const { writer } = this.#recorder;
    if (!isCommand) {
      this.#recorder.begin();
      void writeDescriptors(this.#recorder, this.#system);
      return;
    }
    // The command inherits from this process, which is known as its parent.
    this.#recorder.begin();
    writer.descriptors(process.pid, new ProcDescriptors(this.#system.looks).inheritedFrom(process.pid));
  }

  judged(event: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void {
    if (this.#ended) return;
    const isWanted =
      (this.#chosen[event.code] === 1 || matched.length > 0) &&
      !(this.#filter && !event.stateOnly && this.#filter.match(context).length === 0);
    if (isWanted || event.stateOnly) {
      if (this.#recorder.take(event)) this.#events++;
    } else if (tellsState(event)) this.#recorder.take(event, true);
    const { maxBytes } = this.#request;
    if (this.#file.failure || (maxBytes !== undefined && this.#file.written >= maxBytes)) this.#end();
  }

  /** Writes what waits. */
  async close(): Promise<RecordingSummary> {
    this.#ended = true;
    await this.#recorder.close();
    const { failure, written } = this.#file;
    const { dropped } = this.#recorder.writer;
    return { file: this.#request.file, events: this.#events, bytes: written, dropped, failure };
  }

  #end(): void {
    this.#ended = true;
    this.#onEnd();
  }
}

/** Names of the events that the probe shall tell: those that are to be written, and those that are needed besides. */
export function recordedEvents(
  { events, filter }: RecordRequest,
  { traced }: EventChoice,
): ReadonlySet<string> {
  const wanted = events ?? (filter && filterEvents(filter)) ?? EVENTS_BY_DEFAULT;
  return new Set([...wanted, ...traced.keys(), ...STATE_EVENTS]);
}

/** Names of events that the filter can match; `undefined` for any. */
function filterEvents({ rules }: CheckedRuleSet): ReadonlySet<string> | undefined {
  const names = rules.flatMap((rule) => [...eventsOfRule(rule)]);
  return names.includes(GENERIC_EVENT) ? undefined : new Set(names);
}

function chosenCodes(names: ReadonlySet<string> | undefined): Uint8Array {
  if (!names) return new Uint8Array(EVENT_TYPES.length).fill(1);
  const known = new Set(EVENT_TYPES.map(({ name }) => name));
  const hasGeneric = [...names].some((name) => !known.has(name)) || names.has('syscall');
  return Uint8Array.from(EVENT_TYPES, ({ code, name }) =>
    GENERIC_CODES.includes(code) ? Number(hasGeneric) : Number(names.has(name)),
  );
}
