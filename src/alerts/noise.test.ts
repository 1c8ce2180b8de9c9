import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { RuleAlert } from './alert.ts';
import { NO_NOISE_SETTINGS, NoiseFilter, type NoiseSettings } from './noise.ts';

/** A filter, and what comes through: alerts by their messages. */
function filter(settings: Partial<NoiseSettings>) {
  const out: string[] = [];
  const told: RuleAlert[] = [];
  const key = (context: EventContext): string => (context as unknown as { key: string }).key;
  const noise = new NoiseFilter({ ...NO_NOISE_SETTINGS, key, ...settings }, (alert) => {
    told.push(alert);
    out.push(alert.message);
  });
  const raise = (rule: string, key: string, ms: number): void => {
    const context = { key, event: { milliseconds: ms, wallTime: BigInt(ms) * 1_000_000n } };
    const alert = {
      kind: 'rule',
      rule,
      message: `${rule} ${key}`,
      fields: [],
      time: 0n,
    } as unknown as RuleAlert;
    const hold = () => ({ isLate: false, finish: () => alert });
    const held = noise.take({ name: rule } as CheckedRule, context as unknown as EventContext, hold);
    if (held) out.push(held.finish().message);
  };
  return { noise, raise, out, told };
}

test('by default every alert goes out', () => {
  const { noise, raise, out } = filter({});
  for (let ms = 0; ms < 5; ms++) raise('a', 'x', ms);
  noise.finish();
  assert.equal(out.length, 5);
});

test('the first goes out at once; others of the same rule and key are one with a count', () => {
  const { noise, raise, out, told } = filter({ windowMs: 1000 });
  for (const ms of [0, 100, 250]) raise('a', 'x', ms);
  raise('a', 'y', 300);
  raise('b', 'x', 400);
  assert.deepEqual(out, ['a x', 'a y', 'b x']);
  noise.sweep(999);
  assert.equal(told.length, 0);
  noise.sweep(1000);
  assert.deepEqual(out.slice(3), ['a x (2 alerts more like this since 1970-01-01T00:00:00.000000000Z)']);
  assert.equal(told[0]?.time, 250_000_000n);
  assert.deepEqual(
    told[0]?.fields.map(({ key, value }) => [key, value]),
    [
      ['lanner.fold.count', 2],
      ['lanner.fold.first', '1970-01-01T00:00:00.000000000Z'],
      ['lanner.fold.last', '1970-01-01T00:00:00.250000000Z'],
    ],
  );
  noise.finish();
  assert.equal(told.length, 1, 'what stood alone needs no summary');
  raise('a', 'x', 1100);
  assert.equal(out.at(-1), 'a x');
  assert.deepEqual([...noise.folded], [['a', 2]]);
});

test('the end, and other settings, tell what is left', () => {
  const { noise, raise, told } = filter({ windowMs: 1000 });
  raise('a', 'x', 0);
  raise('a', 'x', 1);
  noise.configure(NO_NOISE_SETTINGS);
  assert.equal(told.length, 1);
});

test('a rate limit lets the burst pass, then holds back, and tells how many', () => {
  const { noise, raise, out, told } = filter({
    limits: [
      { rule: 'quiet*', rate: 1, burst: 2 },
      { rule: '*', rate: 1, burst: 100 },
    ],
  });
  for (let n = 0; n < 10; n++) raise('quiet one', String(n), 0);
  for (let n = 0; n < 10; n++) raise('other', String(n), 0);
  assert.equal(out.length, 12);
  assert.deepEqual(out.slice(0, 3), ['quiet one 0', 'quiet one 1', 'other 0']);
  raise('quiet one', 'later', 1000);
  assert.equal(out.at(-1), 'quiet one later');
  noise.sweep(60_000);
  assert.equal(told[0]?.fields[0]?.key, 'lanner.limit.count');
  assert.equal(told[0]?.fields[0]?.value, 8);
  assert.deepEqual([...noise.limited], [['quiet one', 8]]);
});

test('all alerts are accounted for, whatever comes', () => {
  const { noise, raise, out, told } = filter({
    windowMs: 700,
    limits: [{ rule: '*', rate: 2, burst: 3 }],
  });
  for (let n = 0; n < 10_000; n++) raise(`r${n % 3}`, `k${(n * n) % 50}`, n * 7);
  noise.finish();
  const counted = told.reduce((sum, { fields }) => sum + Number(fields[0]?.value), 0);
  assert.equal(out.length - told.length + counted, 10_000);
});
