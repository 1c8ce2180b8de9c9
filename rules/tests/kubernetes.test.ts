/** The rules on audit events: each raised by what it is about, and silent on what looks like it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { loadRules } from '../../src/rules/load.ts';
import { matchedRules } from '../../test/conformance/audit-events.ts';
import { sharedLines, sharedMissing } from '../../test/conformance/shared.ts';
import { AUDIT_CASES, type Request } from './cases/kubernetes.ts';

const FILE = resolve(import.meta.dirname, '../kubernetes/audit.yaml');
/** Somebody who may do everything, so that the lists of those who may are tested too. */
const KNOWN = ['exec_users', 'secret_readers', 'impersonators', 'rights_listers', 'system_deployers']
  .map((list) => `- list: k8s_${list}\n  items: [known]\n  override: {items: append}\n`)
  .join('');
const OUTCOME = loadRules(
  [
    { name: 'audit.yaml', bytes: readFileSync(FILE) },
    { name: 'known.yaml', text: KNOWN },
  ],
  ruleEnvironment(),
);
const RULES = OUTCOME.ruleSet.rules;

const STAGES = {
  received: 'RequestReceived',
  started: 'ResponseStarted',
  complete: 'ResponseComplete',
} as const;

function eventOf(request: Request): string {
  const {
    verb,
    resource,
    namespace,
    name,
    user = 'alice',
    as,
    asGroups,
    stage = 'complete',
    code = 200,
    body,
  } = request;
  const [kind, subresource] = (resource ?? '').split('/');
  return JSON.stringify({
    kind: 'Event',
    auditID: 'id',
    stage: STAGES[stage],
    requestURI: request.uri ?? `/api/v1/${resource}?command=id&container=app`,
    verb,
    user: { username: user, groups: ['system:authenticated'] },
    ...(as === undefined ? {} : { impersonatedUser: { username: as, groups: asGroups } }),
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl',
    ...(resource === undefined ? {} : { objectRef: { resource: kind, namespace, name, subresource } }),
    ...(stage === 'received' ? {} : { responseStatus: { code } }),
    requestObject: body,
    stageTimestamp: '2026-01-31T13:03:08.000001Z',
    annotations: { 'authorization.k8s.io/decision': code === 403 ? 'forbid' : 'allow' },
  });
}

function matched(request: Request): string[] {
  return matchedRules(RULES, [eventOf(request)], 'all');
}

/** What every alert tells: who, from where, with what, did what to what, and how to find the request. */
const TOLD_BY_EVERY_OUTPUT = [
  ...['ka.user.name', 'ka.user.groups', 'ka.impuser.name', 'ka.sourceips', 'ka.useragent', 'ka.verb'],
  ...['ka.target.resource', 'ka.target.subresource', 'ka.target.namespace', 'ka.target.name'],
  ...['ka.response.code', 'ka.auditid'],
];

test('the rules load without a problem, and each has cases', () => {
  assert.deepEqual(
    OUTCOME.problems.map(({ message }) => message),
    [],
  );
  assert.ok(RULES.length >= 30);
  assert.deepEqual(RULES.map(({ name }) => name).sort(), Object.keys(AUDIT_CASES).sort());
});

for (const { name, source, description, tags, outputSegments } of RULES) {
  const { raised, silent } = AUDIT_CASES[name] ?? { raised: [], silent: [] };

  test(`${name}: is raised`, () => {
    assert.ok(raised.length > 0);
    for (const request of raised) assert.ok(matched(request).includes(name), JSON.stringify(request));
  });

  test(`${name}: stays silent`, () => {
    assert.ok(silent.length > 0);
    for (const request of silent) assert.ok(!matched(request).includes(name), JSON.stringify(request));
  });

  test(`${name}: is described, tagged, and tells who did what to what`, () => {
    assert.equal(source, 'k8s_audit');
    assert.ok(description.length > 40);
    assert.ok(tags.includes('kubernetes'));
    assert.ok(tags.some((tag) => /^mitre_[a-z_]+$/.test(tag)));
    assert.ok(tags.some((tag) => /^T\d{4}(?:\.\d{3})?$/.test(tag)));
    const told = outputSegments.flatMap((segment) => (segment.kind === 'value' ? [segment.source] : []));
    assert.deepEqual(
      TOLD_BY_EVERY_OUTPUT.filter((field) => !told.includes(field)),
      [],
    );
  });
}

test('a real cluster raises little', { skip: sharedMissing }, () => {
  const lines = sharedLines('k8s-audit/cluster-audit.log');
  assert.equal(lines.length, 969);
  // Its controllers run as an administrator, and an attack is played in it.
  assert.equal(matchedRules(RULES, lines, 'first').length, 35);
});

test('docs/kubernetes.md lists the rules as they are', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/kubernetes.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('| kubernetes, '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  assert.deepEqual(
    rows.map(([, name, , priority, tags]) => [name, priority, tags?.split(', ').sort()]),
    RULES.map(({ name, priority, tags }) => [name, priority, [...tags].sort()]),
  );
});
