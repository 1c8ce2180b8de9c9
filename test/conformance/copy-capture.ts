/** Writes again what is read from a capture of Falco's. */
import type { CaptureSource } from '../../src/sources/capture/source.ts';
import type { DescriptorRecord, StateSink, ThreadRecord } from '../../src/sources/capture/state.ts';
import type { CaptureWriter } from '../../src/sources/capture/writer.ts';

/** Bytes that may wait for the disk before reading waits for it. */
const MAX_WAITING = 8 * 1024 * 1024;

/** Takes the records of a capture and writes them: the state that it begins with, or that of a later section. */
export class StateCopy implements StateSink {
  readonly #writer: CaptureWriter;
  #sections = 0;
  #threads: ThreadRecord[] = [];
  #descriptors: DescriptorRecord[] = [];
  #tid = 0;

  readonly machine: NonNullable<StateSink['machine']>;
  readonly interfaces: NonNullable<StateSink['interfaces']>;
  readonly users: NonNullable<StateSink['users']>;
  readonly facts: NonNullable<StateSink['facts']>;

  constructor(writer: CaptureWriter) {
    this.#writer = writer;
    this.machine = (machine) => writer.machine(machine);
    this.interfaces = (interfaces) => writer.interfaces(interfaces);
    this.users = (users, groups) => writer.users(users, groups);
    this.facts = (facts) => writer.facts(facts);
  }

  /** The writer has begun the first by itself. */
  section(): void {
    this.complete();
    if (this.#sections++ > 0) this.#writer.section();
  }

  thread(thread: ThreadRecord): void {
    this.#threads.push(thread);
  }

  descriptor(tid: number, descriptor: DescriptorRecord): void {
    if (tid !== this.#tid) this.complete();
    this.#tid = tid;
    this.#descriptors.push(descriptor);
  }

  complete(): void {
    if (this.#threads.length > 0) this.#writer.threads(this.#threads);
    if (this.#descriptors.length > 0) this.#writer.descriptors(this.#tid, this.#descriptors);
    this.#threads = [];
    this.#descriptors = [];
  }
}

/** Copies a capture to `writer`, and waits for the disk where it has to; events are those of today's schema. */
export async function copyCapture(capture: CaptureSource, writer: CaptureWriter): Promise<void> {
  await capture.run((event) => {
    writer.event(event, { stateOnly: event.stateOnly });
    if (writer.waiting > MAX_WAITING) capture.pause(writer.flush());
  }, new StateCopy(writer));
  await writer.flush();
}
