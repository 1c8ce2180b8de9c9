/** Asks rules under every name of the file that an event is about. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet, Condition, Expression } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { OtherName } from '../system/other-names.ts';
import { compileMatcher, type Matcher, type MatcherOptions } from './compile.ts';

/** Fields whose value changes with the name that an event is shown under. */
const NAME_FIELDS: ReadonlySet<string> = new Set([
  'fd.name',
  'fd.directory',
  'fd.filename',
  'fd.containername',
  'fd.containerdirectory',
  'fs.path.name',
  'fs.path.source',
  'fs.path.target',
  'evt.abspath',
  'evt.arg',
  'evt.args',
  'evt.info',
]);

export interface NamingMatcher {
  /**
   * Calls `found` for every rule that matches the event under any of its names, in the order of the rule
   * set; meanwhile the context shows the event under the name by which the rule has matched, its own name
   * before all others.
   */
  match(context: EventContext, found: (rule: CheckedRule) => void): void;
}

/** Compiles the enabled rules of one source, to be asked under every name of an event. */
export function compileNamingMatcher(
  ruleSet: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
): NamingMatcher {
  return matchAllNames(compileMatcher(ruleSet, catalog, options), ruleSet, options);
}

/**
 * Puts the other names of an event to a matcher. Only events are shown again that have another name and for
 * which a rule reads a name.
 */
export function matchAllNames(
  matcher: Matcher,
  { rules }: CheckedRuleSet,
  { matching, source }: MatcherOptions,
): NamingMatcher {
  const order = new Map(rules.map((rule, index) => [rule, index]));
  const codes = new Set<number>();
  for (const rule of rules)
    if (rule.enabled && rule.source === source && readsName(rule.condition))
      for (const code of rule.eventCodes) codes.add(code);

  return {
    match(context, found) {
      const own = matcher.match(context);
      const names = codes.has(context.event.code) ? context.otherNames : undefined;
      if (!names || names.length === 0) {
        for (const rule of own) found(rule);
        return;
      }
      const byRule = new Map<CheckedRule, OtherName | undefined>(own.map((rule) => [rule, undefined]));
      for (const name of names) {
        context.showAs?.(name);
        for (const rule of matcher.match(context)) if (!byRule.has(rule)) byRule.set(rule, name);
      }
      const place = (rule: CheckedRule): number => order.get(rule) ?? 0;
      const inOrder = [...byRule.keys()].sort((left, right) => place(left) - place(right));
      for (const rule of matching === 'first' ? inOrder.slice(0, 1) : inOrder) {
        context.showAs?.(byRule.get(rule));
        found(rule);
      }
      context.showAs?.(undefined);
    },
  };
}

/** Whether a condition asks for a field that changes with the name. Macros make one node part of many. */
function readsName(condition: Condition, seen = new Set<Condition>()): boolean {
  if (seen.has(condition)) return false;
  seen.add(condition);
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.operands.some((operand) => readsName(operand, seen));
    case 'not':
      return readsName(condition.operand, seen);
    case 'exists':
      return isName(condition.left);
    case 'scalar':
    case 'list':
      return isName(condition.left) || (condition.right.kind !== 'values' && isName(condition.right));
  }
}

function isName(expression: Expression): boolean {
  if (expression.kind === 'field') return NAME_FIELDS.has(expression.field.name);
  return expression.operands.some(
    (operand) => (operand.kind === 'field' || operand.kind === 'transform') && isName(operand),
  );
}
