import type { CheckedRule } from '../rules/checked.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail } from './fail.ts';

/** The rule of a name. Ends the command when there is none, with the name that was probably meant. */
export function ruleNamed(name: string, { ruleSet }: LoadOutcome): CheckedRule {
  const found = ruleSet.rules.find((rule) => rule.name === name);
  if (found) return found;
  const suggestion = nearest(
    name,
    ruleSet.rules.map((rule) => rule.name),
  );
  fail(`there is no rule "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`);
}
