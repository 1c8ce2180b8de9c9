/**
 * Text as the kernel hands it out is bytes: a file name may hold anything but NUL and `/`. Lanner
 * keeps such text as a *byte string*: a JavaScript string whose every character is one byte
 * (code 0–255). Comparing byte strings compares bytes, decoding them is the cheapest decoding there
 * is, and nothing is lost. Literals of rules are turned into byte strings when rules are compiled;
 * text becomes Unicode again only where people read it, in alerts.
 */
export type ByteString = string;

const NON_ASCII = /[\u0080-\uffff]/;

/** Byte string with the UTF-8 bytes of `text`. */
export function toByteString(text: string): ByteString {
  return NON_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Unicode text of a byte string; a byte that is not valid UTF-8 becomes U+FFFD. */
export function toText(bytes: ByteString): string {
  return NON_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
