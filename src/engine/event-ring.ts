/**
 * The last events in memory, so that a recording can begin before the alert that it is made for. Taking an event is
 * a copy of its bytes; the memory is a queue of segments, of which the oldest is given up when there are too many or
 * when it is too old.
 */
import { EventCursor } from '../events/cursor.ts';

/** Bytes of a segment: what is forgotten at a time. */
export const SEGMENT_SIZE = 1 << 20;

/** Before each event: its length, that of the state that goes with it, its number, the CPU, the clock's correction. */
const HEADER = 24;

interface Segment {
  readonly buffer: Buffer;
  readonly view: DataView;
  used: number;
  events: number;
  /** Milliseconds of its last event. */
  lastTime: number;
}

/** Takes one event of the ring; `state` are the blocks that were given with it. Both are valid during the call. */
export type RingSink = (event: EventCursor, state: Buffer | undefined) => void;

export interface RingOptions {
  /** Bytes of memory; at least two segments are used. */
  readonly size: number;
  /** Events that are older are given up, in milliseconds. */
  readonly maxAge: number;
  /** Takes every event that is given up, in order. */
  readonly onEvicted: RingSink;
}

export class EventRing {
  /** Events given up before they were too old: the memory was full. */
  forgotten = 0;

  readonly #options: RingOptions;
  readonly #limit: number;
  /** Bytes of the segments. */
  #bytes = 0;
  readonly #segments: Segment[] = [];
  readonly #spare: Buffer[] = [];
  readonly #cursor = new EventCursor();

  constructor(options: RingOptions) {
    this.#options = options;
    this.#limit = Math.max(2, Math.floor(options.size / SEGMENT_SIZE)) * SEGMENT_SIZE;
  }

  /** Keeps a copy of an event, and of the blocks of state that belong to it. */
  add(event: EventCursor, state?: Buffer): void {
    const { length, number, cpu } = event;
    const stateLength = state?.length ?? 0;
    const now = event.milliseconds;
    const segment = this.#segmentFor(HEADER + length + stateLength, now);
    const { buffer, view, used } = segment;
    view.setUint32(used, length, true);
    view.setUint32(used + 4, stateLength, true);
    view.setUint32(used + 8, number, true);
    view.setUint32(used + 12, event.stateOnly ? cpu | STATE_ONLY : cpu, true);
    view.setBigInt64(used + 16, event.clockCorrection, true);
    event.copyTo(buffer, used + HEADER, 0, length);
    state?.copy(buffer, used + HEADER + length);
    segment.used = used + HEADER + length + stateLength;
    segment.events++;
    segment.lastTime = now;
  }

  /** Hands out all events in order, and is empty then. */
  drain(sink: RingSink): void {
    for (const segment of this.#segments.splice(0)) this.#take(segment, sink);
  }

  /** Bytes of memory that are in use. */
  get size(): number {
    return this.#bytes + this.#spare.length * SEGMENT_SIZE;
  }

  #segmentFor(size: number, now: number): Segment {
    const last = this.#segments.at(-1);
    if (last && last.used + size <= last.buffer.length) return last;
    // An event may be larger than a segment: it has one of its own, and takes the place of several.
    this.#giveUp(now, Math.max(size, SEGMENT_SIZE));
    const buffer =
      size > SEGMENT_SIZE
        ? Buffer.allocUnsafeSlow(size)
        : (this.#spare.pop() ?? Buffer.allocUnsafeSlow(SEGMENT_SIZE));
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const segment = { buffer, view, used: 0, events: 0, lastTime: now };
    this.#segments.push(segment);
    this.#bytes += buffer.length;
    return segment;
  }

  /** Makes room for a segment of `size` bytes, and forgets what is too old. */
  #giveUp(now: number, size: number): void {
    const { maxAge, onEvicted } = this.#options;
    for (let [oldest] = this.#segments; oldest; [oldest] = this.#segments) {
      const isOld = oldest.lastTime < now - maxAge;
      if (!isOld && this.#bytes + size <= this.#limit) return;
      if (!isOld) this.forgotten += oldest.events;
      this.#segments.shift();
      this.#take(oldest, onEvicted);
    }
  }

  /** Hands out the events of a segment that is no longer in the ring. */
  #take({ buffer, view, used }: Segment, sink: RingSink): void {
    this.#bytes -= buffer.length;
    const cursor = this.#cursor;
    cursor.attach(buffer);
    for (let at = 0; at < used; ) {
      const length = view.getUint32(at, true);
      const stateLength = view.getUint32(at + 4, true);
      const cpu = view.getUint32(at + 12, true);
      cursor.moveTo(at + HEADER);
      cursor.number = view.getUint32(at + 8, true);
      cursor.cpu = cpu & 0xffff;
      cursor.stateOnly = (cpu & STATE_ONLY) !== 0;
      cursor.clockCorrection = view.getBigInt64(at + 16, true);
      const stateAt = at + HEADER + length;
      at = stateAt + stateLength;
      sink(cursor, stateLength > 0 ? buffer.subarray(stateAt, at) : undefined);
    }
    if (buffer.length === SEGMENT_SIZE && this.#spare.length < 1) this.#spare.push(buffer);
  }
}

const STATE_ONLY = 0x10000;
