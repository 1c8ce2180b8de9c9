import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uringPrograms } from './uring.ts';

const having =
  (...present: string[]) =>
  (name: string) =>
    present.includes(name);

test('the programs are those whose tracepoints the kernel has', () => {
  const completing = ['lanner_uring_complete', 'lanner_uring_overflow', 'lanner_uring_fail_link'];
  assert.deepEqual(uringPrograms('6.18.1', having('io_uring_submit_req')), [
    'lanner_uring_submit_req',
    ...completing,
  ]);
  assert.deepEqual(uringPrograms('6.1.0-9', having('io_uring_submit_sqe')), [
    'lanner_uring_submit_sqe',
    ...completing,
  ]);
});

test('a kernel that is too old, or without io_uring, has none', () => {
  assert.deepEqual(uringPrograms('5.19.0', having('io_uring_submit_sqe')), []);
  assert.deepEqual(uringPrograms('6.18.1', having()), []);
});
