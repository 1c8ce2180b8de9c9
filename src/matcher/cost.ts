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

export function conditionCost(condition: Condition, catalog: FieldCatalog<Field>): number {
  switch (condition.kind) {
    case 'not':
      return conditionCost(condition.operand, catalog);
    case 'and':
    case 'or':
      return condition.operands.reduce((sum, operand) => sum + conditionCost(operand, catalog), 0);
    case 'exists':
      return expressionCost(condition.left, catalog);
    case 'scalar':
    case 'list': {
      const { left, right, operator } = condition;
      const rightCost = right.kind === 'values' ? 0 : expressionCost(right, catalog);
      return expressionCost(left, catalog) + (OPERATOR_COST[operator] ?? 0) + rightCost;
    }
  }
}

export function expressionCost(expression: Expression, catalog: FieldCatalog<Field>): number {
  return expression.kind === 'field'
    ? readableField(catalog, expression.field).cost
    : TRANSFORM_COST + operandsCost(expression.operands, catalog);
}

function operandsCost(operands: readonly TransformOperand[], catalog: FieldCatalog<Field>): number {
  return operands.reduce((sum, operand) => {
    if (operand.kind === 'literal') return sum;
    return (
      sum +
      (operand.kind === 'list' ? operandsCost(operand.items, catalog) : expressionCost(operand, catalog))
    );
  }, 0);
}

/** Operands from the cheapest to the dearest; equal ones stay as the author ordered them. */
export function cheapestFirst(
  operands: readonly Condition[],
  catalog: FieldCatalog<Field>,
): readonly Condition[] {
  return operands
    .map((operand) => ({ operand, cost: conditionCost(operand, catalog) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ operand }) => operand);
}
