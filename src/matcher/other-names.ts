/** Asks rules under every name of the file that an event is about. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet, Condition, Expression } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { OtherName } from '../system/other-names.ts';
import { compileMatcher, type Matcher, type MatcherOptions } from './compile.ts';
import type { MatcherProfile } from './profile.ts';

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

/**
 * Fields with the name of the program that an exec has started. Other names of it are put only to rules that
 * ask for a program by its name, not to those that trust one: a name that a program was started by, or
 * another name of its file, must not take trust away, nor give it.
 */
const PROGRAM_FIELDS: ReadonlySet<string> = new Set(['proc.exepath']);

export interface NamingMatcher {
  /**
   * Calls `found` for every rule that matches the event under any of its names, in the order of the rule
   * set; meanwhile the context shows the event under the name by which the rule has matched, its own name
   * before all others.
   */
  match(context: EventContext, found: (rule: CheckedRule) => void): void;
  /** What the rules have cost so far; absent where nobody counts. */
  readonly profile?: MatcherProfile | undefined;
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
  matcher: Pick<Matcher, 'match'> & Partial<Matcher>,
  { rules }: CheckedRuleSet,
  { matching, source }: MatcherOptions,
): NamingMatcher {
  const order = new Map(rules.map((rule, index) => [rule, index]));
  const asked = rules.filter((rule) => rule.enabled && rule.source === source);
  const byFile = new Set(asked.filter(({ condition }) => uses(condition, NAME_FIELDS).size > 0));
  const byProgram = new Set(
    asked.filter(({ condition }) => {
      const ways = uses(condition, PROGRAM_FIELDS);
      return ways.has('asserted') && !ways.has('denied');
    }),
  );
  const codes = new Set([...byFile, ...byProgram].flatMap(({ eventCodes }) => [...eventCodes]));

  return {
    get profile() {
      return matcher.profile;
    },
    match(context, found) {
      const own = matcher.match(context);
      const names = codes.has(context.event.code) ? context.otherNames : undefined;
      if (!names || names.length === 0) {
        for (const rule of own) found(rule);
        return;
      }
      // The same array is used for every match.
      const byRule = new Map<CheckedRule, OtherName | undefined>();
      for (const rule of own) byRule.set(rule, undefined);
      for (const name of names) {
        context.showAs?.(name);
        const among = name.isExecutable ? byProgram : byFile;
        for (const rule of matcher.match(context))
          if (!byRule.has(rule) && among.has(rule)) byRule.set(rule, name);
      }
      context.showAs?.(undefined);
      if (byRule.size === 0) return;
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

type Use = 'asserted' | 'denied';

/** How a condition uses fields: where it wants something of them, and where it does not want it (`not`, `!=`). */
function uses(condition: Condition, fields: ReadonlySet<string>): ReadonlySet<Use> {
  const found = new Set<Use>();
  // Macros make one node part of many.
  const seen = { asserted: new Set<Condition>(), denied: new Set<Condition>() };
  const visit = (node: Condition, use: Use): void => {
    if (seen[use].has(node)) return;
    seen[use].add(node);
    const opposite = use === 'asserted' ? 'denied' : 'asserted';
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const operand of node.operands) visit(operand, use);
        return;
      case 'not':
        visit(node.operand, opposite);
        return;
      case 'exists':
        if (isAmong(node.left, fields)) found.add(use);
        return;
      default:
        if (isAmong(node.left, fields) || (node.right.kind !== 'values' && isAmong(node.right, fields)))
          found.add(node.operator === '!=' ? opposite : use);
    }
  };
  visit(condition, 'asserted');
  return found;
}

function isAmong(expression: Expression, fields: ReadonlySet<string>): boolean {
  if (expression.kind === 'field') return fields.has(expression.field.name);
  return expression.operands.some(
    (operand) => (operand.kind === 'field' || operand.kind === 'transform') && isAmong(operand, fields),
  );
}
