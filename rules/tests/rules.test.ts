/** What can be said of the default rules without running them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { loadRules } from '../../src/rules/load.ts';
import { TERMINAL_RULE, TWINS, VIOLATIONS } from './cases/all.ts';

const FOLDER = resolve(import.meta.dirname, '..');
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const OUTCOME = loadRules(
  NAMES.sort().map((name) => ({ name, bytes: readFileSync(join(FOLDER, name)) })),
  ruleEnvironment(),
);
const RULES = OUTCOME.ruleSet.rules;

/** Tactics of ATT&CK for enterprises, version 19, as tags. */
const TACTICS = new Set(
  `reconnaissance resource_development initial_access execution persistence privilege_escalation stealth
  defense_impairment credential_access discovery lateral_movement collection command_and_control exfiltration
  impact`
    .split(/\s+/)
    .map((tactic) => `mitre_${tactic}`),
);
const SUBJECTS = new Set(['database', 'filesystem', 'network', 'process', 'users']);

/** What an operator needs to know of every alert: who, by what, started by whom, where. */
const TOLD_BY_EVERY_OUTPUT = [
  'user.name',
  'user.uid',
  'user.loginuid',
  'proc.name',
  'proc.exepath',
  'proc.cmdline',
  'proc.pid',
  'proc.pname',
  'proc.pexepath',
  'proc.tty',
  'container.id',
];

test('the rule files load without an error or a warning, and use every list and macro', () => {
  // Each file is compiled together with those before it, and definitions are used by later files: what
  // counts is what the last one says.
  const last = OUTCOME.files.at(-1);
  assert.deepEqual(
    last?.problems.map(({ code, message }) => `${code}: ${message}`),
    [],
  );
  const unused = /^LOAD_UNUSED_/;
  const others = OUTCOME.problems.filter(({ code }) => !unused.test(code));
  assert.deepEqual(
    others.map(({ code, message }) => `${code}: ${message}`),
    [],
  );
  assert.equal(OUTCOME.ok, true);
  assert.ok(RULES.length > 40);
});

for (const rule of RULES) {
  test(`${rule.name}: is enabled, described, and tagged by place, subject, tactic and technique`, () => {
    assert.equal(rule.enabled, true);
    assert.ok(rule.description.length > 60, 'the description says what happens and why it matters');
    const has = (matches: (tag: string) => boolean): boolean => rule.tags.some(matches);
    assert.ok(
      has((tag) => tag === 'host' || tag === 'container'),
      'a place',
    );
    assert.ok(
      has((tag) => SUBJECTS.has(tag)),
      'a subject',
    );
    assert.ok(
      has((tag) => TACTICS.has(tag)),
      'a tactic',
    );
    assert.ok(
      has((tag) => /^T\d{4}(\.\d{3})?$/.test(tag)),
      'a technique',
    );
    const unknown = rule.tags.filter(
      (tag) =>
        !['host', 'container'].includes(tag) &&
        !SUBJECTS.has(tag) &&
        !TACTICS.has(tag) &&
        !/^T\d{4}(\.\d{3})?$/.test(tag),
    );
    assert.deepEqual(unknown, []);
  });

  test(`${rule.name}: tells who did it, by what, started by whom, where`, () => {
    const told = rule.outputSegments.flatMap((segment) => (segment.kind === 'value' ? [segment.source] : []));
    assert.deepEqual(
      TOLD_BY_EVERY_OUTPUT.filter((field) => !told.includes(field)),
      [],
    );
  });

  test(`${rule.name}: takes an appended exception, since all of its condition is joined by "and"`, () => {
    assert.equal(rule.condition.kind, 'and');
  });

  test(`${rule.name}: has a live test that raises it and one in which its twin stays silent`, () => {
    const raised =
      rule.name === TERMINAL_RULE || VIOLATIONS.some((violation) => violation.rule === rule.name);
    assert.ok(raised, 'no violation in rules/tests/cases');
    assert.ok(
      TWINS.some((twin) => twin.rule === rule.name),
      'no twin in rules/tests/cases',
    );
  });
}

test('every case is of a rule that exists', () => {
  const names = new Set(RULES.map((rule) => rule.name));
  const strays = [...VIOLATIONS, ...TWINS].filter(({ rule }) => !names.has(rule));
  assert.deepEqual(
    strays.map(({ rule }) => rule),
    [],
  );
});

test('docs/rules.md lists the rules as they are: order, names, priorities, tags', () => {
  const page = readFileSync(join(FOLDER, '../docs/rules.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name = '']) => name !== 'Rule' && !name.startsWith('---'));
  const described = rows.map(([, name, , priority, tags]) => ({
    name,
    priority: priority?.toLowerCase().replace(/^info$/, 'informational'),
    tags: tags?.split(', ').sort(),
  }));
  const actual = RULES.map(({ name, priority, tags }) => ({
    name,
    priority: priority.toLowerCase(),
    tags: [...tags].sort(),
  }));
  assert.deepEqual(described, actual);
});
