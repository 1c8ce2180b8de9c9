/** Upstream's 48 audit rules, unmodified, on real audit events: the expected detections, and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { loadRules } from '../../src/rules/load.ts';
import { PayloadError, readPayload } from '../../src/sources/audit/payload.ts';
import { matchedRules } from './audit-events.ts';
import { BY_HAND } from './audit-rules-by-hand.ts';
import { readShared, sharedLines, sharedMissing } from './shared.ts';

interface Fixture {
  readonly file: string;
  readonly expectedRule: string | null;
}

/** Rules that stand behind the expected one in the file and are meant to match the event as well. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  'anonymous_creates_namespace_foo.json': ['Create Disallowed Namespace', 'K8s Namespace Created'],
  'create_cluster_role_wildcard_resources.json': ['K8s ClusterRole Created'],
  'create_serviceaccount_kube_system_namespace.json': ['K8s Serviceaccount Created'],
};

function upstreamRules(): readonly CheckedRule[] {
  const name = 'k8s_audit_rules.yaml';
  const files = [{ name, text: readShared(`upstream-rules/${name}`) }];
  const { ruleSet, problems } = loadRules(files, ruleEnvironment());
  assert.deepEqual(problems, []);
  assert.equal(ruleSet.rules.length, 48);
  return ruleSet.rules;
}

test('the fixtures raise the expected rules and no others', { skip: sharedMissing }, () => {
  const rules = upstreamRules();
  const fixtures: Fixture[] = JSON.parse(readShared('k8s-audit/fixtures.expected.json'));
  assert.equal(fixtures.length, 21);
  for (const { file, expectedRule } of fixtures) {
    const payload = readShared(`k8s-audit/fixtures/${file}`);
    const expected = expectedRule === null ? [] : [expectedRule];
    if (file === 'fal_01_003.json') assert.throws(() => matchedRules(rules, [payload], 'all'), PayloadError);
    else {
      assert.deepEqual(matchedRules(rules, [payload], 'first'), expected, file);
      assert.deepEqual(matchedRules(rules, [payload], 'all'), [...expected, ...(FURTHER[file] ?? [])], file);
    }
  }
});

for (const { what, payloads, events, alerts } of [
  {
    what: 'the log of a cluster',
    payloads: () => sharedLines('k8s-audit/cluster-audit.log'),
    events: 969,
    alerts: 88,
  },
  {
    what: 'the body of a webhook',
    payloads: () => [readShared('k8s-audit/webhook-body.json')],
    events: 20,
    alerts: 0,
  },
])
  test(`${what} raises what plain code finds in it`, { skip: sharedMissing }, () => {
    const documents = payloads().flatMap((payload) => readPayload(Buffer.from(payload)).documents);
    assert.equal(documents.length, events);
    const found = counts(matchedRules(upstreamRules(), payloads(), 'all'));
    const expected = Object.entries(BY_HAND).flatMap(([name, holds]) =>
      documents.filter(holds).map(() => name),
    );
    assert.deepEqual(found, counts(expected));
    assert.equal(expected.length, alerts);
  });

function counts(names: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const name of [...names].sort()) sums[name] = (sums[name] ?? 0) + 1;
  return sums;
}
