import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { InternalAlert } from '../../alerts/alert.ts';
import { metricSettings } from './measured.test-kit.ts';
import { MetricSnapshots } from './snapshots.ts';

function snapshots(...overrides: string[]) {
  const alerts: InternalAlert[] = [];
  const lines: string[] = [];
  const fields: Record<string, string | number | bigint> = {
    ...{ 'evt.time': 1_795_311_144_311_000_001n, 'falco.num_evts': 100 },
    ...{ 'scap.n_evts': 100, 'scap.n_drops': 0 },
  };
  const time = { now: 0 };
  const parts = {
    registry: { snapshot: () => ({ ...fields }) },
    hostname: 'h',
    alert: (alert: InternalAlert) => void alerts.push(alert),
    log: (line: string) => void lines.push(line),
    clock: () => time.now,
  };
  return { told: new MetricSnapshots(parts, metricSettings(...overrides)), alerts, lines, fields, time };
}

test('an internal alert with rates since the one before', () => {
  const { told, alerts, fields, time } = snapshots();
  time.now = 10_000;
  told.tell();
  Object.assign(fields, { 'falco.num_evts': 150, 'scap.n_evts': 200, 'scap.n_drops': 50 });
  time.now = 12_000;
  told.tell();
  const [first, second] = alerts;
  assert.equal(first?.rule, 'Lanner internal: metrics snapshot');
  assert.equal(first?.priority, 'Informational');
  assert.equal(first?.fields['falco.evts_rate_sec'], 10);
  assert.equal(first?.fields['scap.n_drops_perc'], 0);
  const expected = {
    ...{ 'falco.num_evts_prev': 100, 'falco.evts_rate_sec': 25, 'scap.n_evts_prev': 100 },
    ...{ 'scap.n_drops_prev': 0, 'scap.evts_rate_sec': 50, 'scap.evts_drop_rate_sec': 25 },
    'scap.n_drops_perc': 50,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(second?.fields[name], value, name);
});

test('a file gets a line of JSON each time, with exact times', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-metrics-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'metrics.jsonl');
  const { told, alerts } = snapshots('output_rule=false', `output_file=${file}`);
  told.tell();
  told.tell();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).sample),
    [1, 2],
  );
  assert.match(lines[0] ?? '', /"evt\.time":1795311144311000001,/);
  assert.equal(alerts.length, 0);
});

test('a file that cannot be written is told once', () => {
  const { told, lines } = snapshots('output_file=/nonexistent/metrics');
  told.tell();
  told.tell();
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^metrics\.output_file: ENOENT/);
});
