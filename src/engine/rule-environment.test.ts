import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rules/load.ts';
import { ruleEnvironment } from './rule-environment.ts';

const { events, fields } = ruleEnvironment();

test('names stand for the codes of their events, other system calls for the generic event', () => {
  assert.deepEqual(events.codes('open'), [2, 3]);
  assert.deepEqual(events.codes('getrusage'), [0, 1]);
  assert.deepEqual(events.codes('container_removed'), [402]);
  assert.deepEqual(events.codes('no such event'), []);
});

test('every name that evt.type may have has codes, but those of no event at all', () => {
  const without = [...events.names()].filter((name) => events.codes(name).length === 0);
  assert.deepEqual(without, ['syscall', 'NA']);
});

test('the published typing error has its correction', () => {
  const text = '- rule: R\n  desc: d\n  condition: container.is != host\n  output: o\n  priority: INFO\n';
  const [problem] = loadRules([{ name: 'x', text }], ruleEnvironment()).problems;
  assert.equal(problem?.suggestion, 'container.id');
  assert.ok(fields.find('container.id'));
});

test('a rule for what containers tell of themselves is loaded, and is not said never to fire', () => {
  const text =
    '- rule: R\n  desc: d\n  condition: evt.type = container_removed\n  output: o\n  priority: INFO\n';
  const { problems, ruleSet } = loadRules([{ name: 'x', text }], ruleEnvironment());
  assert.deepEqual(problems, []);
  assert.deepEqual([...(ruleSet.rules[0]?.eventCodes ?? [])], [402]);
});
