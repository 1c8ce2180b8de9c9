import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InternalAlert } from '../alerts/alert.ts';
import { SilenceWatch } from './silence-watch.ts';

function silence() {
  const state = { now: 0, delivered: 0 };
  const alerts: InternalAlert[] = [];
  const watch = new SilenceWatch(
    {
      delivered: () => state.delivered,
      hostname: 'h',
      alert: (alert) => alerts.push(alert),
      clock: () => state.now,
    },
    100,
  );
  const look = (now: number): void => {
    state.now = now;
    watch.look();
  };
  return { state, alerts, look, watch };
}

test('silence of so many timeouts is told, and again after as many', () => {
  const { alerts, look } = silence();
  for (let now = 0; now <= 3000; now += 1000) look(now);
  assert.equal(alerts.length, 0);
  for (let now = 4000; now <= 8000; now += 1000) look(now);
  assert.equal(alerts.length, 2);
  assert.equal(alerts[0]?.rule, 'Lanner internal: timeouts notification');
  assert.equal(
    alerts[0]?.message,
    'Lanner internal: timeouts notification. 100 consecutive timeouts without event.',
  );
  assert.deepEqual(alerts[0]?.fields, { last_event_time: 'none' });
});

test('every event begins the count anew, and the last one is told', () => {
  const { state, alerts, look } = silence();
  for (let now = 0; now <= 20_000; now += 1000) {
    state.delivered++;
    look(now);
  }
  assert.equal(alerts.length, 0);
  look(24_000);
  assert.match(String(alerts[0]?.fields.last_event_time), /^\d\d:\d\d:\d\d\.\d{9}$/);
});
