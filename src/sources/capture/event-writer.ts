/**
 * Encodes events as blocks. An event is written with the parameters of Falco's table alone, since its readers
 * refuse events with more; what the probe appends follows behind it in the same block, where no other reader
 * looks (blocks.ts, OPTIONS_MAGIC).
 */
import { type EventCursor, HEADER_SIZE } from '../../events/cursor.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import * as blocks from './blocks.ts';

const PARAMETER_COUNTS = Uint8Array.from(EVENT_TYPES, (type) => type.parameters.length);

/** What is written beside the event. */
export interface EventOptions {
  /** Rules do not see it, the model learns from it. */
  readonly stateOnly?: boolean;
  /** Whole blocks with state that became known just before the event. */
  readonly state?: Buffer | undefined;
  /** Nanoseconds that the machine's clock was set by, if that differs from the event before. */
  readonly clock?: bigint | undefined;
  /** Write nothing at which readers of 2022 stumble. */
  readonly forOldReaders?: boolean;
  /** The event's number, where it is not the one after the last event's. */
  readonly number?: number | undefined;
}

const NO_OPTIONS: EventOptions = {};

/** The most that {@link writeEvent} needs for an event. */
export function eventBlockSize(event: EventCursor, { state }: EventOptions = NO_OPTIONS): number {
  // Block, CPU, flags, magic, five options with their headers and padding.
  return event.length + (state?.length ?? 0) + blocks.BLOCK_OVERHEAD + 6 + 4 + 5 * blocks.OPTION_HEADER + 26;
}

/** Writes the event to `target`, from `at` on, as a block; where the block ends. */
export function writeEvent(
  target: Buffer,
  at: number,
  event: EventCursor,
  options: EventOptions = NO_OPTIONS,
): number {
  const withFlags = options.stateOnly === true;
  let end = at + blocks.BLOCK_HEADER;
  end = target.writeUInt16LE(event.cpu & 0xffff, end);
  if (withFlags) end = target.writeUInt32LE(blocks.STATE_ONLY, end);
  const bodyStart = end;
  end = writeOwnParameters(target, end, event);
  target.writeBigUInt64LE(BigInt.asUintN(64, event.wallTime), bodyStart);
  const call = options.forOldReaders ? unheardCall(event) : 0;
  if (call !== 0) target.writeUInt16LE(0, bodyStart + event.offsetOf(0));
  end = writeOptions(target, end, event, options, call);
  while ((end - at) % 4 !== 0) target[end++] = 0;
  const length = end - at + blocks.BLOCK_TRAILER;
  target.writeUInt32LE(typeOf(length, withFlags), at);
  target.writeUInt32LE(length, at + 4);
  return target.writeUInt32LE(length, end);
}

function typeOf(length: number, withFlags: boolean): number {
  // Readers of the format hold a block without its header in a buffer of 64 KiB.
  if (length - blocks.BLOCK_HEADER > 65536)
    return withFlags ? blocks.LARGE_EVENT_BLOCK_WITH_FLAGS : blocks.LARGE_EVENT_BLOCK;
  return withFlags ? blocks.EVENT_BLOCK_WITH_FLAGS : blocks.EVENT_BLOCK;
}

/** The event with the parameters of the table, without extensions. */
function writeOwnParameters(target: Buffer, at: number, event: EventCursor): number {
  const count = PARAMETER_COUNTS[event.code] as number;
  if (event.parameterCount <= count) {
    event.copyTo(target, at);
    return at + event.length;
  }
  const { lengthSize } = event;
  const lengthsEnd = HEADER_SIZE + count * lengthSize;
  const start = event.offsetOf(0);
  const size = event.offsetOf(count) - start;
  event.copyTo(target, at, 0, lengthsEnd);
  event.copyTo(target, at + lengthsEnd, start, start + size);
  target.writeUInt32LE(lengthsEnd + size, at + 16);
  target.writeUInt32LE(count, at + 22);
  return at + lengthsEnd + size;
}

const GENERIC_EXIT = 1;
/** Readers of 2022 know ids below this one, and crash at others. */
const FIRST_UNHEARD_CALL = 329;

/** Id of the system call that the event is of, when it has none of its own and old readers crash at the id; else 0. */
export function unheardCall(event: EventCursor): number {
  const id = event.code === GENERIC_EXIT ? (event.u16(0) ?? 0) : 0;
  return id >= FIRST_UNHEARD_CALL ? id : 0;
}

function writeOptions(
  target: Buffer,
  at: number,
  event: EventCursor,
  options: EventOptions,
  call: number,
): number {
  const own = PARAMETER_COUNTS[event.code] as number;
  const { state, clock, number } = options;
  const hasExtensions = event.parameterCount > own;
  if (!hasExtensions && !state && clock === undefined && number === undefined && call === 0) return at;
  let end = target.writeUInt32LE(blocks.OPTIONS_MAGIC, at);
  if (hasExtensions) end = writeExtensions(target, end, event, own);
  if (state) {
    end = writeOptionHeader(target, end, blocks.OPTION_STATE, state.length);
    state.copy(target, end);
    end += state.length;
  }
  if (clock !== undefined) {
    end = writeOptionHeader(target, end, blocks.OPTION_CLOCK, 8);
    end = target.writeBigInt64LE(clock, end);
  }
  if (number !== undefined) {
    end = writeOptionHeader(target, end, blocks.OPTION_NUMBER, 4);
    end = target.writeUInt32LE(number >>> 0, end);
  }
  if (call !== 0) {
    end = writeOptionHeader(target, end, blocks.OPTION_CALL, 2);
    end = target.writeUInt16LE(call, end);
  }
  return end;
}

function writeExtensions(target: Buffer, at: number, event: EventCursor, own: number): number {
  const { lengthSize, parameterCount } = event;
  const lengths = (parameterCount - own) * lengthSize;
  const start = event.offsetOf(own);
  const values = event.offsetOf(parameterCount) - start;
  let end = writeOptionHeader(target, at, blocks.OPTION_EXTENSIONS, 2 + lengths + values);
  end = target.writeUInt16LE(parameterCount - own, end);
  const lengthsAt = HEADER_SIZE + own * lengthSize;
  event.copyTo(target, end, lengthsAt, lengthsAt + lengths);
  event.copyTo(target, end + lengths, start, start + values);
  return end + lengths + values;
}

function writeOptionHeader(target: Buffer, at: number, kind: number, length: number): number {
  target.writeUInt32LE(kind, at);
  return target.writeUInt32LE(length, at + 4);
}
