import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBudget } from './time-budget.ts';

test('work is done until it has taken what there was, and again when time has passed', () => {
  let now = 0;
  const budget = new TimeBudget(0.1, 20, { passed: () => now, worked: () => now });
  const work = (milliseconds: number) =>
    budget.spend(() => {
      now += milliseconds;
      return 'done';
    });
  assert.equal(work(15), 'done');
  // The last piece may cost more than there is, and is paid later.
  assert.equal(work(15), 'done');
  assert.equal(work(1), undefined);
  now += 60;
  assert.equal(work(1), undefined);
  now += 30;
  assert.equal(work(5), 'done');
  assert.equal(work(1), undefined);
  now += 1_000_000;
  assert.equal(work(25), 'done');
  assert.equal(work(1), undefined, 'no more is saved up than there may be');
});

test('work that fails has taken its time too', () => {
  let now = 0;
  const budget = new TimeBudget(0.1, 20, { passed: () => now, worked: () => now });
  assert.throws(() =>
    budget.spend(() => {
      now += 30;
      throw new Error('x');
    }),
  );
  assert.equal(
    budget.spend(() => 1),
    undefined,
  );
});

test('time in which others had the processor does not count, and one dear piece does not stop the rest for ever', () => {
  let [now, worked] = [0, 0];
  const budget = new TimeBudget(0.1, 20, { passed: () => now, worked: () => worked });
  const work = (passing: number, working: number) =>
    budget.spend(() => {
      now += passing;
      worked += working;
      return 'done';
    });
  for (let round = 0; round < 10; round++) assert.equal(work(1000, 1), 'done');
  assert.equal(work(0, 1_000_000), 'done');
  now += 199;
  assert.equal(work(0, 0), undefined);
  now += 10;
  assert.equal(work(0, 0), 'done');
});
