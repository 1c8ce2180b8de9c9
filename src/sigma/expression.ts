/** Conditions of Lanner's that are being put together, and their text. */
import { bytesOfText, textOfBytes } from '../rules/source/byte-text.ts';

export type Expression =
  | boolean
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  /** Words of a check as a condition has them: between them, lines may be broken. */
  | { readonly kind: 'check'; readonly tokens: readonly string[] }
  | Comparison;

/** A field compared with literals, as they are written; one suffices. */
interface Comparison {
  readonly kind: 'comparison';
  readonly field: string;
  readonly operator: string;
  readonly literals: readonly string[];
}

export function check(...tokens: readonly string[]): Expression {
  return { kind: 'check', tokens };
}

export function allOf(operands: readonly Expression[]): Expression {
  return junction('and', operands);
}

/** What compares a field in one way with several literals becomes one comparison, in the place of the first. */
export function anyOf(operands: readonly Expression[]): Expression {
  const joined = junction('or', operands);
  if (typeof joined === 'boolean' || joined.kind !== 'or') return joined;
  const merged = new Map<unknown, Expression>();
  for (const operand of joined.operands) {
    const isComparison = typeof operand !== 'boolean' && operand.kind === 'comparison';
    const key = isComparison ? `${operand.field} ${operand.operator}` : operand;
    const before = merged.get(key);
    const joins = isComparison && typeof before === 'object' && before.kind === 'comparison';
    merged.set(key, joins ? { ...before, literals: [...before.literals, ...operand.literals] } : operand);
  }
  return junction('or', [...merged.values()]);
}

/** A list in parentheses. */
function listWords(items: readonly string[]): string[] {
  const last = items.length - 1;
  return items.map((item, index) => `${index === 0 ? '(' : ''}${item}${index === last ? ')' : ','}`);
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

/** A field compared with texts; one suffices. */
export function compare(field: string, operator: string, values: readonly string[]): Expression {
  return compareWith(field, operator, values.map(quote));
}

/** A field compared with literals as they are to be written: numbers, names of events. */
export function compareWith(field: string, operator: string, literals: readonly string[]): Expression {
  return { kind: 'comparison', field, operator, literals };
}

function comparisonWords({ field, operator, literals }: Comparison): string[] {
  const different = [...new Set(literals)];
  if (different.length === 1) return [field, operator, ...different];
  const items = listWords(different);
  return operator === '=' ? [field, 'in', ...items] : [field, operator, 'anyof', ...items];
}

/** The words of a condition. */
export function words(expression: Expression): string[] {
  if (typeof expression === 'boolean') throw new Error('a constant is no condition');
  switch (expression.kind) {
    case 'check':
      return [...expression.tokens];
    case 'comparison':
      return comparisonWords(expression);
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
  if (typeof operand === 'boolean' || (operand.kind !== 'and' && operand.kind !== 'or')) return inner;
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
