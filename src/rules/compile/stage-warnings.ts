/** Stages that only warn. */
import type { Context } from '../problem.ts';
import type { CheckNode, ConditionNode, ExpressionNode, OperandNode } from '../syntax/nodes.ts';
import { DEPRECATED_FIELDS } from './deprecated.ts';
import { type Compilation, reportDraft } from './state.ts';

const NO_VALUE = '<NA>';
const EQUALITY = ['=', '==', '!=', 'in', 'intersects', 'pmatch'];

/** Warns of obsolete fields and of comparing with the text `<NA>`, once for each rule. */
export function warnOfConditions(compilation: Compilation): void {
  for (const rule of compilation.rules) {
    if (rule.resolved === undefined) continue;
    const context = rule.entry.condition[0]?.context ?? rule.entry.context;
    const seen = new Set<string>();
    forEachCheck(rule.resolved, new Set(), (check) => warnOfCheck(compilation, check, seen, context));
  }
}

function warnOfCheck(
  compilation: Compilation,
  check: Extract<ConditionNode, { kind: 'check' | 'exists' }>,
  seen: Set<string>,
  context: Context,
): void {
  for (const field of fieldsOf(check.left)) {
    const why = DEPRECATED_FIELDS.get(field.name);
    if (why === undefined || seen.has(field.name)) continue;
    seen.add(field.name);
    compilation.report({
      code: 'LOAD_DEPRECATED_ITEM',
      message: why,
      location: field.text.locate(field.start),
      length: field.name.length,
      context,
      condition: { text: field.text.text, offset: field.start },
      deprecatedField: field.name,
    });
  }
  if (check.kind === 'check' && !seen.has(NO_VALUE) && comparesWithNoValue(check)) {
    seen.add(NO_VALUE);
    const message = 'comparing with <NA> does not tell whether the value is missing: use exists';
    reportDraft(compilation, 'LOAD_UNSAFE_NA_CHECK', { message, at: check.right }, context);
  }
}

function comparesWithNoValue({ left, operator, right }: CheckNode): boolean {
  if (left.kind !== 'field' || !/^(ka|jevt)\./.test(left.name) || !EQUALITY.includes(operator)) return false;
  if (right.kind === 'list') return right.items.some(({ value }) => value === NO_VALUE);
  return right.kind === 'value' && right.value === NO_VALUE;
}

/** Visits every check once, also where a macro is used several times. */
function forEachCheck(
  node: ConditionNode,
  visited: Set<ConditionNode>,
  visit: (check: Extract<ConditionNode, { kind: 'check' | 'exists' }>) => void,
): void {
  if (visited.has(node)) return;
  visited.add(node);
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) forEachCheck(operand, visited, visit);
      return;
    case 'not':
      forEachCheck(node.operand, visited, visit);
      return;
    case 'macro':
      return;
    default:
      visit(node);
  }
}

function fieldsOf(node: OperandNode): Extract<ExpressionNode, { kind: 'field' }>[] {
  switch (node.kind) {
    case 'field':
      return [node];
    case 'transform':
      return node.operands.flatMap(fieldsOf);
    case 'operands':
      return node.items.flatMap(fieldsOf);
    case 'value':
      return [];
  }
}

/** Warns of macros and lists that nothing refers to. */
export function reportUnused({ macros, lists, report }: Compilation): void {
  for (const { entry, used } of macros.values()) {
    if (used) continue;
    const { context } = entry;
    const message = 'nothing uses this macro';
    report({ code: 'LOAD_UNUSED_MACRO', message, location: context.location, length: 1, context });
  }
  for (const { entry, used } of lists.all) {
    if (used) continue;
    const { context } = entry;
    const message = 'nothing uses this list';
    report({ code: 'LOAD_UNUSED_LIST', message, location: context.location, length: 1, context });
  }
}
