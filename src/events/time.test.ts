import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatClock, formatClockNs, formatDate, formatUtc } from './time.ts';

const TIME = 1795290112_000000529n;

test('UTC has all nine digits of the fraction', () => {
  assert.equal(formatUtc(TIME), '2026-11-21T19:41:52.000000529');
  assert.equal(formatUtc(0n), '1970-01-01T00:00:00.000000000');
});

test('local times follow the time zone', (context) => {
  const zone = process.env.TZ;
  context.after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  process.env.TZ = 'Asia/Kolkata';
  assert.equal(formatClock(TIME), '01:11:52');
  assert.equal(formatClockNs(TIME), '01:11:52.000000529');
  assert.equal(formatDate(TIME), '2026-11-22');
});
