/** Reads what follows an event in its block in recordings of Lanner's own; see blocks.ts, OPTIONS_MAGIC. */
import { HEADER_SIZE, MAX_PARAMETERS } from '../../events/cursor.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import * as blocks from './blocks.ts';
import { Damage } from './error.ts';
import type { RecordingInfo } from './facts.ts';

const LENGTH_SIZES = Uint8Array.from(EVENT_TYPES, (type) => (type.flags.has('LARGE_PAYLOAD') ? 4 : 2));

/** Where in the bytes each option is; -1 for one that is missing. Reused for every event. */
export class OptionPlaces {
  extensions = -1;
  state = -1;
  stateEnd = -1;
  clock = -1;
  number = -1;
  call = -1;

  /** Looks from `at` up to `limit`. Throws {@link Damage}. */
  find(view: DataView, at: number, limit: number): void {
    this.extensions = this.state = this.stateEnd = this.clock = this.number = this.call = -1;
    if (limit - at < 4 || view.getUint32(at, true) !== blocks.OPTIONS_MAGIC) return;
    let place = at + 4;
    while (limit - place >= blocks.OPTION_HEADER) {
      const kind = view.getUint32(place, true);
      const length = view.getUint32(place + 4, true);
      const value = place + blocks.OPTION_HEADER;
      if (length > limit - value)
        throw new Damage(`an option of ${length} bytes where ${limit - value} are left`);
      if (kind === blocks.OPTION_EXTENSIONS && length >= 2) this.extensions = value;
      else if (kind === blocks.OPTION_CLOCK && length === 8) this.clock = value;
      else if (kind === blocks.OPTION_NUMBER && length === 4) this.number = value;
      else if (kind === blocks.OPTION_CALL && length === 2) this.call = value;
      else if (kind === blocks.OPTION_STATE) {
        this.state = value;
        this.stateEnd = value + length;
      }
      place = value + length;
    }
  }
}

/** By event code, where in the events of a recording an extension of this table stands; -1 for nowhere. */
export type ExtensionMap = ReadonlyMap<number, readonly number[]>;

/** For recordings of another version, whose extensions are others: how theirs become ours, by name. */
export function extensionMap({ extensions }: RecordingInfo): ExtensionMap {
  const map = new Map<number, readonly number[]>();
  for (const { code, extensions: own } of EVENT_TYPES) {
    const theirs = extensions[code] ?? [];
    const places = own.map(({ name }) => theirs.indexOf(name));
    if (theirs.length !== own.length || places.some((place, index) => place !== index)) map.set(code, places);
  }
  return map;
}

/** Names of the extensions of today's event table. */
export function extensionNames(): Record<string, readonly string[]> {
  const typesWith = EVENT_TYPES.filter(({ extensions }) => extensions.length > 0);
  return Object.fromEntries(
    typesWith.map(({ code, extensions }) => [code, extensions.map(({ name }) => name)]),
  );
}

/**
 * Puts the event at `offset` and the extensions at `extensions` together at `target`, all in one buffer, which
 * must have room up to `limit`. Throws {@link Damage}.
 */
export function joinExtensions(
  buffer: Buffer,
  view: DataView,
  places: {
    readonly offset: number;
    readonly extensions: number;
    readonly target: number;
    readonly limit: number;
  },
  map: ExtensionMap,
): void {
  const { offset, extensions, target, limit } = places;
  const code = view.getUint16(offset + 20, true);
  const length = view.getUint32(offset + 16, true);
  const own = view.getUint32(offset + 22, true);
  const lengthSize = LENGTH_SIZES[code] as number;
  const sizeAt = (at: number): number =>
    lengthSize === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  const told = view.getUint16(extensions, true);
  const order = map.get(code) ?? ORDERS[told] ?? [];
  if (told > MAX_PARAMETERS || own + order.length > MAX_PARAMETERS)
    throw new Damage(`an event with ${own} parameters and ${told} extensions`);
  starts[0] = extensions + 2 + told * lengthSize;
  for (let index = 0; index < told; index++)
    starts[index + 1] = (starts[index] as number) + sizeAt(extensions + 2 + index * lengthSize);

  const lengthsEnd = HEADER_SIZE + own * lengthSize;
  let end = target + lengthsEnd + order.length * lengthSize;
  if (end + length + (starts[told] as number) - extensions > limit)
    throw new Damage(`an event of ${length} bytes with extensions that are too long`);
  copy(buffer, view, target, offset, lengthsEnd);
  copy(buffer, view, end, offset + lengthsEnd, length - lengthsEnd);
  end += length - lengthsEnd;
  for (let index = 0; index < order.length; index++) {
    const place = order[index] as number;
    const isTold = place >= 0 && place < told;
    const from = isTold ? (starts[place] as number) : 0;
    const size = isTold ? (starts[place + 1] as number) - from : 0;
    copy(buffer, view, end, from, size);
    const lengthAt = target + lengthsEnd + index * lengthSize;
    if (lengthSize === 2) view.setUint16(lengthAt, size, true);
    else view.setUint32(lengthAt, size, true);
    end += size;
  }
  view.setUint32(target + 16, end - target, true);
  view.setUint32(target + 22, own + order.length, true);
}

/** Where the extensions of the event at work begin; one more for the end of the last. */
const starts = new Float64Array(MAX_PARAMETERS + 1);

/** Up to this many bytes a loop beats a native call. */
const SHORT = 192;

/** Copies bytes within a buffer to a place before them; the two do not overlap. */
function copy(buffer: Buffer, view: DataView, to: number, from: number, length: number): void {
  if (length > SHORT) {
    buffer.copyWithin(to, from, from + length);
    return;
  }
  let at = 0;
  for (; at + 4 <= length; at += 4) view.setUint32(to + at, view.getUint32(from + at, true), true);
  for (; at < length; at++) view.setUint8(to + at, view.getUint8(from + at));
}

/** By number of extensions: each in its place. */
const ORDERS: readonly (readonly number[])[] = Array.from({ length: MAX_PARAMETERS + 1 }, (_, count) =>
  Array.from({ length: count }, (__, index) => index),
);

/** Puts the id of the system call, at `call`, into the event at `offset`, which has another for old readers. */
export function restoreCall(view: DataView, offset: number, call: number): void {
  const count = view.getUint32(offset + 22, true);
  if (view.getUint16(offset + 20, true) !== GENERIC_EXIT || count === 0) return;
  view.setUint16(offset + HEADER_SIZE + count * 2, view.getUint16(call, true), true);
}

const GENERIC_EXIT = 1;
