/** Checks that an event in a capture is whole, and brings the oldest layout to the current one. */
import { HEADER_SIZE, MAX_PARAMETERS } from '../../events/cursor.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import { Damage } from './error.ts';

/** Header of an event in the oldest layout, which lacks the number of parameters. */
export const OLD_HEADER_SIZE = HEADER_SIZE - 4;

const LARGE_PAYLOAD = Uint8Array.from(EVENT_TYPES, (type) => (type.flags.has('LARGE_PAYLOAD') ? 1 : 0));
const PARAMETER_COUNTS = Uint8Array.from(EVENT_TYPES, (type) => type.parameters.length);

/** Writers of the oldest layout gave these events' length three bytes too long: notification and infra. */
const OVERLONG = new Set([280, 286]);

/**
 * Checks that the event at `offset` and all its parameters end before `limit`; its number of parameters.
 * The header itself must lie before `limit`, and the code must be one of the table. Throws {@link Damage}.
 */
export function checkEvent(view: DataView, offset: number, limit: number, code: number): number {
  const length = view.getUint32(offset + 16, true);
  if (length < HEADER_SIZE || offset + length > limit)
    throw new Damage(`an event of ${length} bytes in a block with room for ${limit - offset}`);
  const count = view.getUint32(offset + 22, true);
  if (count > MAX_PARAMETERS) throw new Damage(`an event with ${count} parameters`);
  let left = length - HEADER_SIZE;
  if (LARGE_PAYLOAD[code] === 1) {
    left -= count * 4;
    if (left >= 0)
      for (let index = 0; index < count; index++)
        left -= view.getUint32(offset + HEADER_SIZE + index * 4, true);
  } else {
    left -= count * 2;
    if (left >= 0)
      for (let index = 0; index < count; index++)
        left -= view.getUint16(offset + HEADER_SIZE + index * 2, true);
  }
  if (left < 0) throw new Damage(`an event of ${length} bytes whose parameters need ${-left} more`);
  return count;
}

/**
 * Turns the event in the oldest layout at `offset` into one in the current layout, which begins four bytes
 * before: its header moves to the front, over bytes of the block that have been read, and what follows
 * stays in place. The number of parameters is found from their lengths. Throws {@link Damage}.
 */
export function insertCount(view: DataView, offset: number, limit: number, code: number): number {
  const moved = offset - 4;
  const overlong = OVERLONG.has(code) ? 3 : 0;
  const length = view.getUint32(offset + 16, true) + 4 - overlong;
  if (length < HEADER_SIZE || moved + length > limit)
    throw new Damage(`an event of ${length - 4} bytes in a block with room for ${limit - offset}`);
  const count = countParameters(view, moved + HEADER_SIZE, moved + length, PARAMETER_COUNTS[code] as number);
  for (let at = 0; at < OLD_HEADER_SIZE; at += 2)
    view.setUint16(moved + at, view.getUint16(offset + at, true), true);
  view.setUint32(moved + 16, length, true);
  view.setUint32(moved + 22, count, true);
  return moved;
}

/** The number of parameters, at most `most`, whose lengths and values fill the bytes from `start` to `end`. */
function countParameters(view: DataView, start: number, end: number, most: number): number {
  for (let count = most; count >= 0; count--) {
    let at = start + count * 2;
    if (at > end) continue;
    for (let index = 0; index < count; index++) at += view.getUint16(start + index * 2, true);
    if (at === end) return count;
    if (at < end) break;
  }
  throw new Damage(`an event whose parameters do not add up to its ${end - start} bytes`);
}
