/** Everything that is to be said of an audit policy. */
import { unmetNeeds } from './check-needs.ts';
import { impossibleParts, unreachableRules } from './check-reach.ts';
import { recordedSecrets } from './check-secrets.ts';
import type { AuditNeed } from './needs.ts';
import { parsePolicy } from './parse.ts';
import type { Policy, WrittenRule } from './policy.ts';
import { inOrder, type PolicyProblem } from './problem.ts';

export interface CheckedPolicy {
  readonly policy: Policy<WrittenRule> | undefined;
  /** In the order of the file. */
  readonly problems: readonly PolicyProblem[];
}

/** Checks the policy in `text` by itself, and by what detection rules need of it. */
export function checkPolicy(text: string, origin: string, needs: readonly AuditNeed[]): CheckedPolicy {
  const { policy, problems } = parsePolicy(text, origin);
  // What a policy that cannot be used would do is not worth a word.
  if (policy === undefined || problems.some(({ isRefused }) => isRefused))
    return { policy, problems: inOrder(problems) };
  return {
    policy,
    problems: inOrder([
      ...problems,
      ...unreachableRules(policy),
      ...impossibleParts(policy),
      ...recordedSecrets(policy, needs),
      ...unmetNeeds(policy, needs),
    ]),
  };
}
