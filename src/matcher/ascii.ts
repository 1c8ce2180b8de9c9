/** Letter case of byte strings: only the 26 ASCII letters have one, as in the C locale. */
import type { ByteString } from '../events/bytes.ts';

const UPPER = /[A-Z]+/g;
const LOWER = /[a-z]+/g;

/** Byte string with A–Z as a–z; all other bytes, those of other scripts too, stay. */
export function lowerAscii(bytes: ByteString): ByteString {
  return bytes.replace(UPPER, (letters) => letters.toLowerCase());
}

/** Byte string with a–z as A–Z. */
export function upperAscii(bytes: ByteString): ByteString {
  return bytes.replace(LOWER, (letters) => letters.toUpperCase());
}
