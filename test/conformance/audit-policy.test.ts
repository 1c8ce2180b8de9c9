/** Audit policies for the k8s_audit rules that Falco ships: what they need, and the policy that records it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { loadRuleFiles } from '../../src/engine/rule-files.ts';
import { checkPolicy } from '../../src/kubernetes/audit-policy/check.ts';
import { generatePolicy } from '../../src/kubernetes/audit-policy/generate.ts';
import { auditNeeds } from '../../src/kubernetes/audit-policy/needs.ts';
import { fire } from '../../src/kubernetes/audit-policy/oracle.test-kit.ts';
import { policyText } from '../../src/kubernetes/audit-policy/write.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { sharedMissing, sharedPath } from './shared.ts';

function upstreamRules(): readonly CheckedRule[] {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const { ok, ruleSet } = loadRuleFiles([sharedPath('upstream-rules/k8s_audit_rules.yaml')], config);
  assert.ok(ok);
  return ruleSet.rules;
}

test('rules that are turned off by a condition need nothing', { skip: sharedMissing }, () => {
  const needing = new Set(auditNeeds(upstreamRules()).map(({ rule }) => rule));
  for (const name of ['All K8s Audit Events', 'Create Disallowed Pod', 'Full K8s Administrative Access'])
    assert.ok(!needing.has(name), name);
  assert.ok(needing.size > 35, `${needing.size} rules need something`);
});

for (const withOutputs of [true, false]) {
  const what = withOutputs ? 'for alerts' : 'for conditions';
  test(`the policy ${what} records what rules fire at, and nothing is to be said of it`, {
    skip: sharedMissing,
  }, () => {
    const rules = upstreamRules();
    const needs = auditNeeds(rules);
    const text = policyText(generatePolicy(needs, { withOutputs }));
    const { policy = assert.fail('no policy'), problems } = checkPolicy(text, 'policy.yaml', needs);
    const told = problems.filter(
      ({ severity, code }) => severity !== 'note' || (withOutputs && code !== 'records-secrets'),
    );
    assert.deepEqual(told, []);
    const fired = fire(rules, needs, policy, { rounds: 20_000, seed: 1, withOutputs });
    assert.ok(fired.size >= 40, `${fired.size} rules fired: ${[...fired.keys()].join(', ')}`);
  });
}

test('the policy records little of what no rule needs', { skip: sharedMissing }, () => {
  // Without the rules that are about every request.
  const rules = upstreamRules().filter(
    ({ name }) => !['Disallowed K8s User', 'Anonymous Request Allowed'].includes(name),
  );
  const policy = generatePolicy(auditNeeds(rules));
  assert.ok(policy.rules.every((rule) => rule.resources.length > 0));
  assert.ok(policy.rules.length <= 12, `${policy.rules.length} rules`);
  assert.deepEqual(policy.omitStages, ['RequestReceived']);
});
