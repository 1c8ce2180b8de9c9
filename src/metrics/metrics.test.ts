import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from './histogram.ts';
import type { Metric } from './metric.ts';
import { prometheusText } from './prometheus.ts';
import { snapshotOf } from './snapshot.ts';

const OPTIONS = { inMegabytes: true, withZeros: false };

test('a counter with labels: names are made fit, texts are escaped', () => {
  const read = () => [{ labels: { 'tag_a-b': 'x"\\\n' }, value: 3 }];
  assert.equal(
    prometheusText([{ name: 'n_total', help: 'Say\\so.', type: 'counter', read }]),
    '# HELP n_total Say\\\\so.\n# TYPE n_total counter\nn_total{tag_a_b="x\\"\\\\\\n"} 3\n',
  );
});

test('a metric without samples is left out', () => {
  assert.equal(prometheusText([{ name: 'n', help: 'h', type: 'gauge', read: () => [] }]), '');
});

test('a histogram counts each observation in its bucket, and tells sums of buckets', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 7]) histogram.observe(value);
  assert.equal(
    prometheusText([{ name: 'h', help: 'x', type: 'histogram', read: () => histogram.counts }]),
    [
      ...['# HELP h x', '# TYPE h histogram', 'h_bucket{le="1"} 2', 'h_bucket{le="2"} 3'],
      ...['h_bucket{le="+Inf"} 4', 'h_sum 10', 'h_count 4', ''],
    ].join('\n'),
  );
});

test('a snapshot has units in its names, and zeros where they are kept or asked for', () => {
  const metrics: Metric[] = [
    { name: 'a', help: '', type: 'gauge', key: 'f.memory', unit: 'kilobytes', read: () => 3 << 19 },
    { name: 'b', help: '', type: 'gauge', key: 'f.used', unit: 'bytes', read: () => 1 << 20 },
    { name: 'c', help: '', type: 'gauge', key: 'f.cpu', unit: 'percent', read: () => 0.1234 },
    { name: 'd', help: '', type: 'counter', key: 'f.zero', read: () => 0 },
    { name: 'e', help: '', type: 'counter', key: 'f.kept', isKept: true, read: () => 0 },
    { name: 'p', help: '', type: 'counter', read: () => 9 },
    {
      ...{ name: 'g', help: '', type: 'counter' },
      key: ({ cpu }) => `f.cpu_${cpu}`,
      read: () => [{ labels: { cpu: '7' }, value: 5 }],
    },
  ];
  const common = { 'f.cpu_perc': 12.3, 'f.kept': 0, 'f.cpu_7': 5 };
  assert.deepEqual(snapshotOf(metrics, OPTIONS), { 'f.memory_mb': 1.5, 'f.used_mb': 1, ...common });
  assert.deepEqual(snapshotOf(metrics, { inMegabytes: false, withZeros: true }), {
    ...{ 'f.memory_kb': 1536, 'f.used_bytes': 1_048_576, 'f.zero': 0 },
    ...common,
  });
});
