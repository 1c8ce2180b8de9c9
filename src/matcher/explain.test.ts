/** Explanations of conditions: their shape, what decided, and that they say what the matcher says. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { contextOf, descriptorWith, eventOf, systemOf, threadOf } from '../fields/testing.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { type LoadOutcome, loadRules, type RuleFile } from '../rules/load.ts';
import type { EventContext } from '../system/context.ts';
import { compileMatcher } from './compile.ts';
import {
  type JudgedPart,
  judgePart,
  nearness,
  type Part,
  partsOfRule,
  partsOfWritten,
  reasonsOf,
} from './explain.ts';
import { holds } from './interpreter.ts';

function load(files: readonly RuleFile[]): LoadOutcome {
  const outcome = loadRules(files, ruleEnvironment());
  assert.equal(outcome.ok, true);
  return outcome;
}

function partsOf({ compiled }: LoadOutcome, name: string): Part {
  const rule = compiled.rules.find(({ entry }) => entry.name === name);
  const parts = rule && partsOfRule(rule, compiled.macros);
  assert.ok(parts);
  return parts;
}

/** The tree in one line: macros by name in front of what they stand for. */
function shape({ kind, text, operands }: Part): string {
  if (kind === 'check') return text;
  return `${text}(${operands.map(shape).join(' | ')})`;
}

const OUTCOME = load([
  {
    name: 'r.yaml',
    text: `
- list: names
  items: [a, b]
- macro: inner
  condition: (proc.name in (names) or proc.name = c)
- macro: outer
  condition: (inner and not proc.pid = 7)
- rule: R
  desc: d
  condition: evt.type = execve and outer and not (user.uid = 0 and proc.tty != 0)
  output: o
  priority: WARNING
  exceptions:
    - name: e
      fields: [proc.exepath]
      comps: [=]
      values: [[/x]]
`,
  },
]);

function execve(facts: Parameters<typeof threadOf>[0]): EventContext {
  const system = systemOf({ threads: [threadOf(facts)] });
  return contextOf(eventOf('execve', { res: 0 }), { system });
}

function judged(facts: Parameters<typeof threadOf>[0]): JudgedPart {
  return judgePart(partsOf(OUTCOME, 'R'), execve(facts), FIELD_CATALOG);
}

function decided(facts: Parameters<typeof threadOf>[0]): string[] {
  return reasonsOf(judged(facts)).map(
    ({ check, macros }) =>
      `${[...macros.map(({ text }) => text), check.part.text].join(' > ')} ${check.holds} ${String(check.value)}`,
  );
}

test('a condition keeps its macros, has lists put in, and its exceptions', () => {
  assert.equal(
    shape(partsOf(OUTCOME, 'R')),
    'and(and(evt.type = execve | ' +
      'outer(and(inner(or(proc.name in (a, b) | proc.name = c)) | not(proc.pid = 7))) | ' +
      'not(and(user.uid = 0 | proc.tty != 0))) | not(proc.exepath = /x))',
  );
});

test('places are those of the text, in macros too', () => {
  const found: string[] = [];
  const visit = ({ kind, text, location, operands }: Part): void => {
    if (kind === 'check' || kind === 'macro') found.push(`${text} ${location.line}:${location.column}`);
    operands.forEach(visit);
  };
  visit(partsOf(OUTCOME, 'R'));
  assert.deepEqual(found.slice(0, 5), [
    'evt.type = execve 10:14',
    'outer 10:36',
    'inner 7:15',
    'proc.name in (a, b) 5:15',
    'proc.name = c 5:39',
  ]);
});

test('false: the first part that is false, with all of an "or", and what a "not" denies', () => {
  assert.deepEqual(decided({ comm: 'x' }), [
    'outer > inner > proc.name in (a, b) false x',
    'outer > inner > proc.name = c false x',
  ]);
  assert.deepEqual(decided({ comm: 'c', tid: 1000, pid: 7 }), ['outer > proc.pid = 7 true 7']);
  assert.deepEqual(decided({ comm: 'c', tty: 5 }), ['user.uid = 0 true 0', 'proc.tty != 0 true 5']);
  assert.deepEqual(decided({ comm: 'c', exepath: '/x' }), ['proc.exepath = /x true /x']);
});

test('true: all parts of an "and", the first true one of an "or"', () => {
  assert.equal(judged({ comm: 'b' }).holds, true);
  assert.deepEqual(decided({ comm: 'b' }), [
    'evt.type = execve true execve',
    'outer > inner > proc.name in (a, b) true b',
    'outer > proc.pid = 7 false 1000',
    'proc.tty != 0 false 0',
    'proc.exepath = /x false /usr/bin/dash',
  ]);
});

test('nearness counts the parts on the top that hold', () => {
  assert.ok(nearness(judged({ comm: 'b' })) > nearness(judged({ comm: 'b', exepath: '/x' })));
});

test('explanations of all default rules say what interpreter and matcher say', () => {
  const folder = resolve(import.meta.dirname, '../../rules');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const outcome = load(names.sort().map((name) => ({ name, bytes: readFileSync(join(folder, name)) })));
  const { rules } = outcome.ruleSet;
  const matcher = compileMatcher(outcome.ruleSet, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const system = systemOf({ threads: [threadOf({ comm: 'cat', exepath: '/usr/bin/cat' })] });
  const file = (name: string) => descriptorWith({ name, rawName: name });
  const contexts = [
    execve({ exepath: '/dev/shm/x', containerId: 'abc' }),
    execve({ executable: { ...threadOf().executable, fromMemfd: true } }),
    contextOf(eventOf('openat', { fd: 3, flags: 1 }), { system, descriptor: file('/etc/shadow') }),
    contextOf(eventOf('openat', { fd: 3, flags: 2 }), { system, descriptor: file('/usr/bin/ls') }),
    contextOf(eventOf('chmod', { res: 0, mode: 0o4000, filename: '/x' }), { system }),
    contextOf(eventOf('setns', { res: 0 }), { system }),
  ];
  let matches = 0;
  for (const context of contexts) {
    const matched = new Set(matcher.match(context));
    matches += matched.size;
    for (const rule of rules) {
      const { holds: said } = judgePart(partsOf(outcome, rule.name), context, FIELD_CATALOG);
      assert.equal(said, holds(rule.condition, context, FIELD_CATALOG), rule.name);
      if (rule.eventCodes.has(context.event.code)) assert.equal(said, matched.has(rule), rule.name);
    }
  }
  assert.ok(matches >= 3, `${matches} matches`);
});

test('what was written is enough for the same parts, with lists by their names', () => {
  const { ruleSet } = OUTCOME;
  const [rule] = ruleSet.rules;
  assert.ok(rule);
  // As it comes from another thread.
  const { name, written = '' } = structuredClone({ name: rule.name, written: rule.written });
  const macros = structuredClone(ruleSet.macros ?? new Map());
  const parts = partsOfWritten({ name, written, condition: rule.condition }, { macros });
  assert.ok(parts);
  assert.equal(
    shape(parts),
    'and(and(evt.type = execve | ' +
      'outer(and(inner(or(proc.name in (names) | proc.name = c)) | not(proc.pid = 7))) | ' +
      'not(and(user.uid = 0 | proc.tty != 0))) | not(proc.exepath = /x))',
  );
  assert.equal(judgePart(parts, execve({ comm: 'b' }), FIELD_CATALOG).holds, true);
  assert.equal(judgePart(parts, execve({ comm: 'x' }), FIELD_CATALOG).holds, false);
});

test('parts of what was written have the shape of those of the rules, for all rules that there are', (context) => {
  const own = resolve(import.meta.dirname, '../../rules');
  const upstream = resolve(import.meta.dirname, '../../../shared/upstream-rules');
  const folders = [own, join(own, 'kubernetes'), ...(existsSync(upstream) ? [upstream] : [])];
  if (folders.length < 3) context.diagnostic('../shared is not there: Falco\u2019s rules are left out');
  const form = ({ kind, text, operands }: Part): string =>
    `${kind === 'macro' ? text : kind}(${operands.map(form).join(' ')})`;
  for (const folder of folders) {
    const names = readdirSync(folder).filter((name) => /(?<!\.test)\.ya?ml$/.test(name));
    const files = names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
    // Files build on those before them; upstream's stand for themselves, and two of them share names.
    for (const together of folder === upstream ? files.map((file) => [file]) : [files]) {
      const outcome = loadRules(together, ruleEnvironment());
      const written = together.flatMap(({ bytes }) => bytes.toString().match(/^- rule:/gm) ?? []).length;
      assert.equal(outcome.ruleSet.rules.length, written);
      for (const rule of outcome.ruleSet.rules) {
        const parts = partsOfWritten(rule, outcome.ruleSet);
        assert.ok(parts, rule.name);
        assert.equal(form(parts), form(partsOf(outcome, rule.name)), rule.name);
      }
    }
  }
});

test('a condition that cannot be read without its lists has no parts', () => {
  const { ruleSet } = load([
    {
      name: 'odd.yaml',
      text: `
- list: more
  items: ["b) or proc.name in (c"]
- rule: Odd
  desc: d
  condition: evt.type = execve and (proc.name in (a, more))
  output: o
  priority: WARNING
`,
    },
  ]);
  assert.equal(partsOfWritten(ruleSet.rules[0] as CheckedRule, ruleSet)?.operands[1]?.kind, 'check');
  assert.equal(
    partsOfWritten({ ...(ruleSet.rules[0] as CheckedRule), written: 'a and (' }, ruleSet),
    undefined,
  );
  assert.equal(
    partsOfWritten({ ...(ruleSet.rules[0] as CheckedRule), written: 'none and none' }, ruleSet),
    undefined,
  );
});
