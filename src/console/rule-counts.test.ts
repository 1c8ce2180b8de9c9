import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MatcherProfile } from '../matcher/profile.ts';
import { costsOf, counter, firedOf, wholeCost } from './rule-counts.ts';

const PROFILE = {
  ...{ events: 10, settled: 4 },
  rules: [
    { rule: { name: 'Dear' }, evaluations: 8, matches: 2, milliseconds: 3 },
    { rule: { name: 'Cheap' }, evaluations: 6, matches: 0, milliseconds: 1 },
  ],
} as unknown as MatcherProfile;
const FIRED = JSON.stringify([{ name: 'Dear', day: 1, all: 5, last: 7 }]);

test('counts of rules, of all of them or of one, pass from thread to thread', () => {
  const cheap = { evaluations: 6, matches: 0, milliseconds: 1, share: 0.25 };
  for (const only of [undefined, 'Cheap']) {
    const counts = { fired: FIRED, costs: structuredClone(costsOf(PROFILE, only)) };
    const of = counter(counts);
    assert.deepEqual(of('Cheap'), { fired: { day: 0, all: 0, last: null }, cost: cheap });
    assert.deepEqual(of('Dear').fired, { day: 1, all: 5, last: 7 });
    assert.equal(of('Dear').cost?.share, only === undefined ? 0.75 : 0);
    assert.deepEqual(of('Other').cost, { evaluations: 0, matches: 0, milliseconds: 0, share: 0 });
    assert.deepEqual(wholeCost(counts), { events: 10, settled: 4, milliseconds: 4 });
  }
});

test('what is not known is told so', () => {
  const nothing = { fired: undefined, costs: undefined };
  assert.deepEqual(counter(nothing)('Dear'), { fired: null, cost: null });
  assert.equal(wholeCost(nothing), null);
  assert.equal(firedOf(nothing), undefined);
});
