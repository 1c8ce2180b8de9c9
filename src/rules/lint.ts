/**
 * What is probably not meant, beyond what loading tells: rules that can never fire or are shadowed, list
 * items that look like typing errors. Each lint is sound or says "looks like": no false alarm on the
 * published rules.
 */

import type { CompiledRule } from './compile/state.ts';
import { findOddItems } from './lint/list-items.ts';
import { neverHolds } from './lint/never-holds.ts';
import { findShadowed } from './lint/shadowed.ts';
import type { LoadOutcome } from './load.ts';
import { inFileOrder, type Problem } from './problem.ts';

/** Everything that is to be said of the files: what loading found and the lints, in the order of the files. */
export function allProblems(outcome: LoadOutcome): Problem[] {
  return inFileOrder([...outcome.problems, ...lintRules(outcome)], outcome.files);
}

/** Lints of everything that was loaded, in the order of the rules. */
export function lintRules({ compiled, lints }: LoadOutcome): Problem[] {
  const { rules } = compiled;
  return [
    ...lints,
    ...rules.flatMap((rule) => lintNever(rule) ?? []),
    ...findShadowed(rules).map(({ rule, by }): Problem => {
      const { context } = rule.entry;
      const message = `with rule_matching first this rule never fires: rule '${by.entry.name}' before it matches whatever this one does`;
      return { code: 'LINT_SHADOWED', message, location: context.location, length: 1, context };
    }),
    ...findOddItems(compiled),
  ];
}

function lintNever({ entry, checked, eventCodes }: CompiledRule): Problem | undefined {
  if (checked === undefined) return undefined;
  const noEvent = eventCodes?.size === 0;
  const contradiction = noEvent ? undefined : neverHolds(checked.condition);
  if (!noEvent && contradiction === undefined) return undefined;
  const { context } = entry;
  const why = noEvent ? 'no type of event satisfies its condition' : contradiction;
  const location = context.location;
  return {
    code: 'LINT_NEVER_FIRES',
    message: `this rule can never fire: ${why}`,
    location,
    length: 1,
    context,
  };
}
