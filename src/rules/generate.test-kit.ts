/** Random conditions and texts for property tests and fuzzing; the same seed gives the same ones. */
import type { ConditionNode, ExpressionNode, OperandNode, ValueNode } from './syntax/nodes.ts';
import { mapped } from './test-kit.ts';

/** Pseudo-random numbers in [0, 1) (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}

const SPAN = { text: mapped('generated'), start: 0, end: 0, size: 1, height: 1 };
const STRING_OPERATORS = ['=', '==', '!=', 'glob', 'contains', 'startswith', 'endswith', 'regex', 'iglob'];
const FIELDS = ['proc.name', 'fd.name', 'evt.type', 'proc.aname', 'user.name', 'a.b.c_d'];
const LETTERS = [...'abcxyz0189/.-_*?[]{}|+$%&;<>!#@~^`', 'é', '€'];
const QUOTED_LETTERS = [...LETTERS, ' ', '(', ')', ',', '=', "'", '"', '\t', '\n', '\r', '\b', '\f', '\\'];

/** A random condition. Values are such that their printed form can be read again. */
export function randomCondition(random: Random, depth: number): ConditionNode {
  const kind = depth === 0 ? 'leaf' : random.pick(['and', 'or', 'not', 'leaf']);
  switch (kind) {
    case 'and':
    case 'or': {
      const operands = random.times(2 + random.below(3), () => randomCondition(random, depth - 1));
      return { kind, operands, ...SPAN };
    }
    case 'not': {
      const operand = randomCondition(random, depth - 1);
      return operand.kind === 'not' ? operand : { kind: 'not', operand, ...SPAN };
    }
    default:
      return randomLeaf(random);
  }
}

function randomLeaf(random: Random): ConditionNode {
  const left = randomExpression(random, 2);
  const check = { kind: 'check', left, operatorStart: 0, modifier: undefined, ...SPAN } as const;
  switch (random.below(7)) {
    case 0:
      return { kind: 'macro', name: random.pick(['container', 'spawned_process', 'x1']), ...SPAN };
    case 1:
      return { kind: 'exists', left, ...SPAN };
    case 2: {
      const value = random.pick(['0', '-15', '+3', '0x1F', '1.5', '2e+5']);
      return { ...check, operator: random.pick(['<', '<=', '>', '>=']), right: literal(value) };
    }
    case 3: {
      const operator = random.pick(['in', 'intersects', 'pmatch']);
      return { ...check, operator, right: randomList(random) };
    }
    case 4: {
      const modifier = random.pick(['oneof', 'anyof', 'allof'] as const);
      return { ...check, operator: random.pick(STRING_OPERATORS), modifier, right: randomList(random) };
    }
    case 5: {
      const operands = [randomField(random)];
      const right = { kind: 'transform', name: 'val', operands, argument: undefined, ...SPAN } as const;
      return { ...check, operator: random.pick(STRING_OPERATORS), right };
    }
    default:
      return { ...check, operator: random.pick(STRING_OPERATORS), right: literal(randomValue(random)) };
  }
}

function randomList(random: Random): { kind: 'list'; items: ValueNode[] } & typeof SPAN {
  return { kind: 'list', items: random.times(random.below(4), () => literal(randomValue(random))), ...SPAN };
}

function randomExpression(random: Random, depth: number): ExpressionNode {
  if (depth === 0 || random.chance(0.7)) return randomField(random);
  const inner = (): OperandNode => randomExpression(random, depth - 1);
  const text = (): OperandNode => literal(`${randomValue(random)} `);
  switch (random.below(4)) {
    case 0:
      return transform(random.pick(['tolower', 'toupper', 'b64', 'basename', 'len'] as const), [inner()]);
    case 1:
      return transform('concat', [inner(), text(), inner()]);
    case 2:
      return transform('join', [text(), { kind: 'operands', items: [inner(), literal('5')], ...SPAN }]);
    default:
      return { ...transform('getopt', [inner(), text()]), argument: random.pick([undefined, 'c']) };
  }
}

function transform(
  name: 'tolower' | 'toupper' | 'b64' | 'basename' | 'len' | 'concat' | 'join' | 'getopt',
  operands: OperandNode[],
): Extract<ExpressionNode, { kind: 'transform' }> {
  return { kind: 'transform', name, operands, argument: undefined, ...SPAN };
}

function randomField(random: Random): ExpressionNode {
  const argument = random.pick([undefined, undefined, '1', 'name', '/a/b', 'a b']);
  return { kind: 'field', name: random.pick(FIELDS), argument, ...SPAN };
}

function literal(value: string): ValueNode {
  return { kind: 'value', value, ...SPAN };
}

/**
 * A value whose printed form can be read again. Falco's printing cannot do so for the empty value, for
 * brackets and commas without anything that asks for quotes, and for a backslash at the end.
 */
function randomValue(random: Random): string {
  const quoted = random.chance(0.4);
  const letters = random.times(1 + random.below(8), () => random.pick(quoted ? QUOTED_LETTERS : LETTERS));
  const text = `${quoted ? ' ' : 'v'}${letters.join('')}`;
  const bytes = [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join('');
  return bytes.endsWith('\\') ? `${bytes}.` : bytes;
}

const TOKENS = [
  'and',
  'or',
  'not',
  '(',
  ')',
  'in',
  'exists',
  '=',
  '!=',
  'startswith',
  'oneof',
  'val(',
  'tolower(',
  'join(',
  'proc.name',
  'fd.name',
  'evt.type',
  'proc.aname[1]',
  '[',
  ']',
  '"',
  "'",
  '\\',
  ',',
  '%',
  '\n',
  '\t',
  ' ',
  '- ',
  ': ',
  '&a',
  '*a',
  '|',
  '>',
  '{',
  '}',
  '#',
  '---',
  '0x',
  '1e+5',
  '\u0000',
  '\ufeff',
  '\ud800',
  'é',
  '../',
  'regex',
  '(a*)*',
  'pmatch',
  '10.0.0.0/8',
  '<NA>',
  'override:',
  'append',
  'exceptions:',
  'values:',
] as const;

/** A text with some random changes: letters, pieces and tokens are put in, taken out, doubled or swapped. */
export function mutate(random: Random, text: string): string {
  let mutated = text;
  for (let change = 1 + random.below(4); change > 0; change--) {
    const at = random.below(mutated.length + 1);
    const to = Math.min(mutated.length, at + 1 + random.below(random.chance(0.1) ? mutated.length : 8));
    const [before, piece, after] = [mutated.slice(0, at), mutated.slice(at, to), mutated.slice(to)];
    switch (random.below(6)) {
      case 0:
        mutated = before + after;
        break;
      case 1:
        mutated = before + random.pick(TOKENS) + piece + after;
        break;
      case 2:
        mutated = before + piece + piece + after;
        break;
      case 3:
        mutated = before + String.fromCharCode(random.below(random.chance(0.8) ? 128 : 0x10000)) + after;
        break;
      case 4:
        mutated = before + piece.repeat(1 + random.below(20)) + after;
        break;
      default:
        mutated = after + piece + before;
    }
  }
  return mutated;
}
