/** Audit policies for the k8s_audit rules that Falco ships: what they need, and the policy that records it. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { loadRuleFiles } from '../../src/engine/rule-files.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { checkPolicy } from '../../src/kubernetes/audit-policy/check.ts';
import { type AuditedRequest, decide } from '../../src/kubernetes/audit-policy/decide.ts';
import { demandOf } from '../../src/kubernetes/audit-policy/field-levels.ts';
import { generatePolicy } from '../../src/kubernetes/audit-policy/generate.ts';
import { auditNeeds } from '../../src/kubernetes/audit-policy/needs.ts';
import { fire } from '../../src/kubernetes/audit-policy/oracle.test-kit.ts';
import { isLevelAtLeast, type Level, type Stage } from '../../src/kubernetes/audit-policy/policy.ts';
import { policyText } from '../../src/kubernetes/audit-policy/write.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { eachAuditEvent, matchedRules } from './audit-events.ts';
import { readShared, sharedLines, sharedMissing, sharedPath } from './shared.ts';

/** Rules that Lanner has of its own for audit events. */
const OWN_RULES = fileURLToPath(new URL('../../rules/kubernetes/audit.yaml', import.meta.url));

function rulesIn(file: string): readonly CheckedRule[] {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const { ok, ruleSet } = loadRuleFiles([file], config);
  assert.ok(ok);
  return ruleSet.rules;
}

function upstreamRules(): readonly CheckedRule[] {
  return rulesIn(sharedPath('upstream-rules/k8s_audit_rules.yaml'));
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

test('the policy for our own rules feeds them, and nothing is to be said of it', () => {
  const rules = rulesIn(OWN_RULES);
  const needs = auditNeeds(rules);
  const { policy = assert.fail('no policy'), problems } = checkPolicy(
    policyText(generatePolicy(needs)),
    'policy.yaml',
    needs,
  );
  assert.deepEqual(problems, []);
  const fired = fire(rules, needs, policy, { rounds: 40_000, seed: 2 });
  assert.ok(fired.size >= 20, `${fired.size} rules fired: ${[...fired.keys()].join(', ')}`);
});

/** Real events of a cluster, recorded at the highest level. */
function realPayloads(): string[] {
  const log = sharedLines('k8s-audit/cluster-audit.log');
  const { items } = JSON.parse(readShared('k8s-audit/webhook-body.json')) as { items: object[] };
  const fixtures = readdirSync(sharedPath('k8s-audit/fixtures'))
    .filter((name) => name !== 'fal_01_003.json')
    .map((name) => readShared(`k8s-audit/fixtures/${name}`));
  return [...log, ...items.map((item) => JSON.stringify(item)), ...fixtures];
}

type AuditDocument = Record<string, unknown> & {
  readonly verb: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly user: { readonly username?: string; readonly groups?: readonly string[] };
  readonly objectRef?: Readonly<Record<string, string>>;
};

function requestOf({ verb, requestURI, user, objectRef }: AuditDocument): AuditedRequest {
  const [path = ''] = requestURI.split('?', 1);
  const common = { verb, user: user.username ?? '', groups: user.groups ?? [] };
  if (objectRef?.resource === undefined) return { ...common, target: { kind: 'path', path } };
  const { resource, subresource = '', apiGroup: group = '', namespace = '', name = '' } = objectRef;
  // The name of what is created is told by its body.
  const known = path.split('/').includes(name) ? name : '';
  return { ...common, target: { kind: 'resource', resource, subresource, group, namespace, name: known } };
}

/** What is left of an event at a level. */
function atLevel(document: AuditDocument, level: Level): object {
  const left: Record<string, unknown> = { ...document, level };
  if (!isLevelAtLeast(level, 'RequestResponse')) delete left.responseObject;
  if (!isLevelAtLeast(level, 'Request')) delete left.requestObject;
  return left;
}

for (const which of ['upstream', 'own'] as const)
  test(`${which} rules raise the same alerts of a real cluster's events when its policy leaves out the rest`, {
    skip: sharedMissing,
  }, () => {
    const rules = which === 'own' ? rulesIn(OWN_RULES) : upstreamRules();
    const policy = generatePolicy(auditNeeds(rules));
    const payloads = realPayloads();
    const kept = payloads.flatMap((payload) => {
      const document = JSON.parse(payload) as AuditDocument;
      const { level, stages } = decide(policy, requestOf(document));
      return stages.includes(document.stage) ? [JSON.stringify(atLevel(document, level))] : [];
    });
    // Of requests that rules see at any stage the first one is left out.
    const matched = matchedRules(
      rules,
      payloads.filter((payload) => (JSON.parse(payload) as AuditDocument).stage !== 'RequestReceived'),
      'all',
    );
    assert.ok(matched.length > 30, `${matched.length} alerts`);
    assert.deepEqual(matchedRules(rules, kept, 'all'), matched);
    const share = kept.join().length / payloads.join().length;
    assert.ok(share < 0.6, `${share} of the log is left`);
  });

test('fields have values at the level that is said of them', { skip: sharedMissing }, () => {
  const documents = realPayloads().map((payload) => JSON.parse(payload) as AuditDocument);
  const values = (level: Level): string[][] => {
    const texts = documents.map((document) => JSON.stringify(atLevel(document, level)));
    const read: string[][] = [];
    eachAuditEvent(texts, (context) => {
      read.push(
        FIELDS.map((field) =>
          JSON.stringify(
            field.read(context, field.argument.presence === 'required' ? 'a' : undefined) ?? null,
          ),
        ),
      );
    });
    return read;
  };
  const FIELDS = FIELD_CATALOG.fields.filter(({ name }) => name.startsWith('ka.'));
  const full = values('RequestResponse');
  let differing = 0;
  for (const level of ['Metadata', 'Request'] as const)
    for (const [event, read] of values(level).entries())
      for (const [index, field] of FIELDS.entries()) {
        if (read[index] === full[event]?.[index]) continue;
        differing++;
        const { level: said } = demandOf({ field, argument: undefined });
        assert.ok(
          !isLevelAtLeast(level, said),
          `${field.name} differs at ${level}, and is said to need ${said}`,
        );
      }
  assert.ok(differing > 500, `${differing} values differ`);
});
