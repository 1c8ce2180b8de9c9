import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookWatch } from './look-watch.ts';

test('looks without an answer are told at once, then no more often than once a minute, and all of them', () => {
  const counts = { givenUp: 0, refused: 0 };
  const alerts: unknown[] = [];
  let now = 0;
  const watch = new LookWatch({
    counts: () => ({ ...counts }),
    log: () => {},
    alert: ({ rule, fields }) => alerts.push([rule, fields]),
    hostname: 'host',
    clock: () => now,
  });
  watch.look();
  assert.deepEqual(alerts, []);
  counts.givenUp = 1;
  watch.look();
  counts.refused = 5;
  now = 59_999;
  watch.look();
  const rule = 'Lanner internal: file system without answer';
  assert.deepEqual(alerts, [[rule, { looks_given_up: 1, looks_refused: 0 }]]);
  now = 60_000;
  watch.look();
  assert.deepEqual(alerts[1], [rule, { looks_given_up: 0, looks_refused: 5 }]);
  counts.givenUp = 2;
  watch.finish();
  assert.deepEqual(alerts[2], [rule, { looks_given_up: 1, looks_refused: 0 }]);
});
