import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMatcher } from './compile.ts';
import { profileTable, RuleProfiler } from './profile.ts';
import { check, rule, testCatalog, testEvent } from './test-kit.ts';

test('counts what was asked, what the index settled, what was evaluated and what matched', () => {
  const rules = [rule('path', check('t.path', '=', '/a')), rule('regex', check('t.name', 'regex', 'b+'))];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  for (let event = 0; event < 10; event++) matcher.match(testEvent({ 't.path': '/a', 't.name': 'b' }));
  for (let event = 0; event < 5; event++) matcher.match(testEvent({ 't.path': '/x', 't.name': 'c' }));
  matcher.match(testEvent({}, 7));
  const { events, settled, rules: costs } = matcher.profile;
  assert.deepEqual({ events, settled }, { events: 16, settled: 1 });
  const counts = new Map(costs.map((cost) => [cost.rule.name, [cost.evaluations, cost.matches]]));
  assert.deepEqual(counts.get('regex'), [15, 10]);
  assert.equal(counts.get('path')?.[1], 10);
});

test('estimates time from the sample and sorts by it', () => {
  const rules = [rule('cheap', check('t.number', '=', 1)), rule('dear', check('t.number', '=', 2))];
  const profiler = new RuleProfiler(rules);
  let samples = 0;
  for (let event = 0; event < 6400; event++)
    if (profiler.begins(event % 2)) {
      profiler.timed(event % 2, event % 2 === 0 ? 1 : 2);
      samples++;
    }
  assert.equal(samples, 100);
  profiler.matched(1);
  const [first] = profiler.profile.rules;
  assert.ok(first && first.milliseconds > 0);
  const table = profileTable(profiler.profile, 1);
  assert.match(table, /ns each +evaluated +matched +rule\n/);
  assert.match(table, /and 1 rules more$/);
});
