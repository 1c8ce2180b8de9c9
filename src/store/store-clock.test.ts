import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreClock } from './store-clock.ts';

const DAY = 86_400_000;

test('a clock that is set by years makes nothing old, and time goes on', () => {
  let [wall, uptime] = [1000 * DAY, 0];
  const clock = new StoreClock(
    () => wall,
    () => uptime,
  );
  const pass = (milliseconds: number, set = 0): number => {
    uptime += milliseconds;
    wall += milliseconds + set;
    return clock.now();
  };
  assert.equal(pass(DAY), 1001 * DAY);
  assert.equal(pass(DAY, 30), 1002 * DAY + 30, 'corrections are followed');
  assert.equal(pass(DAY, 9999 * DAY), 1003 * DAY);
  assert.equal(pass(DAY), 1004 * DAY);
  assert.equal(pass(DAY, -9999 * DAY), 1005 * DAY + 30);
  assert.equal(pass(DAY, -10 * DAY), 996 * DAY + 30, 'it goes back with the clock');
  assert.equal(pass(DAY, 10 * DAY), 997 * DAY + 30);
});

test('that of the machine agrees with its clock', () => {
  const clock = new StoreClock();
  assert.ok(Math.abs(clock.now() - Date.now()) < 60_000);
});
