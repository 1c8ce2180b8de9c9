/** Conditions back to text, in the form that Falco's `condition_compiled` has. */
import { textOfBytes } from '../source/byte-text.ts';
import { quoteIfNeeded } from './escapes.ts';
import type { ConditionNode, ExpressionNode, ListNode, OperandNode, ValueNode } from './nodes.ts';

/** A condition as text: `and` and `or` in parentheses, values quoted only where they must be. */
export function printCondition(node: ConditionNode): string {
  return textOfBytes(conditionText(node));
}

/** A field or transformer as text: the key of an output's field. */
export function printExpression(node: ExpressionNode): string {
  return textOfBytes(expressionText(node));
}

function conditionText(node: ConditionNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.operands.map(conditionText).join(` ${node.kind} `)})`;
    case 'not':
      return `not ${conditionText(node.operand)}`;
    case 'exists':
      return `${expressionText(node.left)} exists`;
    case 'check': {
      const modifier = node.modifier === undefined ? '' : ` ${node.modifier}`;
      return `${expressionText(node.left)} ${node.operator}${modifier} ${operandText(node.right)}`;
    }
    case 'macro':
      return node.name;
  }
}

function expressionText(node: ExpressionNode): string {
  if (node.kind === 'field') return node.name + argumentText(node.argument);
  return `${node.name}(${node.operands.map(operandText).join(',')})${argumentText(node.argument)}`;
}

function operandText(node: OperandNode | ListNode | ValueNode): string {
  switch (node.kind) {
    case 'value':
      return quoteIfNeeded(node.value);
    case 'list':
      return `(${node.items.map((item) => quoteIfNeeded(item.value)).join(', ')})`;
    case 'operands':
      return `(${node.items.map(operandText).join(',')})`;
    default:
      return expressionText(node);
  }
}

function argumentText(argument: string | undefined): string {
  if (argument === undefined) return '';
  return argument === '' ? '[""]' : `[${quoteIfNeeded(argument)}]`;
}
