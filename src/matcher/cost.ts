/**
 * What a condition costs to try, in the unit of {@link Field.cost}. Only the order in which operands are
 * tried depends on it, never the result.
 */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type {
  Condition,
  Expression,
  ListOperator,
  ScalarOperator,
  TransformOperand,
} from '../rules/checked.ts';
import { readableField } from './catalog.ts';

/** Cost of an operator beyond reading its operands; 0 for those not named. */
const OPERATOR_COST: Readonly<Partial<Record<ScalarOperator | ListOperator, number>>> = {
  contains: 0.5,
  bcontains: 0.5,
  icontains: 1.5,
  glob: 1.5,
  iglob: 1.5,
  pmatch: 2,
  regex: 10,
};

const TRANSFORM_COST = 1;

/**
 * How often a check holds: events are many and what a rule names is rare, so a test for something mostly
 * fails. Nothing more is known of the events.
 */
const HOLDS = 0.1;
/** How often a check holds that only asks whether there is a value, or for any other one. */
const HOLDS_MOSTLY = 1 - HOLDS;

/** Even what is nearly always so decides a condition now and then: keeps divisors above zero. */
const LEAST_CHANCE = 0.01;

/** Costs of conditions, and how likely they hold. What was once computed is remembered, since macros are shared by many rules. */
export class CostModel {
  readonly #catalog: FieldCatalog<Field>;
  readonly #costs = new WeakMap<Condition, number>();
  readonly #likelihoods = new WeakMap<Condition, number>();

  constructor(catalog: FieldCatalog<Field>) {
    this.#catalog = catalog;
  }

  /**
   * Operands of `and` or `or` in the order in which they cost least: first what is cheap and likely to decide
   * the whole, which one that fails does for `and`, and one that holds for `or`. Equal ones stay as the
   * author ordered them.
   */
  order(kind: 'and' | 'or', operands: readonly Condition[]): Condition[] {
    const rank = (operand: Condition): number => this.cost(operand) / this.#decides(kind, operand);
    return [...operands].sort((a, b) => rank(a) - rank(b));
  }

  #decides(kind: 'and' | 'or', operand: Condition): number {
    const likelihood = this.likelihood(operand);
    return Math.max(kind === 'and' ? 1 - likelihood : likelihood, LEAST_CHANCE);
  }

  /** How often the condition holds, as far as its form tells: from 0 to 1. */
  likelihood(condition: Condition): number {
    let likelihood = this.#likelihoods.get(condition);
    if (likelihood === undefined) {
      likelihood = this.#estimate(condition);
      this.#likelihoods.set(condition, likelihood);
    }
    return likelihood;
  }

  #estimate(condition: Condition): number {
    switch (condition.kind) {
      case 'not':
        return 1 - this.likelihood(condition.operand);
      case 'and':
        return condition.operands.reduce((all, operand) => all * this.likelihood(operand), 1);
      case 'or':
        return 1 - condition.operands.reduce((none, operand) => none * (1 - this.likelihood(operand)), 1);
      case 'exists':
        return HOLDS_MOSTLY;
      case 'scalar':
        return condition.operator === '!=' ? HOLDS_MOSTLY : HOLDS;
      case 'list':
        return HOLDS;
    }
  }

  cost(condition: Condition): number {
    let cost = this.#costs.get(condition);
    if (cost === undefined) {
      cost = this.#compute(condition);
      this.#costs.set(condition, cost);
    }
    return cost;
  }

  #compute(condition: Condition): number {
    switch (condition.kind) {
      case 'not':
        return this.cost(condition.operand);
      case 'and':
      case 'or':
        return this.#sequence(condition.kind, condition.operands);
      case 'exists':
        return this.#expression(condition.left);
      case 'scalar':
      case 'list': {
        const { left, right, operator } = condition;
        const rightCost = right.kind === 'values' ? 0 : this.#expression(right);
        return this.#expression(left) + (OPERATOR_COST[operator] ?? 0) + rightCost;
      }
    }
  }

  /** An operand costs as often as those before it have not decided. */
  #sequence(kind: 'and' | 'or', operands: readonly Condition[]): number {
    let sum = 0;
    let isAsked = 1;
    for (const operand of this.order(kind, operands)) {
      sum += isAsked * this.cost(operand);
      isAsked *= 1 - this.#decides(kind, operand);
    }
    return sum;
  }

  #expression(expression: Expression): number {
    return expression.kind === 'field'
      ? readableField(this.#catalog, expression.field).cost
      : TRANSFORM_COST + this.#operands(expression.operands);
  }

  #operands(operands: readonly TransformOperand[]): number {
    return operands.reduce((sum, operand) => {
      if (operand.kind === 'literal') return sum;
      return sum + (operand.kind === 'list' ? this.#operands(operand.items) : this.#expression(operand));
    }, 0);
  }
}
