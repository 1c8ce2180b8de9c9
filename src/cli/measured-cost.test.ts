import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measured, metricSettings } from '../engine/metrics/measured.test-kit.ts';
import { MetricRegistry } from '../engine/metrics/registry.ts';
import { costIn, costLines } from './measured-cost.ts';

test('the costs of a rule are found in the metrics of a run, whatever its name', () => {
  const text = new MetricRegistry(measured(), metricSettings()).prometheus();
  const cost = costIn(text, 'Read "a" file');
  assert.deepEqual(cost, { evaluations: 10, seconds: 0.005, share: 1, events: 50 });
  assert.equal(costIn(text, 'Read'), undefined);
  assert.deepEqual(costLines(cost, { day: 1, all: 2 }), [
    '  costs     evaluated 10 times at 50 events, 500000 ns each, 100.0 % of the time of all rules',
    '  fired     1 times in the last 24 hours, 2 times as far as the store knows',
  ]);
  assert.deepEqual(costLines(undefined, undefined), []);
});
