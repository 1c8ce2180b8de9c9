import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Performance } from './perform.ts';
import { host, scene } from './scene.ts';
import { isBad, judge, type SeenAlert } from './verdict.ts';

const SCENE = scene({
  name: 'scene',
  story: '',
  technique: '',
  place: host,
  falco: ['A', 'B'],
  lanner: ['C'],
  steps: [],
  twin: { because: '', steps: [] },
});
const PERFORMED: Performance = { kind: 'performed' };
const alerts = (...rules: string[]): SeenAlert[] => rules.map((rule, index) => ({ rule, delayMs: index }));
const results = (isTwin: boolean, seen: readonly SeenAlert[], enabled: readonly string[]) => {
  const { result, rules } = judge(SCENE, isTwin, PERFORMED, seen, new Set(enabled));
  return [result, ...rules.map(({ rule, delayMs }) => `${rule} ${delayMs}`)];
};

test('a scene is detected when all of its rules that are in use fire, whatever else does', () => {
  assert.deepEqual(results(false, alerts('X', 'B', 'A'), ['A', 'B', 'X']), ['detected', 'A 2', 'B 1']);
  assert.deepEqual(results(false, alerts('C'), ['C']), ['detected', 'C 0']);
});

test('one that does not fire is missed', () => {
  assert.deepEqual(results(false, alerts('A'), ['A', 'B']), ['missed', 'A 0', 'B undefined']);
});

test('a twin is silent when none of them fires', () => {
  assert.deepEqual(results(true, alerts('X'), ['A', 'B', 'X']), ['silent']);
  assert.deepEqual(results(true, alerts('X', 'B'), ['A', 'B', 'X']), ['false alarm', 'B 1']);
});

test('what was not performed tells nothing of rules', () => {
  const verdict = judge(
    SCENE,
    false,
    { kind: 'failed', reason: 'why' },
    alerts('A', 'B', 'C'),
    new Set(['A']),
  );
  assert.deepEqual([verdict.result, verdict.reason, verdict.rules], ['failed', 'why', []]);
  assert.equal(isBad(verdict), true);
  assert.equal(isBad(judge(SCENE, false, { kind: 'skipped', reason: '' }, [], new Set())), false);
});
