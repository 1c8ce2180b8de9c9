/** One value of Sigma's against one field of Lanner's. */
import { RE2JS, RE2JSException } from 're2js';
import { toText } from '../events/bytes.ts';
import { bytesOfText } from '../rules/source/byte-text.ts';
import { allOf, anyOf, check, compare, type Expression, quote } from './expression.ts';
import { append, literalOf, type Pattern, type Piece } from './pattern.ts';
import type { Place } from './places.ts';

/** A value that no condition of Lanner's can ask for; the message says why. */
export class Inexpressible extends Error {}

/** Whether a place holds a text that fits one of the patterns. */
export function textCheck(place: Place, patterns: readonly Pattern[], cased: boolean): Expression {
  const byOperator = new Map<string, string[]>();
  let exists = false;
  for (const pattern of patterns.flatMap((each) => withEndings(each, place.ending))) {
    if (pattern.some((piece) => typeof piece === 'object' && piece.literal.includes('\0')))
      throw new Inexpressible('texts of events have no NUL bytes (utf16 without base64)');
    if (pattern.length === 1 && pattern[0] === '*') {
      exists = true;
      continue;
    }
    const [operator, literal] = operation(pattern, cased);
    const literals = byOperator.get(operator) ?? [];
    byOperator.set(operator, [...literals, literal]);
  }
  const checks = [...byOperator].map(([operator, literals]) => compare(place.expression, operator, literals));
  if (exists) checks.push(check(place.expression, 'exists'));
  return allOf([place.where ?? true, anyOf(checks)]);
}

/** The pattern as Lanner's text may end. */
function withEndings(pattern: Pattern, ending: Place['ending']): Pattern[] {
  const last = pattern.at(-1);
  if (ending === undefined || typeof last !== 'object' || last.literal.endsWith(ending.text))
    return [pattern];
  if (ending.always) return [append(pattern, ending.text)];
  // With a blank in it there is more than one word, and then there is nothing behind the last.
  const isOneWord = pattern.every((piece) => typeof piece === 'string' || !piece.literal.includes(' '));
  return isOneWord ? [pattern, append(pattern, ending.text)] : [pattern];
}

/** The simplest operator for a pattern, and what stands on its right. */
function operation(pattern: Pattern, cased: boolean): [operator: string, literal: string] {
  if (!cased && pattern.some(foldsBeyondAscii)) return ['regex', wholeRegex(pattern, false)];
  // A question mark is a character, not a byte.
  if (pattern.includes('?')) return ['regex', wholeRegex(pattern, cased)];
  const sensitive =
    cased || !pattern.some((piece) => typeof piece === 'object' && /[a-z]/i.test(piece.literal));
  const before = pattern[0] === '*';
  const behind = pattern.length > 1 && pattern.at(-1) === '*';
  const inner = literalOf(pattern.slice(before ? 1 : 0, behind ? -1 : undefined));
  if (inner !== undefined && before && behind) return [sensitive ? 'contains' : 'icontains', inner];
  if (inner !== undefined && sensitive) return [before ? 'endswith' : behind ? 'startswith' : '=', inner];
  return [sensitive ? 'glob' : 'iglob', pattern.map(globPiece).join('')];
}

/** Letters beyond ASCII have two cases too, of which Lanner's operators know nothing. */
function foldsBeyondAscii(piece: Piece): boolean {
  if (typeof piece === 'string' || !/[\x80-\xff]/.test(piece.literal)) return false;
  const written = toText(piece.literal).replace(/[^\x80-\u{10ffff}]/gu, '');
  return written.toLowerCase() !== written.toUpperCase();
}

function globPiece(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.literal.replace(/[*?[\\]/g, '\\$&');
}

function wholeRegex(pattern: Pattern, cased: boolean): string {
  const body = pattern.map((piece) => {
    if (piece === '*') return '.*';
    return piece === '?' ? '.' : bytesOfText(RE2JS.quote(toText(piece.literal)));
  });
  return `(?s${cased ? '' : 'i'})${body.join('')}`;
}

export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** Whether a regular expression fits a part of the text in a place. Throws {@link Inexpressible}. */
export function regexCheck(place: Place, expression: string, flags: RegexFlags): Expression {
  const inner = withEnds(expression, flags.m ? '' : (place.ending?.text ?? ''));
  try {
    RE2JS.compile(inner);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new Inexpressible(`RE2 does not have this regular expression: ${error.message}`);
  }
  // Lanner's operator wants the whole text to fit, and has ^ and $ stand for the ends of lines as well.
  const letters = `${flags.i ? 'i' : ''}${flags.s ? 's' : ''}${flags.m ? '' : '-m'}`;
  const whole = `(?s:.*)(?${letters}:${inner})(?s:.*)`;
  return allOf([place.where ?? true, check(place.expression, 'regex', quote(bytesOfText(whole)))]);
}

/** `$` also stands before a newline at the end, as in PCRE, and before what Lanner's text ends with. */
function withEnds(expression: string, ending: string): string {
  let inClass = false;
  let result = '';
  for (let at = 0; at < expression.length; at++) {
    const char = expression.charAt(at);
    if (char === '\\') {
      result += char + expression.charAt(++at);
      continue;
    }
    if (char === '[' && !inClass) inClass = true;
    else if (char === ']' && inClass) inClass = false;
    result += char === '$' && !inClass ? `(?:${ending === '' ? '' : `${ending}?`}\\n?$)` : char;
  }
  return result;
}

/** Whether the field is one of these addresses, or begins with these parts of one. */
export function addressCheck(field: string, network: string, patterns: readonly Pattern[]): Expression {
  const addresses: string[] = [];
  const networks: string[] = [];
  for (const pattern of patterns) {
    const literal = literalOf(pattern);
    if (literal !== undefined) addresses.push(literal);
    else networks.push(networkOf(pattern));
  }
  return anyOf([
    addresses.length === 0 ? false : compare(field, '=', addresses),
    networks.length === 0 ? false : networkCheck(network, networks),
  ]);
}

export function networkCheck(field: string, networks: readonly string[]): Expression {
  return compare(field, '=', networks);
}

/** `10.` or `192.168.` and anything behind it. */
function networkOf(pattern: Pattern): string {
  const [first, second] = pattern;
  const start = pattern.length === 2 && second === '*' && typeof first === 'object' ? first.literal : '';
  const numbers = /^((?:\d{1,3}\.){1,3})$/.test(start) ? start.split('.').slice(0, -1) : [];
  if (numbers.length === 0 || numbers.some((each) => Number(each) > 255))
    throw new Inexpressible('addresses are compared as a whole or by network, not by parts of their text');
  return `${[...numbers, 0, 0, 0].slice(0, 4).join('.')}/${numbers.length * 8}`;
}

const HOST_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * Whether the host is one of these. `note` is told where only the name itself is looked for, though Sigma would
 * look for longer ones.
 */
export function hostCheck(
  field: string,
  patterns: readonly Pattern[],
  note: (text: string) => void,
): Expression {
  const names = patterns.map((pattern) => {
    const literal = literalOf(pattern);
    const inner = literalOf(pattern.filter((piece) => piece !== '*'));
    const name = (literal ?? inner ?? '').toLowerCase();
    if (pattern.includes('?') || !HOST_NAME.test(name))
      throw new Inexpressible('names of hosts are known only where a rule has them in full');
    if (literal === undefined) note(`${name}: this host alone is looked for, not longer names`);
    return name;
  });
  return compare(field, '=', names);
}
