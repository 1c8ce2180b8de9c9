import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertListener, END_RULE } from './audience.ts';

test('alerts are those since the process was followed, and the end is that of the process', async () => {
  const followed: [number, number][] = [];
  const listener = new AlertListener(async (pid, limitMs) => {
    followed.push([pid, limitMs]);
  });
  listener.take({ rule: 'before', time: 0n, pid: 0 });
  await listener.follow(7, false);
  listener.take({ rule: 'A', time: 0n, pid: 0 });
  let isOver = false;
  const over = listener.over(7).then(() => {
    isOver = true;
  });
  listener.take({ rule: END_RULE, time: 0n, pid: 8 });
  listener.take({ rule: 'B', time: 0n, pid: 0 });
  await Promise.resolve();
  assert.equal(isOver, false);
  listener.take({ rule: END_RULE, time: 0n, pid: 7 });
  await over;
  assert.deepEqual(followed, [[7, 0]]);
  assert.deepEqual(
    listener.alerts.map(({ rule }) => rule),
    ['A', 'B'],
  );
});

test('an end that is known already is not waited for', async () => {
  const listener = new AlertListener(() => Promise.resolve());
  await listener.follow(7, false);
  listener.take({ rule: END_RULE, time: 0n, pid: 7 });
  await listener.over(7);
});
