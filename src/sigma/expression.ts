/** Conditions of Lanner's that are being put together, and their text. */
import { bytesOfText, textOfBytes } from '../rules/source/byte-text.ts';

/** `tokens` are the words of a check as a condition has them: between them, lines may be broken. */
export type Expression =
  | boolean
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'check'; readonly tokens: readonly string[] };

export function check(...tokens: readonly string[]): Expression {
  return { kind: 'check', tokens };
}

export function allOf(operands: readonly Expression[]): Expression {
  return junction('and', operands);
}

export function anyOf(operands: readonly Expression[]): Expression {
  return junction('or', operands);
}

export function not(operand: Expression): Expression {
  if (typeof operand === 'boolean') return !operand;
  return operand.kind === 'not' ? operand.operand : { kind: 'not', operand };
}

/** Without what is constant, and without junctions in junctions of the same kind. */
function junction(kind: 'and' | 'or', operands: readonly Expression[]): Expression {
  const neutral = kind === 'and';
  const kept: Expression[] = [];
  for (const operand of operands) {
    if (operand === neutral) continue;
    if (typeof operand === 'boolean') return operand;
    if (operand.kind === kind) kept.push(...operand.operands);
    else kept.push(operand);
  }
  const [first] = kept;
  if (first === undefined) return neutral;
  return kept.length === 1 ? first : { kind, operands: kept };
}

/** A check of one field with one value or several; one suffices. */
export function compare(field: string, operator: string, values: readonly string[]): Expression {
  const literals = [...new Set(values)].map(quote);
  const [first = '""'] = literals;
  if (literals.length === 1) return check(field, operator, first);
  const items = literals.map((literal, index) => {
    const opened = index === 0 ? `(${literal}` : literal;
    return index === literals.length - 1 ? `${opened})` : `${opened},`;
  });
  return operator === '='
    ? check(field, 'in', ...items)
    : check(field, `${operator} ${operator === 'in' ? '' : 'anyof'}`.trim(), ...items);
}

/** The words of a condition. */
export function words(expression: Expression): string[] {
  if (typeof expression === 'boolean') throw new Error('a constant is no condition');
  switch (expression.kind) {
    case 'check':
      return [...expression.tokens];
    case 'not':
      return ['not', ...operandWords(expression.operand)];
    default:
      return expression.operands.flatMap((operand, index) =>
        index === 0 ? operandWords(operand) : [expression.kind, ...operandWords(operand)],
      );
  }
}

function operandWords(operand: Expression): string[] {
  const inner = words(operand);
  if (typeof operand === 'boolean' || operand.kind === 'check' || operand.kind === 'not') return inner;
  const last = inner.length - 1;
  inner[0] = `(${inner[0]}`;
  inner[last] = `${inner[last]})`;
  return inner;
}

/** What the rule language writes as one letter. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  '"': '\\"',
};

/**
 * A literal in quotes for a byte string. The backslash at the end goes by its number, since a quote behind a
 * backslash does not close.
 */
export function quote(bytes: string): string {
  const text = textOfBytes(bytes);
  const readable = bytesOfText(text) === bytes ? text : bytes;
  const isText = readable === text;
  const escaped = [...readable].map((char, index, all) => {
    if (char === '\\' && index === all.length - 1) return '\\x5c';
    if (ESCAPES[char] !== undefined) return ESCAPES[char];
    const code = char.codePointAt(0) as number;
    const isPlain = code >= 0x20 && code !== 0x7f && (code < 0x80 || (isText && !isOdd(code)));
    return isPlain ? char : hex(isText ? bytesOfText(char) : char);
  });
  return `"${escaped.join('')}"`;
}

/** Control characters, separators of lines, marks of byte order: what editors and YAML do not show as it is. */
function isOdd(code: number): boolean {
  return (
    (code >= 0x80 && code < 0xa0) || code === 0x2028 || code === 0x2029 || code === 0xfeff || code === 0xfffd
  );
}

function hex(bytes: string): string {
  return [...bytes].map((byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
}
