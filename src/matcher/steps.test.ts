import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finish, inSlices, type Steps } from './steps.ts';

function* counting(to: number, seen: number[]): Steps<string> {
  for (let step = 1; step <= to; step++) {
    seen.push(step);
    yield;
  }
  return 'done';
}

test('steps are all taken, at once or in slices', async () => {
  const seen: number[] = [];
  assert.equal(finish(counting(3, seen)), 'done');
  const { result, longest } = await inSlices(counting(3, seen), 1);
  assert.equal(result, 'done');
  assert.ok(longest >= 0);
  assert.deepEqual(seen, [1, 2, 3, 1, 2, 3]);
});

test('whatever waits has its turn between slices', async () => {
  const seen: number[] = [];
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  // A slice of no time is one step.
  await inSlices(counting(50, seen), Number.MIN_VALUE);
  isOver = true;
  assert.equal(seen.length, 50);
  assert.ok(turns >= 25, `${turns} turns`);
});

test('what a step throws comes to who waits', async () => {
  function* failing(): Steps<never> {
    yield;
    throw new Error('no such field');
  }
  await assert.rejects(inSlices(failing(), 1), /no such field/);
});
