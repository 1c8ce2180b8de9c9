/** Audit events in the byte layout of all events: the number of their plugin, and their JSON. */
import { EventCursor, HEADER_SIZE, type JsonDocument } from '../../events/cursor.ts';
import { AUDIT_PLUGIN, PLUGIN_EVENT } from '../../events/plugin-event.ts';

/** Lengths of the two parameters, four bytes each, and the number of the plugin. */
const PREFIX = HEADER_SIZE + 2 * 4 + 4;
const FIRST_CAPACITY = 64 * 1024;
const NO_THREAD = 0xffff_ffff;

/** One audit event on its way to the rules. */
export interface AuditEvent {
  readonly document: JsonDocument;
  /** The document as JSON in UTF-8, without spaces. */
  readonly json: Buffer;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** Shows audit events through one cursor, one after the other. */
export class AuditEventWriter {
  readonly #cursor = new EventCursor();
  #buffer = Buffer.alloc(0);

  /** The cursor on `event`, the `number`th of its source; valid until the next call. */
  show({ json, document, time }: AuditEvent, number: number): EventCursor {
    const length = PREFIX + json.length;
    if (this.#buffer.length < length) this.#grow(length);
    const buffer = this.#buffer;
    buffer.writeBigUInt64LE(time, 0);
    buffer.writeUInt32LE(length, 16);
    buffer.writeUInt32LE(json.length, HEADER_SIZE + 4);
    json.copy(buffer, PREFIX);
    this.#cursor.moveTo(0);
    this.#cursor.giveDocument(document);
    this.#cursor.number = number;
    return this.#cursor;
  }

  #grow(length: number): void {
    const buffer = Buffer.alloc(Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(length))));
    buffer.writeUInt32LE(NO_THREAD, 8);
    buffer.writeUInt32LE(NO_THREAD, 12);
    buffer.writeUInt16LE(PLUGIN_EVENT, 20);
    buffer.writeUInt32LE(2, 22);
    buffer.writeUInt32LE(4, HEADER_SIZE);
    buffer.writeUInt32LE(AUDIT_PLUGIN, HEADER_SIZE + 2 * 4);
    this.#buffer = buffer;
    this.#cursor.attach(buffer);
  }
}
