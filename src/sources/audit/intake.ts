/**
 * Between those who bring audit events and the rules: a queue with a limit. Events that are too large are shortened, and
 * what is wrong with what is brought is counted and told.
 */
import type { AuditEvent } from './event-writer.ts';
import { type AuditDocument, type Payload, PayloadError, readPayload, timeOf } from './payload.ts';
import { repair } from './repair.ts';
import { shorten } from './shorten.ts';

export interface IntakeLimits {
  /** Bytes of one event. */
  readonly eventBytes: number;
  /** Bytes of one payload: a body, or a line of a log. */
  readonly payloadBytes: number;
  /** Bytes of events that may wait; a payload that has begun to fit is taken whole. */
  readonly queueBytes: number;
}

/** Something that people should know; told by an internal alert. */
export interface AuditTrouble {
  readonly kind: 'large event' | 'large payload' | 'bad payload' | 'foreign entries';
  /** Who brought it: the address of a sender, or a file. */
  readonly from: string;
  readonly reason: string;
}

export interface IntakeCounts {
  /** Events that were taken. */
  readonly events: number;
  readonly bytes: number;
  /** Of them, those that were shortened. */
  readonly shortened: number;
  /** Payloads that were no audit events, and entries of lists that were none. */
  readonly malformed: number;
  readonly foreign: number;
  /** Payloads that were too large, and of which only the beginning was taken. */
  readonly cutOff: number;
}

interface Waiting {
  readonly events: readonly AuditEvent[];
  next: number;
  /** Called when the last of them has been judged. */
  readonly judged: (() => void) | undefined;
}

export class AuditIntake {
  readonly limits: IntakeLimits;
  readonly #tell: (trouble: AuditTrouble) => void;
  readonly #queue: Waiting[] = [];
  #waitingBytes = 0;
  #waiting = 0;
  #wake: (() => void) | undefined;
  readonly #rooms: (() => void)[] = [];
  readonly #counts = { events: 0, bytes: 0, shortened: 0, malformed: 0, foreign: 0, cutOff: 0 };

  constructor(limits: IntakeLimits, tell: (trouble: AuditTrouble) => void) {
    this.limits = limits;
    this.#tell = tell;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= this.limits.queueBytes;
  }

  /** Resolves when there is room. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#rooms.push(resolve));
  }

  /**
   * Takes the audit events of a payload; `judged` is called when the rules have seen all of them. Throws a
   * {@link PayloadError} when it holds none, after that has been counted and told.
   */
  take(payload: Buffer, from: string, judged?: () => void): void {
    let read: Payload;
    try {
      read = readPayload(payload);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.#counts.malformed++;
      this.#tell({ kind: 'bad payload', from, reason: error.message });
      throw error;
    }
    if (read.foreign > 0) {
      this.#counts.foreign += read.foreign;
      const reason = `${read.foreign} entries of a list are no audit events`;
      this.#tell({ kind: 'foreign entries', from, reason });
    }
    this.#add(read.documents, from, judged);
  }

  /** Takes the events at the beginning of a payload that is larger than the limit; of the last one what is there. */
  takeBeginning(beginning: Buffer, from: string, judged?: () => void): void {
    this.#counts.cutOff++;
    const { documents } = readBeginning(beginning);
    const { payloadBytes } = this.limits;
    const reason = `of a body or line larger than ${payloadBytes} bytes ${documents.length} events at its beginning are judged, the rest is lost`;
    this.#tell({ kind: 'large payload', from, reason });
    this.#add(documents, from, judged);
  }

  /** Events that wait, and their bytes. */
  get waiting(): { readonly events: number; readonly bytes: number } {
    return { events: this.#waiting, bytes: this.#waitingBytes };
  }

  get counts(): IntakeCounts {
    return { ...this.#counts };
  }

  /** Hands over events that wait until there are none or `isEnough` says so; false when none is left. */
  handOver(sink: (event: AuditEvent) => void, isEnough: () => boolean): boolean {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      while (first.next < first.events.length) {
        if (isEnough()) return true;
        const event = first.events[first.next++] as AuditEvent;
        this.#waiting--;
        this.#waitingBytes -= event.json.length;
        sink(event);
      }
      this.#queue.shift();
      first.judged?.();
      if (!this.isFull) for (const resolve of this.#rooms.splice(0)) resolve();
    }
    return false;
  }

  /** Resolves when there is something to hand over, or {@link wake} is called. */
  wait(): Promise<void> {
    if (this.#queue.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #add(documents: readonly AuditDocument[], from: string, judged: (() => void) | undefined): void {
    const events = documents.map((document) => this.#eventOf(document, from));
    for (const { json } of events) this.#waitingBytes += json.length;
    this.#waiting += events.length;
    this.#counts.events += events.length;
    this.#queue.push({ events, next: 0, judged });
    this.wake();
  }

  #eventOf(document: AuditDocument, from: string): AuditEvent {
    const { eventBytes } = this.limits;
    const time = timeOf(document, now());
    const json = jsonOf(document);
    this.#counts.bytes += json?.length ?? 0;
    if (json && json.length <= eventBytes) return { document, json, time };
    this.#counts.shortened++;
    const kept = shorten(document, eventBytes);
    const size = json
      ? `${json.length} bytes, more than ${eventBytes}`
      : 'objects within objects beyond measure';
    const reason = `the event ${String(document.auditID)} has ${size}: it is judged by the ${kept.json.length} bytes that were kept`;
    this.#tell({ kind: 'large event', from, reason });
    return { ...kept, time };
  }
}

/** `undefined` when objects lie within objects, more than the stack holds. */
function jsonOf(document: AuditDocument): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(document));
  } catch {
    return undefined;
  }
}

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function readBeginning(beginning: Buffer): Pick<Payload, 'documents'> {
  try {
    return readPayload(repair(beginning));
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { documents: [] };
  }
}
