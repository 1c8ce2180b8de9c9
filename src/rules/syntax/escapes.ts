/** Quoting of literals in conditions. Text inside is UTF-8; `\xNN` is one byte. */
import { bytesOfText } from '../source/byte-text.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  // A backslash before a blank stands for the backslash alone; published rules count on it.
  ' ': '\\',
};

/** What is wrong with a quoted literal, and where in it. */
export interface EscapeError {
  readonly message: string;
  /** Offset of the backslash from the opening quote. */
  readonly at: number;
}

/** Value of a quoted literal (`quoted` has its quotes) as a byte string, or what is wrong with it. */
export function unquote(quoted: string): string | EscapeError {
  if (!quoted.includes('\\')) return bytesOfText(quoted.slice(1, -1));
  const quote = quoted.charAt(0);
  const end = quoted.length - 1;
  let value = '';
  let copied = 1;
  for (let at = quoted.indexOf('\\', 1); at >= 0 && at < end; at = quoted.indexOf('\\', copied)) {
    value += bytesOfText(quoted.slice(copied, at));
    const letter = quoted.charAt(at + 1);
    const simple = SIMPLE_ESCAPES[letter];
    if (simple !== undefined) {
      value += simple;
      copied = at + 2;
    } else if (letter === quote) {
      value += quote;
      copied = at + 2;
    } else if (letter === 'x') {
      const digits = quoted.slice(at + 2, Math.min(at + 4, end));
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
        return { message: `\\x must be followed by two hexadecimal digits, not by "${digits}"`, at };
      }
      value += String.fromCharCode(Number.parseInt(digits, 16));
      copied = at + 4;
    } else if (letter === '"' || letter === "'") {
      return { message: `\\${letter} is not allowed in a literal quoted with ${quote}`, at };
    } else {
      return { message: `\\${letter} is not an escape`, at };
    }
  }
  return value + bytesOfText(quoted.slice(copied, end));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  '"': '\\"',
};

const NEEDS_QUOTES = /[\b\f\n\r\t =\\"'\0]/;
const NEEDS_ESCAPE = /[\b\f\n\r\t\\"]/g;

/** A literal as Falco prints it: quoted only where a blank, a quote or an escape makes it necessary. */
export function quoteIfNeeded(value: string): string {
  if (!NEEDS_QUOTES.test(value)) return value;
  return `"${value.replace(NEEDS_ESCAPE, (char) => ESCAPES[char] ?? char)}"`;
}
