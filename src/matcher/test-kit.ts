/** For the tests of this room: a small catalogue, events as plain records, and short ways to write conditions. */
import type { Field, FieldCatalog, FieldValue, ValueType } from '../fields/field.ts';
import type {
  CheckedRule,
  Condition,
  Expression,
  FieldExpression,
  ListModifier,
  ListOperator,
  OutputSegment,
  ScalarOperator,
  TransformerName,
  TransformOperand,
  Value,
} from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';

export type TestValues = Readonly<Record<string, FieldValue>>;

const valuesOf = new WeakMap<EventContext, TestValues>();

/** An event that has exactly the given values, by field name. */
export function testEvent(values: TestValues, code = 1): EventContext {
  const context = { event: { code, wallTime: 0n }, system: { hostname: 'test' } } as EventContext;
  valuesOf.set(context, values);
  return context;
}

/** How often each field was read since the start. */
export const reads = new Map<string, number>();

function testField(name: string, type: ValueType, more: Partial<Field> = {}): Field {
  return {
    name,
    type,
    isList: false,
    argument: { presence: 'optional', kind: 'index or key' },
    description: 'For tests.',
    fieldClass: 'test',
    sources: [],
    cost: 1,
    read(context, argument) {
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return valuesOf.get(context)?.[argument === undefined ? name : `${name}[${argument}]`];
    },
    ...more,
  };
}

const FIELDS: readonly Field[] = [
  testField('t.name', 'CHARBUF'),
  testField('t.other', 'CHARBUF', { cost: 2 }),
  testField('t.path', 'FSPATH', { cost: 5 }),
  testField('t.number', 'INT64'),
  testField('t.big', 'UINT64', { cost: 4 }),
  testField('t.ratio', 'DOUBLE'),
  testField('t.flag', 'BOOL'),
  testField('t.ip', 'IPADDR'),
  testField('t.net', 'IPNET'),
  testField('t.port', 'PORT', { multiplicity: 'ends', cost: 2 }),
  testField('t.ends', 'IPNET', { multiplicity: 'ends', cost: 2 }),
  testField('t.ancestor', 'CHARBUF', { multiplicity: 'any', cost: 8 }),
  testField('t.list', 'CHARBUF', { isList: true, cost: 3 }),
  testField('t.numbers', 'UINT64', { isList: true }),
  testField('t.addresses', 'IPNET', { isList: true }),
  testField('t.buffer', 'BYTEBUF', { cost: 3 }),
  testField('t.raw', 'DYN', { cost: 2 }),
];

export const testCatalog: FieldCatalog<Field> = {
  fields: FIELDS,
  find(name) {
    const field = FIELDS.find((candidate) => candidate.name === name);
    return field && { field, argument: undefined };
  },
};

const location = { file: 'test.yaml', line: 1, column: 1, offset: 0 };

export function field(name: string, argument?: string): FieldExpression {
  const found = FIELDS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`the test catalogue has no field ${name}`);
  return { kind: 'field', field: found, argument, type: found.type, isList: found.isList, location };
}

/** A transformer; `type` and `isList` as the rule language works them out. */
export function transform(
  name: TransformerName,
  operands: readonly TransformOperand[],
  more: { argument?: string; type?: ValueType; isList?: boolean } = {},
): Expression {
  const { argument, type = 'CHARBUF', isList = false } = more;
  return { kind: 'transform', name, operands, argument, type, isList, location };
}

export function literal(value: string | number): TransformOperand {
  return { kind: 'literal', value };
}

function expression(left: string | Expression): Expression {
  return typeof left === 'string' ? field(left) : left;
}

/** `left operator right`; several values under a modifier. */
export function check(
  left: string | Expression,
  operator: ScalarOperator,
  right: Value | readonly Value[] | Expression,
  modifier?: ListModifier,
): Condition {
  return { kind: 'scalar', left: expression(left), operator, modifier, right: rightSide(right), location };
}

export function among(
  left: string | Expression,
  operator: ListOperator,
  right: readonly Value[] | Expression,
): Condition {
  return { kind: 'list', left: expression(left), operator, right: rightSide(right), location };
}

function rightSide(right: Value | readonly Value[] | Expression) {
  if (typeof right === 'object' && 'kind' in right) return right;
  return { kind: 'values' as const, values: Array.isArray(right) ? right : [right as Value] };
}

export function exists(left: string | Expression): Condition {
  return { kind: 'exists', left: expression(left), location };
}

export const and = (...operands: Condition[]): Condition => ({ kind: 'and', operands });
export const or = (...operands: Condition[]): Condition => ({ kind: 'or', operands });
export const not = (operand: Condition): Condition => ({ kind: 'not', operand });

export function rule(name: string, condition: Condition, more: Partial<CheckedRule> = {}): CheckedRule {
  return {
    name,
    description: '',
    priority: 'Warning',
    source: 'syscall',
    tags: [],
    enabled: true,
    capture: false,
    captureDuration: 0,
    condition,
    output: '',
    outputSegments: [] satisfies OutputSegment[],
    eventCodes: new Set([1]),
    location,
    ...more,
  };
}

/** Bytes of an IPv4 address. */
export function ipv4(a: number, b: number, c: number, d: number): string {
  return String.fromCharCode(a, b, c, d);
}
