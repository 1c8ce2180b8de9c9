/**
 * Shell patterns as POSIX fnmatch() without flags reads them, on bytes in the C locale: `*` and `?` match
 * `/` and a leading dot too, `\` takes the next character literally, and `[…]` is a set with ranges,
 * `!` or `^` for its complement, and classes such as `[:digit:]`.
 */
import type { ByteString } from './bytes.ts';

/** Bytes that one position of the text may have, as a table of 256; `undefined` stands for `*`. */
type Token = Uint8Array | undefined;

const ANY_BYTE: Token = new Uint8Array(256).fill(1);
/** What a malformed pattern comes down to: a position that nothing matches. */
const NO_BYTE: Token = new Uint8Array(256);

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[^ -~]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

export interface GlobOptions {
  /** ASCII letters match in either case, as with FNM_CASEFOLD. */
  readonly ignoreCase?: boolean;
}

/** Compiles a pattern to a function that tells whether it matches a whole text. Never fails. */
export function compileGlob(pattern: ByteString, { ignoreCase = false }: GlobOptions = {}) {
  const tokens = new Parser(pattern, ignoreCase ? foldCase : keepCase).parse();
  return (text: ByteString): boolean => matches(tokens, text);
}

/**
 * Walks text and tokens together; on a mismatch the last `*` takes one byte more. Time is at most the
 * product of the two lengths.
 */
function matches(tokens: readonly Token[], text: ByteString): boolean {
  const count = tokens.length;
  const length = text.length;
  let next = 0;
  let at = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (at < length) {
    const token = tokens[next];
    if (next < count && token === undefined) {
      afterStar = ++next;
      starEnd = at;
    } else if (token !== undefined && token[text.charCodeAt(at)] === 1) {
      next++;
      at++;
    } else if (afterStar >= 0) {
      next = afterStar;
      at = ++starEnd;
    } else {
      return false;
    }
  }
  while (next < count && tokens[next] === undefined) next++;
  return next === count;
}

type Fold = (code: number) => number;

const keepCase: Fold = (code) => code;
const foldCase: Fold = (code) => (code >= 0x41 && code <= 0x5a ? code + 0x20 : code);

class Parser {
  readonly #pattern: ByteString;
  readonly #fold: Fold;
  #at = 0;

  constructor(pattern: ByteString, fold: Fold) {
    this.#pattern = pattern;
    this.#fold = fold;
  }

  parse(): Token[] {
    const tokens: Token[] = [];
    while (this.#at < this.#pattern.length) tokens.push(this.#token());
    return tokens;
  }

  #token(): Token {
    const character = this.#pattern[this.#at++] as string;
    if (character === '*') return undefined;
    if (character === '?') return ANY_BYTE;
    if (character === '[') return this.#set() ?? this.#byte('[');
    if (character !== '\\') return this.#byte(character);
    if (this.#at === this.#pattern.length) return NO_BYTE;
    return this.#byte(this.#pattern[this.#at++] as string);
  }

  #byte(character: string): Token {
    const token = new Uint8Array(256);
    this.#addRange(token, character.charCodeAt(0), character.charCodeAt(0));
    return token;
  }

  /** A bracket expression after its `[`; `undefined`, and nothing consumed, when it has no end. */
  #set(): Token {
    const pattern = this.#pattern;
    const start = this.#at;
    const members = new Uint8Array(256);
    const complement = pattern[this.#at] === '!' || pattern[this.#at] === '^';
    if (complement) this.#at++;
    for (let first = true; first || pattern[this.#at] !== ']'; first = false) {
      if (this.#at >= pattern.length) {
        this.#at = start;
        return undefined;
      }
      if (!this.#addMember(members)) return NO_BYTE;
    }
    this.#at++;
    return complement ? members.map((member) => 1 - member) : members;
  }

  /** Reads one member of a set: a class, a range or a character. False when the pattern is malformed. */
  #addMember(members: Uint8Array): boolean {
    const named = /^\[:([a-z]*):\]/.exec(this.#pattern.slice(this.#at));
    if (named) {
      const bytes = CLASSES[named[1] as string];
      if (!bytes) return false;
      this.#at += named[0].length;
      for (let code = 0; code < 128; code++) {
        if (bytes.test(String.fromCharCode(code))) members[code] = 1;
      }
      return true;
    }
    const from = this.#memberCharacter();
    if (from === undefined) return false;
    const next = this.#pattern[this.#at + 1];
    if (this.#pattern[this.#at] !== '-' || next === undefined || next === ']') {
      this.#addRange(members, from, from);
      return true;
    }
    this.#at++;
    const to = this.#memberCharacter();
    if (to === undefined) return false;
    this.#addRange(members, from, to);
    return true;
  }

  /** A character of a set: itself, escaped, or alone in `[.x.]` or `[=x=]`. */
  #memberCharacter(): number | undefined {
    const pattern = this.#pattern;
    const symbol = /^\[([.=])([\0-\xff])\1\]/.exec(pattern.slice(this.#at));
    if (symbol) {
      this.#at += symbol[0].length;
      return (symbol[2] as string).charCodeAt(0);
    }
    if (pattern[this.#at] === '\\') this.#at++;
    return this.#at < pattern.length ? pattern.charCodeAt(this.#at++) : undefined;
  }

  #addRange(members: Uint8Array, from: number, to: number): void {
    const low = this.#fold(from);
    const high = this.#fold(to);
    for (let code = 0; code < 256; code++) {
      const folded = this.#fold(code);
      if (folded >= low && folded <= high) members[code] = 1;
    }
  }
}
