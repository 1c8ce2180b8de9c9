import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checked, load, problems, ruleFile, testEnvironment } from '../test-kit.ts';

const ALL = testEnvironment.events.allCodes.length;

/** Codes of a condition's events without the asynchronous event, which every rule may match. */
function codes(condition: string, more = '  warn_evttypes: false'): number[] {
  return [...checked(condition, more).eventCodes].filter((code) => code !== 402).sort((a, b) => a - b);
}

test('checks of evt.type and syscall.type name events', () => {
  assert.deepEqual(codes('evt.type = open'), [2, 3]);
  assert.deepEqual(codes('syscall.type == open'), [2, 3]);
  assert.deepEqual(codes('evt.type in (open, close)'), [2, 3, 4, 5]);
  assert.deepEqual(codes('evt.type = getrusage'), [0, 1], 'a call without an event of its own');
});

test('and intersects, or unites, what says nothing of events matches all', () => {
  assert.deepEqual(codes('evt.type in (open, close) and evt.type != open'), [4, 5]);
  assert.deepEqual(codes('evt.type = open or evt.type = close'), [2, 3, 4, 5]);
  assert.deepEqual(codes('evt.type = open and proc.name = a'), [2, 3]);
  assert.equal(codes('evt.type = open or proc.name = a').length, ALL - 1);
  assert.deepEqual(codes('evt.type = open and evt.type = close'), []);
});

test('negation turns sets around, but not what says nothing of events', () => {
  assert.equal(codes('not evt.type = open').length, ALL - 3);
  assert.deepEqual(codes('not evt.type != open'), [2, 3]);
  assert.deepEqual(codes('not (evt.type != open or proc.name = a)'), [2, 3]);
  assert.deepEqual(codes('evt.type = open and not proc.name = a'), [2, 3]);
  assert.deepEqual(codes('not (not evt.type = open)'), [2, 3]);
  assert.deepEqual(
    codes('evt.type in (open, close) and not (evt.type = open and proc.name = a)'),
    [4, 5].concat([2, 3]).sort(),
  );
  assert.deepEqual(codes('not evt.type exists'), []);
});

test('evt.num is at least 1', () => {
  for (const never of [
    'evt.num=0',
    'evt.num<1',
    'evt.num<=0',
    'evt.num in (0)',
    'not evt.num>0',
    'not evt.num>=1',
  ]) {
    assert.deepEqual(codes(never), [], never);
    assert.deepEqual(codes(`evt.type=open or ${never}`), [2, 3], never);
  }
  for (const always of ['evt.num>0', 'evt.num>=1', 'evt.num!=0', 'evt.num=5', 'not evt.num=0']) {
    assert.equal(codes(always).length, ALL - 1, always);
  }
});

test('other operators and modifiers say nothing of events', () => {
  assert.equal(codes('evt.type startswith open').length, ALL - 1);
  assert.equal(codes('evt.type = anyof (open)').length, ALL - 1);
});

test('a rule of another source matches that source', () => {
  assert.deepEqual(codes('ka.verb = get', '  source: k8s_audit'), [322]);
});

test('more than 100 events are warned of, unless the rule says not to', () => {
  assert.deepEqual(problems(load(ruleFile('proc.name = a'))), [
    'LOAD_NO_EVTTYPE 1:3 the condition admits more than 100 types of events, which costs time: restrict it with evt.type',
  ]);
  assert.deepEqual(problems(load(ruleFile('proc.name = a', '  warn_evttypes: false'))), []);
  assert.deepEqual(problems(load(ruleFile('evt.num = 0'))), []);
});
