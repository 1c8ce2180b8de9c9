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

/** A field that may have one value or another is compared with both at once. */
export function anyOf(operands: readonly Expression[]): Expression {
  const joined = junction('or', operands);
  if (typeof joined === 'boolean' || joined.kind !== 'or') return joined;
  const values = new Map<string, string[]>();
  for (const operand of joined.operands) {
    const [field, value] = equality(operand) ?? [];
    if (field !== undefined && value !== undefined) values.set(field, [...(values.get(field) ?? []), value]);
  }
  const done = new Set<string>();
  const merged = joined.operands.flatMap((operand) => {
    const [field = ''] = equality(operand) ?? [];
    const alternatives = [...new Set(values.get(field))];
    if (alternatives.length < 2) return operand;
    if (done.has(field)) return [];
    done.add(field);
    return check(field, 'in', ...listWords(alternatives));
  });
  return junction('or', merged);
}

/** Field and literal of a check that compares them. */
function equality(expression: Expression): readonly [string, string] | undefined {
  if (typeof expression === 'boolean' || expression.kind !== 'check') return undefined;
  const [field = '', operator, literal = '', ...rest] = expression.tokens;
  if (operator !== '=' || rest.length > 0 || /^(?:val|tolower)\(/.test(literal)) return undefined;
  return [field, literal];
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

/** A check of one field with one value or several; one suffices. */
export function compare(field: string, operator: string, values: readonly string[]): Expression {
  const literals = [...new Set(values)].map(quote);
  const [first = '""'] = literals;
  if (literals.length === 1) return check(field, operator, first);
  const items = listWords(literals);
  if (operator === '=' || operator === 'in') return check(field, 'in', ...items);
  return check(field, operator, 'anyof', ...items);
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
