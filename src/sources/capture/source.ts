/** A capture as a source of events: reads its blocks, delivers its events, tells its state. */
import { EventCursor, HEADER_SIZE } from '../../events/cursor.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import type { EventSink, EventSource, SourceStatistics } from '../source.ts';
import { BlockReader, DIFFERENT_LENGTHS } from './block-reader.ts';
import * as blocks from './blocks.ts';
import { ANY_COUNT, CURRENT_COUNTS } from './conversion-plan.ts';
import { type ConversionCounts, Converter } from './converter.ts';
import { CaptureError, Damage } from './error.ts';
import {
  type ExtensionMap,
  extensionMap,
  joinExtensions,
  OptionPlaces,
  restoreCall,
} from './event-options.ts';
import { checkEvent, insertCount, OLD_HEADER_SIZE } from './event-shape.ts';
import { FACTS_VERSION, type RecordingInfo } from './facts.ts';
import { type Input, openInput } from './input.ts';
import type { MachineInfo, StateSink } from './state.ts';
import { readFacts, readMachine, readState, readStates } from './state-reader.ts';
import { SCRATCH_SIZE } from './window.ts';

/** Events that tell of the machine and that nobody did. */
const MACHINE_EVENTS = new Set(['container', 'useradded', 'groupadded', 'userdeleted', 'groupdeleted']);

/**
 * 1 for the codes of events that rules do not see: those that tell of the machine, and those that enter a
 * system call, since the call is judged once, when it is left.
 */
const TELLS_STATE = Uint8Array.from(EVENT_TYPES, ({ kind, code, name }) =>
  (kind === 'SYSCALL' && code % 2 === 0) || MACHINE_EVENTS.has(name) ? 1 : 0,
);

/** 1 for the codes of events that enter a system call. */
const ENTERS_CALL = Uint8Array.from(EVENT_TYPES, ({ kind, code }) =>
  kind === 'SYSCALL' && code % 2 === 0 ? 1 : 0,
);

/** Where in the window's scratch space events are put together; the converter uses what is before it. */
const JOINED_AT = SCRATCH_SIZE / 2;

/** A capture has no losses of its own; the counts say what in the file is not delivered. */
export interface CaptureStatistics extends SourceStatistics, ConversionCounts {
  /** Events of types that the event table does not have yet. */
  readonly unknownTypes: number;
  /** Blocks of types that nobody knows. */
  readonly unknownBlocks: number;
  /** Enter events forgotten because too many waited for their exit event. */
  readonly evicted: number;
}

export interface CaptureProgress {
  /** Bytes of the file taken so far. */
  readonly bytes: number;
  /** Size of the file; undefined for a pipe. */
  readonly size: number | undefined;
}

export interface CaptureSource extends EventSource {
  /** The machine of the capture's first section; undefined where the capture does not tell. */
  readonly machine: MachineInfo | undefined;
  /** What made it, when it is a recording of Lanner's. */
  readonly recording: RecordingInfo | undefined;
  readonly statistics: CaptureStatistics;
  readonly progress: CaptureProgress;
  /** Holds the delivery after the event at work until `until` has ended. To be called from a sink. */
  pause(until: Promise<unknown>): void;
  /**
   * Delivers the capture: state to `state`, events to `sink`, in the order of the file. To be called once.
   * `stop` ends it after the event being delivered or, where a pipe has nothing yet, when its next bytes
   * come. Rejects with a {@link CaptureError} at the first damage, after everything before it has been
   * delivered, and with whatever a sink throws.
   */
  run(sink: EventSink, state?: StateSink): Promise<void>;
}

/**
 * Opens a capture, plain or compressed, file or pipe, and reads it up to the description of the machine.
 * Rejects with a {@link CaptureError} when the file cannot be read or is no capture.
 */
export async function openCapture(path: string): Promise<CaptureSource> {
  let input: Input;
  try {
    input = await openInput(path);
  } catch (error) {
    throw new CaptureError(`${path}: cannot be read: ${(error as Error).message}`, undefined, error);
  }
  const capture = new Capture(path, input);
  try {
    await capture.begin();
  } catch (error) {
    capture.close();
    throw error;
  }
  return capture;
}

class Capture implements CaptureSource {
  readonly name = 'syscall';
  machine: MachineInfo | undefined;

  readonly #input: Input;
  readonly #reader: BlockReader;
  recording: RecordingInfo | undefined;

  readonly #converter = new Converter();
  readonly #cursor = new EventCursor();
  /** The buffer that the cursor reads. */
  #attached: Buffer | undefined;
  #delivered = 0;
  #unknownTypes = 0;
  #unknownBlocks = 0;
  /** All state before the next event has been told, and the sink knows. */
  #stateComplete = false;
  #stopped = false;
  #extensions: ExtensionMap = new Map();
  readonly #options = new OptionPlaces();
  /** Number of the last event of a recording, and by how much its machine's clock had been set. */
  #number = 0;
  #clock = 0n;
  /** Delivery waits for this. */
  #pause: Promise<unknown> | undefined;

  constructor(path: string, input: Input) {
    this.#input = input;
    this.#reader = new BlockReader(path, input);
  }

  get statistics(): CaptureStatistics {
    return {
      ...this.#converter.counts,
      delivered: this.#delivered,
      lost: new Map(),
      unknownTypes: this.#unknownTypes,
      unknownBlocks: this.#unknownBlocks,
      evicted: this.#converter.enterEvents.evicted,
    };
  }

  get progress(): CaptureProgress {
    return { bytes: this.#input.consumed, size: this.#input.size };
  }

  /** Reads the section header and, where it comes next, the description of the machine. */
  async begin(): Promise<void> {
    const reader = this.#reader;
    await reader.begin();
    await reader.guard(async () => {
      if (!(await reader.next()) || blocks.stateBlock(reader.type)?.kind !== 'machine') return;
      await reader.load();
      this.machine = readMachine(reader.body());
      await reader.skip();
    });
    if (this.machine) await this.#beginRecording().catch(() => {});
  }

  /** Looks whether it is a recording of Lanner's. What is damaged here is told when it is read. */
  async #beginRecording(): Promise<void> {
    const reader = this.#reader;
    if (!(await reader.next()) || reader.type !== blocks.FACTS) return;
    await reader.load();
    const { recording } = readFacts(reader.body());
    if (!recording || recording.version > FACTS_VERSION) return;
    this.recording = recording;
    this.#extensions = extensionMap(recording);
  }

  async run(sink: EventSink, state: StateSink = {}): Promise<void> {
    const reader = this.#reader;
    state.section?.();
    if (this.machine) state.machine?.(this.machine);
    await reader.guard(async () => {
      while (!this.#stopped && (await reader.next())) {
        const kind = blocks.eventBlock(reader.type);
        if (kind === 0) {
          await this.#tell(state);
        } else {
          this.#completeState(state);
          await reader.load(kind);
          this.#deliver(sink, state);
          await this.#pause;
          this.#pause = undefined;
        }
      }
    });
    this.#completeState(state);
  }

  pause(until: Promise<unknown>): void {
    this.#pause = until;
  }

  stop(): void {
    this.#stopped = true;
  }

  close(): void {
    this.#input.close();
  }

  /** Delivers the events of all blocks that are whole in the window, up to the first without an event. */
  #deliver(sink: EventSink, state: StateSink): void {
    const { window } = this.#reader;
    const { buffer, view, end } = window;
    const cursor = this.#cursor;
    if (buffer !== this.#attached) cursor.attach(buffer);
    this.#attached = buffer;
    while (!this.#stopped && !this.#pause && end - window.start >= blocks.BLOCK_HEADER) {
      const at = window.start;
      const kind = blocks.eventBlock(view.getUint32(at, true));
      const length = view.getUint32(at + 4, true);
      if (kind === 0 || length > end - at) return;
      if (length > blocks.MAX_EVENT_BLOCK && (kind & blocks.LARGE) === 0) return;
      const body = at + blocks.BLOCK_HEADER;
      const withFlags = (kind & blocks.WITH_FLAGS) !== 0;
      // Both are read before the event's header may move over them.
      cursor.cpu = view.getUint16(body, true);
      const stateOnly = withFlags && (view.getUint32(body + 2, true) & blocks.STATE_ONLY) !== 0;
      const start = body + (withFlags ? 6 : 2);
      const optionsAt = this.recording ? start + view.getUint32(start + 16, true) : 0;
      let event = this.#eventAt(view, start, at + length - blocks.BLOCK_TRAILER, kind, length);
      window.start = at + length;
      if (event < 0) continue;
      // In a recording it is made up for other readers.
      if (this.recording && ENTERS_CALL[view.getUint16(event + 20, true)] === 1) continue;
      cursor.number = ++this.#delivered;
      if (this.recording) {
        const code = view.getUint16(event + 20, true);
        event = this.#completed(event, optionsAt, at + length - blocks.BLOCK_TRAILER, state);
        if (TELLS_STATE[code] === 0) this.#number++;
        cursor.number = this.#number;
        cursor.clockCorrection = this.#clock;
      }
      cursor.moveTo(event);
      cursor.stateOnly = stateOnly || TELLS_STATE[cursor.code] === 1;
      sink(cursor);
    }
  }

  /**
   * Checks the event at `offset` of a block that ends at `limit`, and converts it where it is an old one.
   * Where in the window's buffer the event to deliver lies; -1 when there is none. Throws {@link Damage}.
   */
  #eventAt(view: DataView, offset: number, limit: number, kind: number, length: number): number {
    const old = (kind & blocks.WITHOUT_COUNT) !== 0;
    if (offset + (old ? OLD_HEADER_SIZE : HEADER_SIZE) > limit)
      throw new Damage(`an event in a block of only ${length} bytes`);
    if (view.getUint32(limit, true) !== length) throw new Damage(DIFFERENT_LENGTHS);
    const code = view.getUint16(offset + 20, true);
    if (code >= EVENT_TYPES.length) {
      this.#unknownTypes++;
      return -1;
    }
    const event = old ? insertCount(view, offset, limit, code) : offset;
    const count = checkEvent(view, event, limit, code);
    const current = CURRENT_COUNTS[code];
    if (count === current || current === ANY_COUNT) return event;
    return this.#converter.convert(this.#reader.window, event);
  }

  /** The event at `offset` with all that a recording tells of it, from `optionsAt` up to `limit`; where it lies. */
  #completed(offset: number, optionsAt: number, limit: number, state: StateSink): number {
    const { buffer, view } = this.#reader.window;
    const options = this.#options;
    options.find(view, optionsAt, limit);
    if (options.number >= 0) this.#number = view.getUint32(options.number, true) - 1;
    if (options.clock >= 0) this.#clock = view.getBigInt64(options.clock, true);
    if (this.#clock !== 0n) view.setBigUint64(offset, view.getBigUint64(offset, true) - this.#clock, true);
    if (options.call >= 0) restoreCall(view, offset, options.call);
    if (options.state >= 0) readStates(buffer, options.state, options.stateEnd, state);
    if (options.extensions < 0) return offset;
    const places = { offset, extensions: options.extensions, target: JOINED_AT, limit: SCRATCH_SIZE };
    joinExtensions(buffer, view, places, this.#extensions);
    return JOINED_AT;
  }

  /** Tells the state in the block, which holds no event. */
  async #tell(state: StateSink): Promise<void> {
    const reader = this.#reader;
    const block = blocks.stateBlock(reader.type);
    if (block) {
      await reader.load();
      readState(block, reader.body(), state);
      await reader.skip();
      this.#stateComplete = false;
    } else if (reader.type === blocks.SECTION_HEADER) {
      await reader.section();
      this.#converter.enterEvents.clear();
      state.section?.();
      this.#stateComplete = false;
    } else {
      await reader.skip();
      this.#unknownBlocks++;
    }
  }

  #completeState(state: StateSink): void {
    if (!this.#stateComplete) state.complete?.();
    this.#stateComplete = true;
  }
}
