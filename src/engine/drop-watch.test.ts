import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InternalAlert } from '../alerts/alert.ts';
import { loadConfig } from '../config/load.ts';
import { DropWatch } from './drop-watch.ts';

function watchDrops(...overrides: string[]) {
  const { config } = loadConfig({
    file: undefined,
    overrides: overrides.map((override) => `syscall_event_drops.${override}`),
    environment: {},
  });
  const counts = { delivered: 0, lost: new Map<string, number>(), lostByCategory: new Map<string, number>() };
  const alerts: InternalAlert[] = [];
  const lines: string[] = [];
  const exits: string[] = [];
  let now = 0;
  const drops = new DropWatch({
    config: config.syscall_event_drops,
    counts: () => counts,
    hostname: 'h',
    clock: () => now,
    actions: {
      log: (line) => lines.push(line),
      alert: (alert) => alerts.push(alert),
      exit: (reason) => exits.push(reason),
    },
  });
  return {
    ...{ drops, alerts, lines, exits },
    /** A second in which so many events were delivered and so many opens lost. */
    second(delivered: number, lost: number) {
      now += 1000;
      counts.delivered += delivered;
      counts.lost.set('openat', (counts.lost.get('openat') ?? 0) + lost);
      counts.lostByCategory.set('open', counts.lost.get('openat') ?? 0);
      drops.look();
    },
  };
}

test('no loss, no word', () => {
  const { drops, second, alerts, lines } = watchDrops();
  second(1000, 0);
  drops.finish();
  assert.deepEqual([alerts, lines], [[], []]);
});

test('a loss beyond the threshold is logged and raised, with its numbers as text', () => {
  const { second, alerts, lines } = watchDrops('threshold=0.1');
  second(80, 20);
  assert.equal(lines.length, 1);
  const [alert] = alerts;
  assert.equal(alert?.rule, 'Lanner internal: syscall event drop');
  assert.equal(alert?.priority, 'Debug');
  assert.equal(alert?.fields.n_evts, '100');
  assert.equal(alert?.fields.n_drops, '20');
  assert.equal(alert?.fields.n_drops_buffer_open_exit, '20');
  assert.equal(alert?.fields.n_drops_buffer_close_exit, '0');
});

test('a loss below the threshold waits for the next report, so that nothing stays unsaid', () => {
  const { second, alerts } = watchDrops('threshold=0.1');
  second(99, 1);
  assert.equal(alerts.length, 0);
  second(50, 50);
  assert.equal(alerts[0]?.fields.n_drops, '51');
});

test('reports are rare, add up, and the end says what is left', () => {
  const { drops, second, alerts } = watchDrops('threshold=0', 'rate=0.1', 'max_burst=1');
  for (let i = 0; i < 5; i++) second(10, 10);
  assert.equal(alerts.length, 1);
  drops.finish();
  assert.deepEqual(
    alerts.map(({ fields }) => fields.n_drops),
    ['10', '40'],
  );
});

test('actions: ignore does nothing, exit asks for the end', () => {
  const ignoring = watchDrops('threshold=0', 'actions=["ignore"]');
  ignoring.second(1, 1);
  ignoring.drops.finish();
  assert.deepEqual([ignoring.alerts, ignoring.lines, ignoring.exits], [[], [], []]);
  const exiting = watchDrops('threshold=0', 'actions=["exit"]');
  exiting.second(1, 1);
  assert.equal(exiting.exits.length, 1);
  assert.equal(exiting.alerts.length, 0);
});

test('pretended losses count as losses, one a second, below any threshold', () => {
  const { drops, second, alerts } = watchDrops('simulate_drops=true', 'threshold=1', 'rate=1', 'max_burst=1');
  second(1000, 0);
  second(1000, 0);
  drops.finish();
  assert.deepEqual(
    alerts.map(({ fields }) => [fields.n_drops, fields.n_evts]),
    [
      ['1', '1001'],
      ['1', '1001'],
    ],
  );
});
