/**
 * The tokens of conditions. What a character means depends on what the grammar expects (a bare value
 * may be `/etc/*`, `a+b` or `10.0.0.0/8`), so the parser asks for the kind of token it needs and the
 * scanner says whether it is there.
 */
import type { MappedText } from '../source/mapped-text.ts';
import { type EscapeError, unquote } from './escapes.ts';

/** A place where a condition does not follow the grammar. */
export class ConditionError extends Error {
  readonly text: MappedText;
  readonly start: number;
  readonly end: number;
  readonly suggestion: string | undefined;

  constructor(message: string, text: MappedText, start: number, end: number, suggestion?: string) {
    super(message);
    this.text = text;
    this.start = start;
    this.end = end;
    this.suggestion = suggestion;
  }
}

// White space is what POSIX calls space; between tokens a backspace counts too.
const BLANKS = /[ \t\b\r\n]*/y;
const NOT_BLANK = /not[ \t\n\v\f\r]+/y;
const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
const BARE_ARGUMENT = /[^\][\t\n\v\f\r "']+/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_VALUE = /[^()"'\t\n\v\f\r =,]+/y;
const SYMBOL_OPERATOR = /<=|<|>=|>|==|=|!=/y;
const WORD = /[a-z][a-z0-9]*/y;

export class Scanner {
  readonly source: MappedText;
  readonly text: string;
  position = 0;

  /** Scans a text, or what of it stands before `end`. */
  constructor(source: MappedText, end?: number) {
    this.source = source;
    this.text = end === undefined ? source.text : source.text.slice(0, end);
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Skips blanks; whether there were any. */
  blanks(): boolean {
    const start = this.position;
    this.#match(BLANKS);
    return this.position > start;
  }

  /** Takes exactly `text` if it is next. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  next(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  /** `not` followed by white space. */
  not(): boolean {
    return this.#match(NOT_BLANK) !== undefined;
  }

  identifier(): string | undefined {
    return this.#match(IDENTIFIER);
  }

  fieldName(): string | undefined {
    return this.#match(FIELD_NAME);
  }

  bareArgument(): string | undefined {
    return this.#match(BARE_ARGUMENT);
  }

  number(): string | undefined {
    return this.#match(NUMBER);
  }

  bareValue(): string | undefined {
    return this.#match(BARE_VALUE);
  }

  symbolOperator(): string | undefined {
    return this.#match(SYMBOL_OPERATOR);
  }

  /** A word of small letters and digits, not taken. */
  peekWord(): string {
    const { position } = this;
    const word = this.#match(WORD) ?? '';
    this.position = position;
    return word;
  }

  /** A quoted literal, unescaped. */
  quoted(): string | undefined {
    const start = this.position;
    const quote = this.text.charAt(start);
    if (quote !== '"' && quote !== "'") return undefined;
    const end = closingQuote(this.text, start, quote);
    if (end < 0) {
      this.fail(`there is no closing ${quote} for this quoted value`, start, start + 1);
    }
    const value = unquote(this.text.slice(start, end + 1));
    if (typeof value !== 'string') this.#failEscape(value, start);
    this.position = end + 1;
    return value;
  }

  /** Throws what is wrong at `[start, end)`. */
  fail(message: string, start: number, end: number, suggestion?: string): never {
    throw new ConditionError(message, this.source, start, end, suggestion);
  }

  #failEscape(error: EscapeError, start: number): never {
    this.fail(error.message, start + error.at, start + error.at + 2);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match[0];
  }
}

/**
 * Offset of the quote that closes the one at `start`; -1 if there is none. A quote directly behind a
 * backslash never closes, even if that backslash is itself escaped: `"a\\"` is not complete.
 */
function closingQuote(text: string, start: number, quote: string): number {
  for (let at = text.indexOf(quote, start + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text.charAt(at - 1) !== '\\') return at;
  }
  return -1;
}
