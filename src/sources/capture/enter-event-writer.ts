/**
 * Events that enter a system call, made up from the one that leaves it. Today's schema has one event per call;
 * readers of 2022, such as Debian's sysdig, take descriptors, sizes and addresses from a call's first event.
 */
import { type EventCursor, HEADER_SIZE } from '../../events/cursor.ts';
import { EVENT_TYPES, type EventType, PARAMETER_SIZES } from '../../events/table.ts';
import * as blocks from './blocks.ts';
import { unheardCall } from './event-writer.ts';

/**
 * By code of an event that leaves a call: where each parameter of the event before it is in it. `undefined`
 * where not all of them are, or where nothing would be told.
 */
const SOURCES: readonly (readonly number[] | undefined)[] = EVENT_TYPES.map((type) => {
  const enter = EVENT_TYPES[type.code - 1];
  if (!enter || !isExitOf(type, enter) || enter.parameters.length === 0) return undefined;
  const sources = enter.parameters.map((parameter) =>
    type.parameters.findIndex(
      ({ name, type: kind }) => name === parameter.name && sizeOf(kind) === sizeOf(parameter.type),
    ),
  );
  return sources.includes(-1) ? undefined : sources;
});

function isExitOf(type: EventType, enter: EventType): boolean {
  return type.kind === 'SYSCALL' && type.code % 2 === 1 && enter.name === type.name;
}

function sizeOf(type: EventType['parameters'][number]['type']): number | undefined {
  return PARAMETER_SIZES[type];
}

/** Whether an event before this one is to be written. */
export function hasEnterEvent({ code }: EventCursor): boolean {
  return SOURCES[code] !== undefined;
}

/** Writes the block of the event that entered the call to `target`, from `at` on; where the block ends. */
export function writeEnterEvent(target: Buffer, at: number, exit: EventCursor): number {
  const sources = SOURCES[exit.code] as readonly number[];
  const event = target.writeUInt16LE(exit.cpu & 0xffff, at + blocks.BLOCK_HEADER);
  exit.copyTo(target, event, 0, HEADER_SIZE);
  let end = event + HEADER_SIZE + sources.length * 2;
  sources.forEach((source, index) => {
    const from = exit.offsetOf(source);
    const size = exit.sizeOf(source);
    exit.copyTo(target, end, from, from + size);
    target.writeUInt16LE(size, event + HEADER_SIZE + index * 2);
    end += size;
  });
  if (unheardCall(exit) !== 0) target.writeUInt16LE(0, event + HEADER_SIZE + sources.length * 2);
  target.writeBigUInt64LE(BigInt.asUintN(64, exit.wallTime), event);
  target.writeUInt32LE(end - event, event + 16);
  target.writeUInt16LE(exit.code - 1, event + 20);
  target.writeUInt32LE(sources.length, event + 22);
  while ((end - at) % 4 !== 0) target[end++] = 0;
  const length = end - at + blocks.BLOCK_TRAILER;
  target.writeUInt32LE(blocks.EVENT_BLOCK, at);
  target.writeUInt32LE(length, at + 4);
  return target.writeUInt32LE(length, end);
}
