/** Texts that come again and again: the same bytes give the same string, without decoding them once more. */
import type { ByteString } from './bytes.ts';

/** Strings that are kept; a power of two. */
const SLOTS = 4096;
/** Longer texts are not kept: comparing them costs as much as decoding them. */
const MAX_LENGTH = 96;

const strings = new Array<ByteString>(SLOTS).fill('');
/** What was seen last in each slot, kept or not. */
const hashes = new Int32Array(SLOTS);
/** Bytes of the kept strings. */
const kept = new DataView(new ArrayBuffer(SLOTS * MAX_LENGTH));

/**
 * The bytes from `start` to `end` of `buffer`, which `view` shows too, as a byte string. A text is kept when it
 * comes for the second time, so that texts which come only once do not drive out the others; one that has the same
 * place as another replaces it. So memory is bounded, whatever comes.
 */
export function internText(buffer: Buffer, view: DataView, start: number, end: number): ByteString {
  const length = end - start;
  if (length === 0) return '';
  if (length > MAX_LENGTH) return buffer.toString('latin1', start, end);
  const hash = hashOf(view, start, length);
  const slot = hash & (SLOTS - 1);
  if (hashes[slot] !== hash) {
    hashes[slot] = hash;
    return buffer.toString('latin1', start, end);
  }
  const text = strings[slot] as ByteString;
  if (text.length === length && isKept(view, start, length, slot * MAX_LENGTH)) return text;
  return keep(buffer, start, end, slot);
}

/** A hash of all bytes, by words; the last word may overlap the one before. */
function hashOf(view: DataView, start: number, length: number): number {
  let hash = length;
  if (length < 4) {
    for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1);
    return hash ^ (hash >>> 13);
  }
  const last = start + length - 4;
  for (let at = start; at < last; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ view.getInt32(last, true), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

function isKept(view: DataView, start: number, length: number, place: number): boolean {
  if (length < 4) {
    for (let at = 0; at < length; at++)
      if (view.getUint8(start + at) !== kept.getUint8(place + at)) return false;
    return true;
  }
  const last = length - 4;
  for (let at = 0; at < last; at += 4)
    if (view.getInt32(start + at, true) !== kept.getInt32(place + at, true)) return false;
  return view.getInt32(start + last, true) === kept.getInt32(place + last, true);
}

function keep(buffer: Buffer, start: number, end: number, slot: number): ByteString {
  const text = buffer.toString('latin1', start, end);
  for (let at = start; at < end; at++) kept.setUint8(slot * MAX_LENGTH + at - start, buffer[at] as number);
  strings[slot] = text;
  return text;
}
