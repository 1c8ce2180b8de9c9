import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventContext } from '../system/context.ts';
import { MemoFunctions } from './memo.ts';

const CONTEXT = {} as EventContext;

test('a value is computed once per event', () => {
  let count = 0;
  const memo = new MemoFunctions();
  const value = memo.of('key', (constants) => `${constants.bind(() => ++count)}()`);
  assert.equal(
    memo.of('key', () => 'unused'),
    value,
  );
  assert.deepEqual([value(CONTEXT), value(CONTEXT)], [1, 1]);
  assert.ok(memo.begin());
  assert.deepEqual([value(CONTEXT), value(CONTEXT)], [2, 2]);
});

test('when the number of events starts anew, so do the functions', () => {
  const memo = new MemoFunctions(3);
  const value = memo.of('key', () => '1');
  assert.ok(memo.begin());
  assert.ok(!memo.begin());
  assert.notEqual(
    memo.of('key', () => '1'),
    value,
  );
});
