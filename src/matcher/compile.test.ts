import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../rules/checked.ts';
import { compileInSteps, compileMatcher } from './compile.ts';
import {
  and,
  check,
  exists,
  field,
  not,
  or,
  reads,
  rule,
  testCatalog,
  testEvent,
  transform,
} from './test-kit.ts';

const yes: Condition = not(exists('t.raw'));

function names(rules: ReturnType<typeof rule>[], matching: 'first' | 'all', code = 1): string[] {
  const matcher = compileMatcher({ rules }, testCatalog, { matching, source: 'syscall' });
  return matcher.match(testEvent({}, code)).map(({ name }) => name);
}

test('all matching rules are reported in order, or only the first', () => {
  const rules = [rule('no', not(yes)), rule('a', yes), rule('b', yes)];
  assert.deepEqual(names(rules, 'all'), ['a', 'b']);
  assert.deepEqual(names(rules, 'first'), ['a']);
});

test('a rule is asked only about its event codes', () => {
  const rules = [
    rule('one', yes, { eventCodes: new Set([1]) }),
    rule('both', yes, { eventCodes: new Set([1, 7]) }),
    rule('seven', yes, { eventCodes: new Set([7]) }),
  ];
  assert.deepEqual(names(rules, 'all', 1), ['one', 'both']);
  assert.deepEqual(names(rules, 'all', 7), ['both', 'seven']);
  assert.deepEqual(names(rules, 'all', 3), []);
  assert.deepEqual(names(rules, 'all', 400), []);
});

test('disabled rules and rules of other sources are left out', () => {
  const rules = [
    rule('disabled', yes, { enabled: false }),
    rule('audit', yes, { source: 'k8s_audit' }),
    rule('on', yes),
  ];
  assert.deepEqual(names(rules, 'all'), ['on']);
});

test('no rules match nothing', () => {
  assert.deepEqual(names([], 'all'), []);
});

test('the array is reused and emptied for every event', () => {
  const rules = [rule('a', check('t.number', '=', 1))];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  const first = matcher.match(testEvent({ 't.number': 1 }));
  assert.equal(first.length, 1);
  assert.equal(matcher.match(testEvent({ 't.number': 2 })), first);
  assert.equal(first.length, 0);
});

test('a dear field is read once per event, for all rules, and anew for the next event', () => {
  const rules = [
    rule('a', check('t.path', 'regex', '/etc.*')),
    rule('b', or(check('t.path', 'regex', '.*passwd'), check('t.path', 'regex', '.*shadow'))),
  ];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  reads.clear();
  assert.equal(matcher.match(testEvent({ 't.path': '/etc/shadow' })).length, 2);
  assert.equal(reads.get('t.path'), 1);
  assert.equal(matcher.match(testEvent({ 't.path': '/usr/shadow' })).length, 1);
  assert.equal(reads.get('t.path'), 2);
});

test('cheap operands are tried before dear ones', () => {
  const length = transform('len', [field('t.name')], { type: 'UINT64' });
  const rules = [rule('a', and(check('t.path', 'regex', '.*'), check(length, '=', 1)))];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  reads.clear();
  matcher.match(testEvent({ 't.path': '/etc/shadow', 't.name': 'ab' }));
  assert.equal(reads.get('t.path'), undefined);
  assert.equal(reads.get('t.name'), 1);
});

test('neither code nor time grows with the number of ways that lead to a shared condition', () => {
  let condition: Condition = check('t.number', '=', 1);
  for (let level = 0; level < 40; level++) condition = or(condition, and(condition, yes));
  const rules = [rule('a', condition), rule('b', not(condition))];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  assert.deepEqual(
    matcher.match(testEvent({ 't.number': 1 })).map(({ name }) => name),
    ['a'],
  );
  assert.deepEqual(
    matcher.match(testEvent({ 't.number': 2 })).map(({ name }) => name),
    ['b'],
  );
});

test('text of rules cannot become code', () => {
  const hostile = '`+process.exit(1)+`\'"\\\n\u2028*/ ) } ;';
  const rules = [rule(hostile, check('t.name', '=', hostile))];
  const matcher = compileMatcher({ rules }, testCatalog, { matching: 'all', source: 'syscall' });
  assert.equal(matcher.match(testEvent({ 't.name': hostile })).length, 1);
  assert.equal(matcher.match(testEvent({ 't.name': 'x' })).length, 0);
});

test('a field that the catalogue lacks is refused when a rule with it is needed', () => {
  const rules = [rule('a', exists('t.name'))];
  const matcher = compileMatcher(
    { rules },
    { fields: [], find: () => undefined },
    { matching: 'all', source: 'syscall' },
  );
  assert.throws(() => matcher.match(testEvent({ 't.name': 'x' })), /t\.name/);
});

test('matchers made in steps are the same, and know what may be asked at once', () => {
  const rules = [rule('a', check('t.number', '=', 1)), rule('b', check('t.number', '=', 2))];
  const options = { matching: 'all', source: 'syscall' } as const;
  const event = testEvent({ 't.number': 2 });
  const steps = compileInSteps({ rules }, testCatalog, options, [event.event.code]);
  let count = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) count++;
  assert.ok(count >= rules.length, `${count} steps`);
  assert.deepEqual([...step.value.met], [event.event.code]);
  assert.deepEqual(
    step.value.match(event).map(({ name }) => name),
    ['b'],
  );
});
