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
 * How often the next operand of `and` or `or` is asked, once the one before it has been: nothing is known of
 * the events, so half the time.
 */
const NEXT_OPERAND = 0.5;

/** Costs of conditions. What was once computed is remembered, since macros are shared by many rules. */
export class CostModel {
  readonly #catalog: FieldCatalog<Field>;
  readonly #costs = new WeakMap<Condition, number>();

  constructor(catalog: FieldCatalog<Field>) {
    this.#catalog = catalog;
  }

  /** Operands from the cheapest to the dearest; equal ones stay as the author ordered them. */
  cheapestFirst(operands: readonly Condition[]): Condition[] {
    return [...operands].sort((a, b) => this.cost(a) - this.cost(b));
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
        return this.cheapestFirst(condition.operands).reduce(
          (sum, operand, index) => sum + this.cost(operand) * NEXT_OPERAND ** index,
          0,
        );
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
