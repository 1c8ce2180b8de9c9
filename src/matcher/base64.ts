/** Decoding for the `b64` transformer. */
import type { ByteString } from '../events/bytes.ts';

const STANDARD_ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Bytes of a base64 text in the standard alphabet, with or without its padding; `undefined` when it is
 * not one. Like Falco, refuses a text whose last character holds bits that belong to no byte.
 */
export function decodeBase64(text: ByteString): ByteString | undefined {
  if (!STANDARD_ALPHABET.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  if (digits === '') return text === '' ? '' : undefined;
  const bytes = Buffer.from(digits, 'base64');
  const canonical = bytes.toString('base64').replace(/=+$/, '');
  return canonical === digits ? bytes.toString('latin1') : undefined;
}
