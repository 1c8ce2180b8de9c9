/** Texts that come again and again: the same bytes give the same string, without decoding them once more. */
import type { ByteString } from './bytes.ts';

/** Strings that are kept; a power of two. */
const SLOTS = 4096;
/** Longer texts have slots of their own. */
const MAX_LENGTH = 96;

/** Long texts that are kept, such as lists of arguments; a power of two. */
const LONG_SLOTS = 256;
const MAX_LONG_LENGTH = 4096;
/** Words at either end of a long text that its hash is made of, and how many more between. */
const HASHED_WORDS = 16;

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
  if (length > MAX_LENGTH) return internLong(buffer, view, start, end);
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

/** Forgets all texts: they are kept anew as they come. */
export function forgetTexts(): void {
  strings.fill('');
  hashes.fill(0);
  for (const slot of longTexts) Object.assign(slot, { hash: 0, text: '', bytes: NO_BYTES });
}

interface LongText {
  hash: number;
  text: ByteString;
  bytes: Buffer;
}

const NO_BYTES = Buffer.alloc(0);
const longTexts = Array.from(
  { length: LONG_SLOTS },
  (): LongText => ({ hash: 0, text: '', bytes: NO_BYTES }),
);

/** The same for texts of which hashing every byte would cost too much. */
function internLong(buffer: Buffer, view: DataView, start: number, end: number): ByteString {
  const length = end - start;
  if (length > MAX_LONG_LENGTH) return buffer.toString('latin1', start, end);
  const hash = sampleOf(view, start, length);
  const slot = longTexts[hash & (LONG_SLOTS - 1)] as LongText;
  if (slot.hash !== hash) {
    slot.hash = hash;
    return buffer.toString('latin1', start, end);
  }
  const { bytes } = slot;
  if (bytes.length === length && bytes.compare(buffer, start, end) === 0) return slot.text;
  slot.bytes = Buffer.from(buffer.subarray(start, end));
  slot.text = buffer.toString('latin1', start, end);
  return slot.text;
}

/** A hash of both ends and of some words between. */
function sampleOf(view: DataView, start: number, length: number): number {
  const edge = 4 * HASHED_WORDS;
  const step = Math.max(4, Math.floor((length - edge) / HASHED_WORDS));
  let hash = hashOf(view, start, edge);
  for (let at = start + edge; at <= start + length - 4; at += step)
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
  return Math.imul(hash ^ length, 0x85ebca6b) ^ hashOf(view, start + length - edge, edge);
}
