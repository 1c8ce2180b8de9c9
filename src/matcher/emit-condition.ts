/** Code that decides conditions. */
import type { Field, FieldCatalog, Scalar } from '../fields/field.ts';
import type {
  Condition,
  Expression,
  ListCheck,
  ScalarCheck,
  ScalarOperator,
  Value,
} from '../rules/checked.ts';
import {
  type Comparable,
  compareValues,
  compileMembership,
  compileModified,
  compileTest,
  isNetwork,
  type Test,
} from './comparisons.ts';
import type { Constants } from './constants.ts';
import type { CostModel } from './cost.ts';
import { ExpressionEmitter } from './emit-expression.ts';
import type { MemoFunctions } from './memo.ts';
import { allAmong, anyAmong, anyCandidate, everyCandidate, guardType, hasCandidate } from './runtime.ts';
import { bytesAsText } from './transformers.ts';

/** Up to this many values are compared one by one; more go into a set. */
const FEW_VALUES = 3;

/** JavaScript for the operators that need no preparation, with the operands in the variables `v` and `w`. */
const INLINE: Readonly<Partial<Record<ScalarOperator, (right: string) => string>>> = {
  '=': (right) => `v === ${right}`,
  '!=': (right) => `v !== ${right}`,
  '<': (right) => `v < ${right}`,
  '<=': (right) => `v <= ${right}`,
  '>': (right) => `v > ${right}`,
  '>=': (right) => `v >= ${right}`,
  contains: (right) => `v.includes(${right})`,
  bcontains: (right) => `v.includes(${right})`,
  startswith: (right) => `v.startsWith(${right})`,
  bstartswith: (right) => `v.startsWith(${right})`,
  endswith: (right) => `v.endsWith(${right})`,
};

/** What the functions of one rule set have in common. */
export interface EmitterParts {
  readonly catalog: FieldCatalog<Field>;
  readonly costs: CostModel;
  /** Remembers what has been decided and read of an event; without it all is done anew. */
  readonly memo?: MemoFunctions;
  /** Conditions that occur several times, as those of macros do. */
  readonly shared: ReadonlySet<Condition>;
}

/**
 * Turns conditions into JavaScript expressions over `context` and the variables `v` and `w`, which hold the
 * operands of one check at a time. Shared conditions become functions of their own and are decided once per event:
 * code and time grow with what was written, not with what macros stand for.
 */
export class ConditionEmitter {
  readonly #parts: EmitterParts;
  readonly #constants: Constants;
  readonly #expressions: ExpressionEmitter;

  /** `constants` are those of the function that is being written. */
  constructor(parts: EmitterParts, constants: Constants) {
    this.#parts = parts;
    this.#constants = constants;
    this.#expressions = new ExpressionEmitter(parts.catalog, constants, parts.memo);
  }

  emit(condition: Condition): string {
    const { memo, shared } = this.#parts;
    if (memo === undefined || !shared.has(condition)) return this.#inline(condition);
    const decided = memo.of(condition, (constants) =>
      new ConditionEmitter(this.#parts, constants).#inline(condition),
    );
    return `${this.#constants.bind(decided)}(context)`;
  }

  #inline(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
        return this.#junction('and', condition.operands);
      case 'or':
        return this.#junction('or', condition.operands);
      case 'not':
        return `!(${this.emit(condition.operand)})`;
      case 'exists':
        return this.#multiplicity(condition.left)
          ? this.#call(hasCandidate, this.#expressions.emit(condition.left))
          : `${this.#expressions.emit(condition.left)} !== undefined`;
      case 'scalar':
        return this.#scalar(condition);
      case 'list':
        return this.#list(condition);
    }
  }

  #junction(kind: 'and' | 'or', operands: readonly Condition[]): string {
    const ordered = this.#parts.costs.order(kind, operands);
    return ordered.map((operand) => `(${this.emit(operand)})`).join(kind === 'and' ? ' && ' : ' || ');
  }

  #scalar(check: ScalarCheck): string {
    const { left, operator, modifier, right } = check;
    if (right.kind !== 'values') return this.#fieldToField(left, operator, right);
    if (modifier === undefined && right.values.length === 1) {
      return this.#literal(left, operator, right.values[0] as Value);
    }
    const tests = right.values.map((value) => compileTest(operator, value));
    return this.#prepared(left, operator, compileModified(modifier ?? 'anyof', tests), right.values);
  }

  /** A comparison with one literal, spelled out where there is nothing to prepare. */
  #literal(left: Expression, operator: ScalarOperator, value: Value): string {
    const inline = INLINE[operator];
    if (!inline || isNetwork(value) || isDynamic(left) || this.#hasSeveralValues(left)) {
      return this.#prepared(left, operator, compileTest(operator, value), [value]);
    }
    const test = inline(this.#constants.literal(bytesAsText(value)));
    return `${this.#assign('v', left)} !== undefined && ${test}`;
  }

  /** A comparison by a prepared test. */
  #prepared(left: Expression, operator: ScalarOperator | 'in', test: Test, values: readonly Value[]): string {
    const guarded = isDynamic(left) ? guardType(operator, literalType(values), test) : test;
    const name = this.#constants.bind(guarded);
    const multiplicity = this.#multiplicity(left);
    if (multiplicity === 'ends' && operator === '!=') {
      return this.#call(everyCandidate, this.#expressions.emit(left), name);
    }
    if (multiplicity || left.isList) return this.#call(anyCandidate, this.#expressions.emit(left), name);
    return `${this.#assign('v', left)} !== undefined && ${name}(v)`;
  }

  #fieldToField(left: Expression, operator: ScalarOperator, right: Expression): string {
    const inline = this.#hasSeveralValues(left) ? undefined : INLINE[operator];
    const both = `${this.#assign('v', left)} !== undefined && ${this.#assign('w', right)} !== undefined`;
    if (inline) return `${both} && ${inline('w')}`;
    const all = this.#multiplicity(left) === 'ends' && operator === '!=' ? everyCandidate : anyCandidate;
    const compare = this.#call(compareValues, this.#constants.bind(operator), 'each', 'w');
    return `${both} && ${this.#call(all, 'v', `(each) => ${compare}`)}`;
  }

  #list(check: ListCheck): string {
    const { left, operator, right } = check;
    const quantifier = left.isList && operator === 'in' ? 'every' : 'some';
    if (right.kind !== 'values') {
      const among = quantifier === 'every' ? allAmong : anyAmong;
      return this.#call(among, this.#expressions.emit(left), this.#expressions.emit(right));
    }
    if (left.isList) {
      const test = this.#constants.bind(compileMembership(operator, right.values));
      return `${this.#assign('v', left)} !== undefined && v.${quantifier}((each) => ${test}(each))`;
    }
    const isPlain = operator !== 'pmatch' && !right.values.some(isNetwork);
    if (!isPlain || isDynamic(left) || this.#hasSeveralValues(left)) {
      return this.#prepared(left, 'in', compileMembership(operator, right.values), right.values);
    }
    return this.#membership(left, new Set(right.values.map((value) => bytesAsText(value as Scalar))));
  }

  /** Whether the one value of `left` is among some; a missing value is not. */
  #membership(left: Expression, members: ReadonlySet<Comparable>): string {
    const value = this.#expressions.emit(left);
    if (members.size === 0 || members.size > FEW_VALUES) {
      return `${this.#constants.bind(members)}.has(${value})`;
    }
    const [first, ...others] = [...members].map((member) => this.#constants.literal(member));
    return [`(v = ${value}) === ${first}`, ...others.map((other) => `v === ${other}`)].join(' || ');
  }

  #multiplicity(left: Expression): Field['multiplicity'] {
    return left.kind === 'field' ? this.#expressions.field(left).multiplicity : undefined;
  }

  #hasSeveralValues(left: Expression): boolean {
    return left.isList || this.#multiplicity(left) !== undefined;
  }

  #assign(variable: 'v' | 'w', expression: Expression): string {
    return `(${variable} = ${this.#expressions.emit(expression)})`;
  }

  #call(callee: unknown, ...values: readonly string[]): string {
    return `${this.#constants.bind(callee)}(${values.join(', ')})`;
  }
}

function literalType(values: readonly Value[]): 'string' | 'number' {
  return typeof values[0] === 'number' || typeof values[0] === 'bigint' ? 'number' : 'string';
}

/** The type is known only when the event is seen, also where the rule language could guess it. */
function isDynamic(left: Expression): boolean {
  return left.kind === 'field' && left.field.type === 'DYN';
}
