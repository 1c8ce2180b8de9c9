import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertSummary } from '../alerts/summary.ts';
import type { WatchSummary } from '../engine/watch.ts';
import { summaryLine } from './start.ts';

const NOTHING: WatchSummary = {
  ...{
    events: 10,
    lost: new Map(),
    alerts: new AlertSummary(),
    alertsDropped: 0,
    alertsIncomplete: 0,
    failed: 0,
  },
  ...{
    filtered: new Map(),
    compatCalls: 0,
    unwatchedThreads: 0,
    earlyRequests: 0,
    unresolvedPaths: 0,
    looksWithoutAnswer: 0,
    leftRunning: 0,
    exit: undefined,
  },
};

test('a summary is short when all went well', () => {
  assert.equal(summaryLine(NOTHING), '10 events, 0 lost, 0 alerts');
});

test('one alert is not several', () => {
  const alerts = new AlertSummary();
  alerts.count({ name: 'r', priority: 'Warning' });
  assert.equal(summaryLine({ ...NOTHING, alerts }), '10 events, 0 lost, 1 alert (Warning 1)');
});

test('losses and alerts by kind, the most first', () => {
  const alerts = new AlertSummary();
  for (const priority of ['Notice', 'Error', 'Notice'] as const) alerts.count({ name: 'r', priority });
  const lost = new Map([
    ['close', 2],
    ['openat', 5],
  ]);
  assert.equal(
    summaryLine({ ...NOTHING, lost, alerts }),
    '10 events, 7 lost (openat 5, close 2), 3 alerts (Error 1, Notice 2)',
  );
});

test('everything else that is missing is said', () => {
  const line = summaryLine({
    ...NOTHING,
    alertsDropped: 1,
    alertsIncomplete: 6,
    failed: 2,
    compatCalls: 3,
    unwatchedThreads: 4,
    leftRunning: 5,
  });
  assert.match(
    line,
    /1 alerts not written, 6 alerts without their container, 2 events not judged, 3 system calls of another interface not seen/,
  );
  assert.match(line, /4 threads not watched, 5 left running, no longer watched$/);
});
