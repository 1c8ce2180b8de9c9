/** What can be said of the rules on audit events beside what kubernetes.test.yaml says of each. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { loadRules } from '../../src/rules/load.ts';
import { matchedRules } from '../../test/conformance/audit-events.ts';
import { sharedLines, sharedMissing } from '../../test/conformance/shared.ts';

const FILE = resolve(import.meta.dirname, '../kubernetes/audit.yaml');
const OUTCOME = loadRules([{ name: 'audit.yaml', bytes: readFileSync(FILE) }], ruleEnvironment());
const RULES = OUTCOME.ruleSet.rules;

/** What every alert tells: who, from where, with what, did what to what, and how to find the request. */
const TOLD_BY_EVERY_OUTPUT = [
  ...['ka.user.name', 'ka.user.groups', 'ka.impuser.name', 'ka.sourceips', 'ka.useragent', 'ka.verb'],
  ...['ka.target.resource', 'ka.target.subresource', 'ka.target.namespace', 'ka.target.name'],
  ...['ka.response.code', 'ka.auditid'],
];

test('the rules load without a problem', () => {
  assert.deepEqual(
    OUTCOME.problems.map(({ message }) => message),
    [],
  );
  assert.ok(RULES.length >= 30);
});

for (const { name, source, description, tags, outputSegments } of RULES) {
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
