/** `-L` and `-l RULE`: what the loaded rules are, as text or as Falco's JSON. */
import { type Description, describeRule, describeRules, type RuleDescription } from '../rules/describe.ts';
import { describeAsText } from '../rules/describe-text.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail } from './fail.ts';
import { printLine } from './print.ts';

/** What `-L` and `-l` ask for. */
export interface DescribeOptions {
  /** All rules. */
  readonly L?: boolean;
  /** The rule of this name. */
  readonly l?: string;
}

/**
 * Everything, or the one rule that is named; `undefined` when nothing is asked for. Ends the command with
 * an error when there is no such rule.
 */
export function described(
  outcome: LoadOutcome,
  { L: all = false, l: name }: DescribeOptions,
): Description | { readonly rules: readonly RuleDescription[] } | undefined {
  if (name === undefined) return all ? describeRules(outcome.compiled) : undefined;
  const rule = describeRule(outcome.compiled, name);
  if (rule !== undefined) return { rules: [rule] };
  const names = outcome.ruleSet.rules.map((known) => known.name);
  const suggestion = nearest(name, names);
  fail(`there is no rule "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`);
}

/** False when nothing is asked for. */
export function printDescription(outcome: LoadOutcome, options: DescribeOptions, json: boolean): boolean {
  const description = described(outcome, options);
  if (description === undefined) return false;
  printLine(json ? JSON.stringify(description) : describeAsText(description.rules));
  return true;
}
