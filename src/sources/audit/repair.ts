/** Makes JSON of JSON that was cut off. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** What closes what: `{` and `}`, `[` and `]`. */
const CLOSING: Readonly<Record<number, number>> = { 123: 125, 91: 93 };

/** Objects within objects; more than anybody sends. */
const MAX_DEPTH = 1000;

/**
 * The beginning of a JSON document with an end put behind its last whole value; empty when there is none. Whether it was
 * JSON at all is for the parser to say.
 */
export function repair(beginning: Buffer): Buffer {
  /** What is open at this place, by what closes it. */
  const open: number[] = [];
  /** Behind the last whole value, and how much is open there. */
  let end = 0;
  let depth = 0;
  for (let at = 0; at < beginning.length; at++) {
    const byte = beginning[at] as number;
    if (byte === QUOTE) at = endOfString(beginning, at);
    else if (byte === COMMA) {
      end = at;
      depth = open.length;
    } else if (CLOSING[byte] !== undefined) {
      open.push(CLOSING[byte]);
      if (open.length > MAX_DEPTH) break;
    } else if (byte === open.at(-1)) {
      open.pop();
      end = at + 1;
      depth = open.length;
    }
  }
  return Buffer.concat([beginning.subarray(0, end), Buffer.from(open.slice(0, depth).reverse())]);
}

/** Where the string that begins at `start` has its last quote; the end of the bytes when it is cut off. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return bytes.length;
}
