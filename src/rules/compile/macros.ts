/** Macros: every name in a condition is replaced by the syntax tree that it stands for. */
import { type ConditionNode, extentOver, type MacroNode } from '../syntax/nodes.ts';

/** How high a condition's tree may be with its macros put in. */
export const HEIGHT_LIMIT = 1000;
/** How many checks a condition may have with its macros put in. */
export const SIZE_LIMIT = 1_000_000;

/** References of a tree to macros, in the order of the text. */
export function macroReferences(node: ConditionNode): MacroNode[] {
  const references: MacroNode[] = [];
  collect(node, references);
  return references;
}

function collect(node: ConditionNode, into: MacroNode[]): void {
  switch (node.kind) {
    case 'macro':
      into.push(node);
      return;
    case 'and':
    case 'or':
      for (const operand of node.operands) collect(operand, into);
      return;
    case 'not':
      collect(node.operand, into);
      return;
    default:
  }
}

/** The tree with other trees in place of names. What has no names is kept as it is, and shared. */
export function substitute(
  node: ConditionNode,
  meaning: (reference: MacroNode) => ConditionNode,
): ConditionNode {
  switch (node.kind) {
    case 'macro':
      return meaning(node);
    case 'and':
    case 'or': {
      const operands = node.operands.map((operand) => substitute(operand, meaning));
      if (operands.every((operand, index) => operand === node.operands[index])) return node;
      return { ...node, operands, ...extentOver(operands) };
    }
    case 'not': {
      const operand = substitute(node.operand, meaning);
      return operand === node.operand ? node : { ...node, operand, ...extentOver([operand]) };
    }
    default:
      return node;
  }
}
