/** Which fields rules use: in conditions and in outputs. */
import type {
  CheckedRule,
  Condition,
  Expression,
  OutputSegment,
  TransformOperand,
} from '../../src/rules/checked.ts';

/** Names of the fields that the rules use, without arguments. */
export function fieldsOfRules(rules: readonly CheckedRule[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const rule of rules) {
    addCondition(names, rule.condition);
    addOutput(names, rule.outputSegments);
  }
  return names;
}

function addOutput(names: Set<string>, segments: readonly OutputSegment[]): void {
  for (const segment of segments) if (segment.kind === 'value') addOperand(names, segment.expression);
}

function addCondition(names: Set<string>, condition: Condition): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const operand of condition.operands) addCondition(names, operand);
      break;
    case 'not':
      addCondition(names, condition.operand);
      break;
    case 'exists':
      addOperand(names, condition.left);
      break;
    case 'scalar':
    case 'list':
      addOperand(names, condition.left);
      if (condition.right.kind !== 'values') addOperand(names, condition.right);
      break;
  }
}

function addOperand(names: Set<string>, operand: Expression | TransformOperand): void {
  if (operand.kind === 'field') names.add(operand.field.name);
  if (operand.kind === 'transform') for (const inner of operand.operands) addOperand(names, inner);
  if (operand.kind === 'list') for (const item of operand.items) addOperand(names, item);
}
