/** `-L` and `-l RULE`: what the loaded rules are, as text or as Falco's JSON. */
import { describeRule, describeRules } from '../rules/describe.ts';
import { describeAsText } from '../rules/describe-text.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail } from './fail.ts';
import { printLine } from './print.ts';

export function printAllRules({ compiled }: LoadOutcome, json: boolean): void {
  const description = describeRules(compiled);
  printLine(json ? JSON.stringify(description) : describeAsText(description.rules));
}

/** Ends the command with an error when there is no such rule. */
export function printRule({ compiled, ruleSet }: LoadOutcome, name: string, json: boolean): void {
  const rule = describeRule(compiled, name);
  if (rule === undefined) {
    const suggestion = nearest(
      name,
      ruleSet.rules.map((known) => known.name),
    );
    fail(`there is no rule "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`);
  }
  printLine(json ? JSON.stringify({ rules: [rule] }) : describeAsText([rule]));
}
