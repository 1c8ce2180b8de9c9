/** What a condition names. */
import { textOfBytes } from '../source/byte-text.ts';
import type { ConditionNode, OperandNode } from '../syntax/nodes.ts';

export interface ConditionUses {
  /** Fields with their arguments, as written. */
  readonly fields: ReadonlySet<string>;
  /** Operators with their modifiers, as written. */
  readonly operators: ReadonlySet<string>;
  readonly macros: ReadonlySet<string>;
  /** Items of lists: before lists are put in, some are their names. */
  readonly listItems: ReadonlySet<string>;
}

export function usesOf(condition: ConditionNode): ConditionUses {
  const uses = {
    fields: new Set<string>(),
    operators: new Set<string>(),
    macros: new Set<string>(),
    listItems: new Set<string>(),
  };
  const visited = new Set<ConditionNode>();
  const visit = (node: ConditionNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const operand of node.operands) visit(operand);
        return;
      case 'not':
        visit(node.operand);
        return;
      case 'macro':
        uses.macros.add(node.name);
        return;
      case 'exists':
        addFields(node.left, uses.fields);
        uses.operators.add('exists');
        return;
      case 'check':
        addFields(node.left, uses.fields);
        uses.operators.add(node.modifier === undefined ? node.operator : `${node.operator} ${node.modifier}`);
        if (node.right.kind === 'list') {
          for (const { value } of node.right.items) uses.listItems.add(textOfBytes(value));
        } else {
          addFields(node.right, uses.fields);
        }
    }
  };
  visit(condition);
  return uses;
}

function addFields(node: OperandNode, fields: Set<string>): void {
  switch (node.kind) {
    case 'field': {
      const argument = node.argument === undefined || node.argument === '' ? '' : `[${node.argument}]`;
      fields.add(textOfBytes(node.name + argument));
      return;
    }
    case 'transform':
      for (const operand of node.operands) addFields(operand, fields);
      return;
    case 'operands':
      for (const item of node.items) addFields(item, fields);
      return;
    case 'value':
  }
}
