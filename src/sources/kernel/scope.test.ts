import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { KernelSourceError } from './error.ts';
import { descendants, findControlGroup, processParents, threadsOf } from './scope.ts';

test('descendants, in whatever order the processes are listed', () => {
  const parents = new Map([
    [40, 30],
    [30, 20],
    [20, 10],
    [21, 10],
    [99, 1],
    [10, 1],
  ]);
  assert.deepEqual([...descendants([20], parents)].sort(), [20, 30, 40]);
  assert.deepEqual([...descendants([10, 99], parents)].sort(), [10, 20, 21, 30, 40, 99]);
  assert.deepEqual([...descendants([7], parents)], [7]);
});

test('parents and threads of this process', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  assert.equal(processParents().get(process.pid), process.ppid);
  assert.ok(threadsOf(process.pid).includes(process.pid));
  assert.deepEqual(threadsOf(2 ** 22 + 1), []);
});

test('what is no control group', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  for (const path of ['/etc', '/no/such/group'])
    assert.throws(
      () => findControlGroup(path),
      (error) =>
        error instanceof KernelSourceError && error.code === 'BAD_SCOPE' && error.message.includes(path),
    );
});
