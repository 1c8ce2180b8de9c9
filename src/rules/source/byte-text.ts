/**
 * Byte strings for the rule language: the same form that the engine uses for text (every character
 * one byte), made with what a browser has too.
 */

const NON_ASCII = /[\u0080-\uffff]/;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** How many arguments one call of String.fromCharCode is given at most. */
const CHUNK = 8192;

/** The UTF-8 bytes of `text`, one byte per character. */
export function bytesOfText(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  const bytes = encoder.encode(text);
  let result = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    result += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return result;
}

/** The text of a byte string; bytes that are not UTF-8 become U+FFFD. */
export function textOfBytes(bytes: string): string {
  if (!NON_ASCII.test(bytes)) return bytes;
  return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
