/** Random conditions over the fields of test-kit.ts, and events for them; the same seed gives the same ones. */
import type { FieldValue } from '../fields/field.ts';
import type { Condition, Expression, ListModifier, ScalarOperator, Value } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { among, check, exists, field, ipv4, literal, testCatalog, testEvent, transform } from './test-kit.ts';

/** Deterministic choices; see Tommy Ettinger's mulberry32. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  several<T>(values: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.of(values));
  }
}

const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'abc',
  'ABC',
  'bash',
  '/etc/a',
  '/etc/a/b',
  '/tmp',
  'YWI=',
  '\xc3\xa9',
  '\xff',
];
const PATTERNS = ['*', 'a*', '?', '[a-b]*', '*/a*', 'A?C', '\\a', '/etc/[!b]'];
const REGEXES = ['.*', 'a.?', '(a|b)+', '[^/]*', '/etc/.*', '^$', 'a$'];
const PATHS = ['/etc', '/', '/etc/a', '/tmp/x', '/*/a', 'a', '/e?c'];
const NUMBERS = [0, 1, 2, -1, 443, 2n ** 60n];
const ADDRESSES = [ipv4(10, 0, 0, 1), ipv4(10, 9, 9, 9), ipv4(127, 0, 0, 1), '\xfd'.padEnd(16, '\x01')];
const NETWORKS: Value[] = [
  { address: ipv4(10, 0, 0, 0), prefix: 8 },
  { address: ipv4(10, 0, 0, 0), prefix: 29 },
  { address: ipv4(0, 0, 0, 0), prefix: 0 },
  { address: '\xfd'.padEnd(16, '\0'), prefix: 7 },
];
const BUFFERS = TEXTS.map((text) => Buffer.from(text, 'latin1'));

const EQUALITY: readonly ScalarOperator[] = ['=', '!='];
const NUMERIC: readonly ScalarOperator[] = [...EQUALITY, '<', '<=', '>', '>='];
const MODIFIERS: readonly ListModifier[] = ['oneof', 'anyof', 'allof'];

function textExpression(choices: Choices): Expression {
  const plain = field(choices.of(['t.name', 't.other', 't.path']));
  switch (choices.below(10)) {
    case 0:
      return transform('tolower', [plain]);
    case 1:
      return transform('toupper', [plain]);
    case 2:
      return transform('basename', [plain]);
    case 3:
      return transform('b64', [plain]);
    case 4:
      return transform('concat', [plain, literal('b'), field('t.name')]);
    case 5:
      return transform('join', [
        literal('/'),
        { kind: 'list', items: [plain, literal(1), field('t.other')] },
      ]);
    case 6:
      return transform('getopt', [field('t.list'), literal('ab:c')], { argument: choices.of(['a', 'b']) });
    case 7:
      return field('t.ancestor', choices.of([undefined, '1']) as string);
    default:
      return plain;
  }
}

function textCheck(choices: Choices): Condition {
  const left = textExpression(choices);
  const operator = choices.of<ScalarOperator>([
    ...NUMERIC,
    'contains',
    'icontains',
    'startswith',
    'endswith',
    'glob',
    'iglob',
    'regex',
  ]);
  const literals = operator === 'regex' ? REGEXES : operator.endsWith('glob') ? PATTERNS : TEXTS;
  if (choices.below(4) === 0) {
    return check(left, operator, choices.several(literals, 3), choices.of(MODIFIERS));
  }
  if (choices.below(4) === 0 && operator !== 'regex') {
    return check(left, operator, transform('val', [field(choices.of(['t.name', 't.other']))]));
  }
  return check(left, operator, choices.of(literals));
}

function numericExpression(choices: Choices): Expression {
  switch (choices.below(5)) {
    case 0:
      return transform('len', [textExpression(choices)], { type: 'UINT64' });
    case 1:
      return transform('len', [field('t.list')], { type: 'UINT64' });
    default:
      return field(choices.of(['t.number', 't.big', 't.port', 't.ratio']));
  }
}

function listCheck(choices: Choices): Condition {
  const operator = choices.of(['in', 'intersects'] as const);
  switch (choices.below(6)) {
    case 0:
      return among('t.list', operator, choices.below(3) === 0 ? field('t.list') : choices.several(TEXTS, 6));
    case 1:
      return among('t.numbers', operator, choices.several(NUMBERS, 5));
    case 2:
      return among('t.addresses', operator, choices.several(NETWORKS, 3));
    case 3:
      return among(choices.of(['t.net', 't.ends']), operator, choices.several(NETWORKS, 3));
    case 4:
      return among(numericExpression(choices), operator, choices.several(NUMBERS, 5));
    default:
      return choices.below(2) === 0
        ? among(textExpression(choices), 'pmatch', choices.several(PATHS, 3))
        : among(textExpression(choices), operator, choices.several(TEXTS, 6));
  }
}

function anyCheck(choices: Choices): Condition {
  switch (choices.below(9)) {
    case 0:
      return exists(choices.of(testCatalog.fields).name);
    case 1:
      return check(numericExpression(choices), choices.of(NUMERIC), choices.of(NUMBERS));
    case 2:
      return check('t.flag', choices.of(EQUALITY), choices.of([true, false]));
    case 3:
      return check(choices.of(['t.net', 't.ends']), choices.of(EQUALITY), choices.of(NETWORKS));
    case 4:
      return check('t.ip', choices.of(EQUALITY), choices.of(ADDRESSES));
    case 5:
      return check(
        't.buffer',
        choices.of<ScalarOperator>([
          ...EQUALITY,
          'contains',
          'bcontains',
          'startswith',
          'bstartswith',
          'endswith',
        ]),
        choices.of([...TEXTS, ...BUFFERS]),
      );
    case 6:
      return choices.below(2) === 0
        ? check('t.raw', choices.of(NUMERIC), choices.of(NUMBERS))
        : check('t.raw', choices.of<ScalarOperator>([...NUMERIC, 'contains', 'glob']), choices.of(TEXTS));
    case 7:
      return listCheck(choices);
    default:
      return textCheck(choices);
  }
}

/** A condition of junctions up to `depth` deep; `macros` may occur in several places, as those of macros do. */
export function randomCondition(
  choices: Choices,
  depth: number,
  macros: readonly Condition[] = [],
): Condition {
  if (macros.length > 0 && choices.below(5) === 0) return choices.of(macros);
  const kind = choices.below(depth > 0 ? 5 : 1);
  if (kind < 2) return anyCheck(choices);
  if (kind === 2) return { kind: 'not', operand: randomCondition(choices, depth - 1, macros) };
  const operands = Array.from({ length: 2 + choices.below(3) }, () =>
    randomCondition(choices, depth - 1, macros),
  );
  return { kind: kind === 3 ? 'and' : 'or', operands };
}

/** An event with some of all values, of the given code. */
export function randomEvent(choices: Choices, code = 1): EventContext {
  const values: Record<string, FieldValue> = {
    't.name': choices.of(TEXTS),
    't.other': choices.of(TEXTS),
    't.path': choices.of(TEXTS),
    't.number': choices.of(NUMBERS),
    't.big': choices.of(NUMBERS),
    't.ratio': choices.of([0, 0.5, 1]),
    't.flag': choices.of([true, false]),
    't.ip': choices.of(ADDRESSES),
    't.net': choices.of(ADDRESSES),
    't.port': choices.several([0, 1, 2, 443], 2),
    't.ends': choices.several(ADDRESSES, 2),
    't.ancestor': choices.several(TEXTS, 4),
    't.ancestor[1]': choices.of(TEXTS),
    't.list': choices.several([...TEXTS, '-a', '-bx', '-ab', '--'], 4),
    't.numbers': choices.several(NUMBERS, 3),
    't.addresses': choices.several(ADDRESSES, 3),
    't.buffer': choices.of(BUFFERS),
    't.raw': choices.of([...TEXTS, ...NUMBERS]),
  };
  for (const name of Object.keys(values)) {
    if (choices.below(6) === 0) delete values[name];
  }
  return testEvent(values, code);
}
