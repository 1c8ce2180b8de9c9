/** Which rule of a policy decides which requests. */
import type { Policy, PolicyRule } from './policy.ts';
import { intersectAll, type RequestBox, subtractBoxes } from './request-set.ts';
import { requestsOf } from './rule-requests.ts';

export interface DecidedRequests<R extends PolicyRule> {
  /** `undefined` for those that no rule matches. */
  readonly rule: R | undefined;
  readonly boxes: readonly RequestBox[];
}

/**
 * Splits `boxes` by the rule that decides them, in the order of the rules; parts may overlap themselves, but none is
 * in the share of two rules. `undefined` when the policy is too tangled to say.
 */
export function partition<R extends PolicyRule>(
  policy: Policy<R>,
  boxes: readonly RequestBox[],
): DecidedRequests<R>[] | undefined {
  const shares: DecidedRequests<R>[] = [];
  let rest = boxes;
  for (const rule of policy.rules) {
    const requests = requestsOf(rule);
    const share = intersectAll(rest, requests);
    if (share.length === 0) continue;
    shares.push({ rule, boxes: share });
    const left = subtractBoxes(rest, requests);
    if (left === undefined) return undefined;
    rest = left;
    if (rest.length === 0) return shares;
  }
  return [...shares, { rule: undefined, boxes: rest }];
}
