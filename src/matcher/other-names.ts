/** Asks rules under every name of the file that an event is about. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet, Condition, Expression } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { OtherName } from '../system/other-names.ts';
import { compileInSteps, type Matcher, type MatcherOptions } from './compile.ts';
import type { MatcherProfile } from './profile.ts';
import { finish, type Steps } from './steps.ts';

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
  /** Codes of the events that have come. */
  readonly met?: Iterable<number>;
}

/**
 * Compiles the enabled rules of one source, to be asked under every name of an event. `expected`: codes of events
 * that are about to come.
 */
export function* compileNamingMatcher(
  ruleSet: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
  expected: Iterable<number>,
): Steps<NamingMatcher> {
  const matcher = yield* compileInSteps(ruleSet, catalog, options, expected);
  return namingMatcher(matcher, yield* usesOfNames(ruleSet, options), options);
}

/**
 * Puts the other names of an event to a matcher. Only events are shown again that have another name and for
 * which a rule reads a name.
 */
export function matchAllNames(
  matcher: Pick<Matcher, 'match'> & Partial<Matcher>,
  ruleSet: CheckedRuleSet,
  options: MatcherOptions,
): NamingMatcher {
  return namingMatcher(matcher, finish(usesOfNames(ruleSet, options)), options);
}

/** Which rules of one source read names. */
interface NameUses {
  /** Places of the rules in their set. */
  readonly order: ReadonlyMap<CheckedRule, number>;
  readonly byFile: ReadonlySet<CheckedRule>;
  readonly byProgram: ReadonlySet<CheckedRule>;
  /** Codes of the events that they can match. */
  readonly codes: ReadonlySet<number>;
}

function* usesOfNames({ rules }: CheckedRuleSet, { source }: MatcherOptions): Steps<NameUses> {
  const order = new Map<CheckedRule, number>();
  const byFile = new Set<CheckedRule>();
  const byProgram = new Set<CheckedRule>();
  const codes = new Set<number>();
  for (const [index, rule] of rules.entries()) {
    yield;
    if (!rule.enabled || rule.source !== source) continue;
    order.set(rule, index);
    if (uses(rule.condition, NAME_FIELDS).size > 0) byFile.add(rule);
    const ways = uses(rule.condition, PROGRAM_FIELDS);
    if (ways.has('asserted') && !ways.has('denied')) byProgram.add(rule);
    if (byFile.has(rule) || byProgram.has(rule)) for (const code of rule.eventCodes) codes.add(code);
  }
  return { order, byFile, byProgram, codes };
}

function namingMatcher(
  matcher: Pick<Matcher, 'match'> & Partial<Matcher>,
  { order, byFile, byProgram, codes }: NameUses,
  { matching }: MatcherOptions,
): NamingMatcher {
  return {
    get profile() {
      return matcher.profile;
    },
    get met() {
      return matcher.met ?? [];
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
