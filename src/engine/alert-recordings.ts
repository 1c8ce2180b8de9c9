/**
 * Recordings of what surrounds alerts, as Falco's `capture` settings ask for them: a file begins with the event of an
 * alert, or before it where events are kept in memory, and ends some time after the last alert.
 */

import type { InternalAlert } from '../alerts/alert.ts';
import { internalAlert } from '../alerts/internal.ts';
import type { Config } from '../config/schema.ts';
import type { ToldContainers } from '../containers/recorded.ts';
import { toText } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { CaptureFile } from '../sources/capture/capture-file.ts';
import { CaptureWriter } from '../sources/capture/writer.ts';
import type { EventContext } from '../system/context.ts';
import type { System } from '../system/system.ts';
import { tableDescriptors, writeDescriptors } from './descriptor-lists.ts';
import type { EventObserver } from './engine.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { Recorder } from './recorder.ts';

type Settings = Config['capture'];

export interface AlertRecordingsParts {
  readonly settings: Settings;
  readonly system: System;
  readonly containers: ToldContainers;
  readonly log: (line: string) => void;
  /** Takes the news that a file has reached its size. */
  readonly alert: (alert: InternalAlert) => void;
}

const MEGABYTE = 1 << 20;
const DIGITS = 20;
/** Events that may wait for the disk, beside those from before the alert. */
const WAITING_MB = 64;

/** A file that nothing is added to any more is closed when the deadline is so long ago. */
const IDLE_MS = 1000;

interface Current {
  readonly file: CaptureFile;
  readonly recorder: Recorder;
  hasFailed: boolean;
}

export class AlertRecordings implements EventObserver {
  readonly #parts: AlertRecordingsParts;
  #flight: FlightRecorder | undefined;
  #isPaused = false;
  #forgotten = 0;
  readonly #closing = new Set<Promise<void>>();
  #current: Current | undefined;
  /** Milliseconds, by the time of events. */
  #deadline = 0;
  /** Recordings that have been begun. */
  files = 0;
  /** Those that could not be begun or not be written to their end. */
  failures = 0;

  constructor(parts: AlertRecordingsParts) {
    this.#parts = parts;
    this.#keepWhatWas();
  }

  /** Events that were forgotten before their time, since the memory for what is before an alert was full. */
  get forgotten(): number {
    return this.#forgotten + (this.#flight?.forgotten ?? 0);
  }

  /** Ends what is being recorded, forgets what was before, and begins nothing; or goes on as before. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (!isPaused) {
      this.#keepWhatWas();
      return;
    }
    if (this.#current) this.#end();
    this.#forgotten += this.#flight?.forgotten ?? 0;
    this.#flight?.close();
    this.#flight = undefined;
  }

  #keepWhatWas(): void {
    const { system, settings } = this.#parts;
    const { before, before_mb } = settings;
    if (before > 0 && !system.recordable.isCaptured)
      this.#flight = new FlightRecorder(system, { before, size: before_mb * MEGABYTE });
  }

  /** Memory for events from before alerts. */
  get bytes(): number {
    return this.#flight?.bytes ?? 0;
  }

  judged(event: EventCursor, _context: EventContext, matched: readonly CheckedRule[]): void {
    if (this.#isPaused) return;
    const now = event.milliseconds;
    if (matched.length > 0 && this.#isAsked(matched, now) && !this.#current) this.#begin(event, now);
    const current = this.#current;
    if (!current) {
      this.#flight?.add(event);
      return;
    }
    current.recorder.take(event);
    this.#look(current, now);
  }

  /** To be called now and then with the time of events: ends a recording when none come. */
  look(now: number): void {
    if (this.#current && now > this.#deadline + IDLE_MS) this.#end();
  }

  /** Ends what is being recorded. Resolves when all is in the files. */
  async close(): Promise<void> {
    if (this.#current) this.#end();
    await Promise.all(this.#closing);
    this.#flight?.close();
    if (this.forgotten > 0)
      this.#parts.log(
        `${this.forgotten} events before alerts were forgotten early: capture.before_mb is too small for capture.before`,
      );
  }

  /** Whether one of the rules begins a recording. Any rule makes one that is under way go on, as in Falco. */
  #isAsked(matched: readonly CheckedRule[], now: number): boolean {
    const { mode, default_duration } = this.#parts.settings;
    for (const { captureDuration } of matched)
      this.#deadline = Math.max(
        this.#deadline,
        now + (captureDuration > 0 ? captureDuration : default_duration),
      );
    return mode === 'all_rules' || matched.some(({ capture }) => capture);
  }

  #begin(event: EventCursor, now: number): void {
    const { system, containers, log, settings } = this.#parts;
    const path = `${settings.path_prefix}_${digits(event.wallTime)}_${digits(event.number)}.scap`;
    let file: CaptureFile;
    try {
      file = new CaptureFile(path, { compress: true, exclusive: true });
    } catch (error) {
      this.failures++;
      log(`what surrounds an alert cannot be recorded: ${(error as Error).message}`);
      return;
    }
    this.files++;
    const maxWaiting = (WAITING_MB + (this.#flight ? settings.before_mb : 0)) * MEGABYTE;
    const writer = new CaptureWriter(file, { forOldReaders: true, maxWaiting });
    const recorder = new Recorder({ writer, system, containers });
    writer.hold();
    if (this.#flight) this.#flight.begin(recorder, now);
    else recorder.begin();
    if (system.recordable.isCaptured) {
      tableDescriptors(writer, system);
      writer.release();
    } else void writeDescriptors(recorder, system);
    this.#current = { file, recorder, hasFailed: false };
  }

  #look(current: Current, now: number): void {
    const limit = this.#parts.settings.max_file_size_mb;
    const { file } = current;
    if (file.failure) {
      if (!current.hasFailed) this.#tellFailure(file);
      current.hasFailed = true;
    }
    if (now >= this.#deadline) this.#end();
    else if (limit > 0 && file.written >= limit * MEGABYTE) {
      this.#end();
      this.#tellLimit(limit, file.written);
    }
  }

  #tellFailure({ path, events, failure }: CaptureFile): void {
    this.failures++;
    this.#parts.log(
      `${path}: recording ended after ${events} events, which can be read: ${failure?.message}`,
    );
  }

  #tellLimit(megabytes: number, written: number): void {
    const { alert, system } = this.#parts;
    alert(
      internalAlert({
        subject: 'capture size limit reached',
        detail: `Configured limit: ${megabytes} MB.`,
        priority: 'Informational',
        time: BigInt(Date.now()) * 1_000_000n,
        hostname: toText(system.hostname),
        fields: { max_file_size_mb: megabytes, written_bytes: written },
      }),
    );
  }

  #end(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    this.#deadline = 0;
    const { recorder, file } = current;
    const closing = recorder.close().then(() => {
      this.#closing.delete(closing);
      if (file.failure && !current.hasFailed) this.#tellFailure(file);
      if (recorder.writer.dropped > 0)
        this.#parts.log(`${file.path}: ${recorder.writer.dropped} events not written, the disk was too slow`);
    });
    this.#closing.add(closing);
    this.#flight?.restart();
  }
}

function digits(value: bigint | number): string {
  return String(value).padStart(DIGITS, '0');
}
