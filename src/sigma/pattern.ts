/** Sigma's texts: literals with wildcards, and what the modifiers of values make of them. */
import type { ByteString } from '../events/bytes.ts';
import { bytesOfText } from '../rules/source/byte-text.ts';

/** A piece of a text: bytes as they stand, any number of characters, or one. */
export type Piece = { readonly literal: ByteString } | '*' | '?';

/** A text with wildcards. Literals are not empty and do not stand side by side. */
export type Pattern = readonly Piece[];

/**
 * Reads a value. A backslash takes a wildcard or a backslash literally; before anything else it stands for
 * itself (Sigma's specification, "Escape Character").
 */
export function parsePattern(text: string): Pattern {
  const pieces: Piece[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\' && /^[*?\\]$/.test(text.charAt(at + 1))) literal += text.charAt(++at);
    else if (char === '*' || char === '?') {
      pieces.push({ literal: bytesOfText(literal) }, char);
      literal = '';
    } else literal += char;
  }
  return normal([...pieces, { literal: bytesOfText(literal) }]);
}

export function literalPattern(literal: ByteString): Pattern {
  return normal([{ literal }]);
}

function normal(pieces: Pattern): Pattern {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string') {
      if (piece !== '*' || last !== '*') joined.push(piece);
    } else if (piece.literal !== '') {
      if (typeof last === 'object') joined[joined.length - 1] = { literal: last.literal + piece.literal };
      else joined.push(piece);
    }
  }
  return joined;
}

/** With any text before it, behind it, or both. */
export function open(pattern: Pattern, before: boolean, behind: boolean): Pattern {
  return normal([...(before ? ['*' as const] : []), ...pattern, ...(behind ? ['*' as const] : [])]);
}

/**
 * What patterns that want any directory before a slash want of the last component: of `*\/sh*` it is `sh*`. Left
 * out are those that want something of directories, or more than the 15 bytes that the kernel keeps of a name.
 */
export function basenamePatterns(patterns: readonly Pattern[]): Pattern[] {
  return patterns.map(basenamePattern).filter((pattern) => pattern.length > 0);
}

function basenamePattern([first, second, ...rest]: Pattern): Pattern {
  if (first !== '*' || typeof second !== 'object' || !second.literal.startsWith('/')) return [];
  const name = normal([{ literal: second.literal.slice(1) }, ...rest]);
  const literals = name.filter((piece) => typeof piece === 'object').map(({ literal }) => literal);
  const isName = literals.every((literal) => literal.length <= 15 && !literal.includes('/'));
  return isName && literals.length > 0 ? name : [];
}

/** With `end` behind it. */
export function append(pattern: Pattern, end: ByteString): Pattern {
  return normal([...pattern, { literal: end }]);
}

/** The bytes of a text without wildcards; `undefined` where there are some. */
export function literalOf(pattern: Pattern): ByteString | undefined {
  const [first] = pattern;
  if (first === undefined) return '';
  return pattern.length === 1 && typeof first === 'object' ? first.literal : undefined;
}

/** What a modifier cannot be applied to. */
export class PatternError extends Error {}

/** The bytes to encode. Wildcards have no code. */
function toEncode(pattern: Pattern, modifier: string): Buffer {
  const bytes = literalOf(pattern);
  if (bytes === undefined) throw new PatternError(`${modifier} cannot encode a text with wildcards`);
  return Buffer.from(bytes, 'latin1');
}

export function base64(pattern: Pattern): Pattern {
  return literalPattern(toEncode(pattern, 'base64').toString('base64'));
}

/**
 * What a text becomes in the middle of a longer one that is encoded: by how many bytes stand before it, without
 * the letters at both ends that depend on its neighbours.
 */
export function base64Offsets(pattern: Pattern): Pattern[] {
  const bytes = toEncode(pattern, 'base64offset');
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const start = [0, 2, 3][before] as number;
    const rest = (before + bytes.length) % 3;
    const end = encoded.length - ([0, 3, 2][rest] as number);
    return literalPattern(encoded.slice(start, end));
  });
}

/** In UTF-16, wildcards between the characters left as they are. */
export function utf16(pattern: Pattern, order: 'little' | 'big', mark: boolean): Pattern {
  const pieces = pattern.map((piece): Piece => {
    if (typeof piece === 'string') return piece;
    const bytes = Buffer.from(Buffer.from(piece.literal, 'latin1').toString('utf8'), 'utf16le');
    return { literal: (order === 'big' ? bytes.swap16() : bytes).toString('latin1') };
  });
  return normal(mark ? [{ literal: '\xff\xfe' }, ...pieces] : pieces);
}

const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'].map(bytesOfText);
/** A dash or slash that begins an option: no letter before it, a letter behind it. */
const OPTION = /\B[-/]\b/g;
/** Five forms for each dash; a value with more dashes than this would become too many. */
const MOST_DASHES = 4;

/** With every dash that begins an option in each of its forms. */
export function windash(pattern: Pattern): Pattern[] {
  let forms: Pattern[] = [[]];
  let dashes = 0;
  for (const piece of pattern) {
    if (typeof piece === 'string') {
      forms = forms.map((form) => [...form, piece]);
      continue;
    }
    let copied = 0;
    for (const { index } of piece.literal.matchAll(OPTION)) {
      if (++dashes > MOST_DASHES) throw new PatternError(`windash with more than ${MOST_DASHES} dashes`);
      const before = piece.literal.slice(copied, index);
      forms = forms.flatMap((form) => DASHES.map((dash) => [...form, { literal: before + dash }]));
      copied = index + 1;
    }
    const rest = piece.literal.slice(copied);
    forms = forms.map((form) => [...form, { literal: rest }]);
  }
  return forms.map(normal);
}
