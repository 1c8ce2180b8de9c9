/** Writes a capture: state first, then events, block after block into chunks that go to the file as they fill. */
import type { EventCursor } from '../../events/cursor.ts';
import type { CaptureFile } from './capture-file.ts';
import { hasEnterEvent, writeEnterEvent } from './enter-event-writer.ts';
import { type EventOptions, eventBlockSize, writeEvent } from './event-writer.ts';
import type { FactsRecord } from './facts.ts';
import { FieldsWriter } from './fields-writer.ts';
import type { WritableThread } from './process-writer.ts';
import type { DescriptorRecord, GroupRecord, InterfaceRecord, MachineInfo, UserRecord } from './state.ts';
import * as state from './state-writer.ts';

const CHUNK_SIZE = 256 * 1024;

/** Bytes that may wait for the disk; events that come then are left out, and counted. */
const MAX_WAITING = 64 * 1024 * 1024;

/** What is not yet in the file is handed over so often, that little is lost when the machine stops. */
const FLUSH_MS = 1000;

/** A list of processes is cut into blocks of about so many bytes. */
const LIST_SIZE = 128 * 1024;

export interface CaptureWriterOptions {
  /**
   * Write what readers of 2022 need, such as Debian's sysdig: an event before each that leaves a call, and no id of
   * a system call at which they crash.
   */
  readonly forOldReaders?: boolean;
  readonly maxWaiting?: number;
}

export class CaptureWriter {
  /** Events that were left out since the disk was too slow, or could take no more. */
  dropped = 0;

  readonly file: CaptureFile;
  readonly #forOldReaders: boolean;
  readonly #maxWaiting: number;
  readonly #fields = new FieldsWriter();
  readonly #timer: NodeJS.Timeout;
  /** Chunks with events that wait until the state before them is complete. */
  #held: { readonly bytes: Buffer; readonly events: number }[] | undefined;
  #heldBytes = 0;
  #chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  #used = 0;
  /** Events in the chunk. */
  #events = 0;

  constructor(file: CaptureFile, options: CaptureWriterOptions = {}) {
    this.file = file;
    this.#forOldReaders = options.forOldReaders ?? false;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
    this.#timer = setInterval(() => this.#handOver(), FLUSH_MS);
    this.#timer.unref();
    this.section();
  }

  /** Bytes taken that are not in the file yet. */
  get waiting(): number {
    return this.file.waiting + this.#heldBytes + this.#used;
  }

  /** From now on state goes to the file, and events wait for {@link release}, so that the state stands before them. */
  hold(): void {
    if (this.#held) return;
    this.#handOver();
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    for (const { bytes, events } of held) this.file.append(bytes, events);
  }

  /** Begins a capture; the file can hold several, one behind the other. */
  section(): void {
    this.#write((to) => state.writeSection(to));
  }

  machine(machine: MachineInfo): void {
    this.#write((to) => state.writeMachine(to, machine));
  }

  interfaces(interfaces: readonly InterfaceRecord[]): void {
    this.#write((to) => state.writeInterfaces(to, interfaces));
  }

  users(users: Iterable<UserRecord>, groups: Iterable<GroupRecord>): void {
    this.#write((to) => state.writeUsers(to, users, groups));
  }

  threads(threads: Iterable<WritableThread>): void {
    let part: WritableThread[] = [];
    let size = 0;
    for (const thread of threads) {
      part.push(thread);
      size += sizeOf(thread);
      if (size < LIST_SIZE) continue;
      this.#writeThreads(part);
      part = [];
      size = 0;
    }
    if (part.length > 0) this.#writeThreads(part);
  }

  #writeThreads(part: readonly WritableThread[]): void {
    this.#write((to) => state.writeThreads(to, part));
  }

  descriptors(tid: number, descriptors: Iterable<DescriptorRecord>): void {
    this.#write((to) => state.writeDescriptors(to, tid, descriptors));
  }

  facts(facts: FactsRecord): void {
    this.#write((to) => state.writeFacts(to, facts));
  }

  /** Writes an event. False when it was left out: the file cannot keep up, or can take no more. */
  event(event: EventCursor, given?: EventOptions): boolean {
    const options = this.#forOldReaders ? { ...given, forOldReaders: true } : given;
    if (this.file.failure || this.waiting > this.#maxWaiting) {
      this.dropped++;
      return false;
    }
    const hasEnter = this.#forOldReaders && hasEnterEvent(event);
    this.#reserve(eventBlockSize(event, options) + (hasEnter ? event.length + 64 : 0));
    if (hasEnter) this.#used = writeEnterEvent(this.#chunk, this.#used, event);
    this.#used = writeEvent(this.#chunk, this.#used, event, options);
    this.#events++;
    return true;
  }

  /** Writes what there is; ends when it is in the file. */
  async flush(): Promise<void> {
    this.#handOver();
    await this.file.flush();
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.release();
    this.#handOver();
    await this.file.close();
  }

  #write(encode: (to: FieldsWriter) => void): void {
    const fields = this.#fields;
    fields.clear();
    encode(fields);
    if (this.#held) {
      this.file.append(Buffer.from(fields.bytes), 0);
      return;
    }
    this.#reserve(fields.length);
    fields.bytes.copy(this.#chunk, this.#used);
    this.#used += fields.length;
  }

  /** Makes room for a block in the chunk. */
  #reserve(size: number): void {
    if (this.#used + size <= this.#chunk.length) return;
    this.#handOver();
    if (size > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(size);
  }

  #handOver(): void {
    if (this.#used === 0) return;
    // A chunk that is far from full is copied, so that it can be filled further.
    const isSmall = this.#used < this.#chunk.length / 2;
    const bytes = this.#chunk.subarray(0, this.#used);
    const chunk = { bytes: isSmall ? Buffer.from(bytes) : bytes, events: this.#events };
    if (this.#held) {
      this.#held.push(chunk);
      this.#heldBytes += chunk.bytes.length;
    } else this.file.append(chunk.bytes, chunk.events);
    if (!isSmall) this.#chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
    this.#used = 0;
    this.#events = 0;
  }
}

/** Roughly. */
function sizeOf({ args, env, exe, exepath, cwd, cgroups }: WritableThread): number {
  let size = 256 + exe.length + exepath.length + cwd.length;
  for (const texts of [args, env, cgroups]) for (const text of texts) size += text.length + 1;
  return size;
}
