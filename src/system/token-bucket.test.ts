import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

test('a burst passes at once, then as many as the rate', () => {
  let now = 0;
  const bucket = new TokenBucket(2, 3, () => now);
  const takeAll = (): number => {
    let count = 0;
    while (bucket.take()) count++;
    return count;
  };
  assert.equal(takeAll(), 3);
  now = 499;
  assert.equal(takeAll(), 0);
  now = 500;
  assert.equal(takeAll(), 1);
  now = 3_600_000;
  assert.equal(takeAll(), 3);
});
