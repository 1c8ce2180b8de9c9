import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertSummary } from './summary.ts';

test('a summary counts by severity and by rule, in the order of both', () => {
  const summary = new AlertSummary([{ name: 'B' }, { name: 'A' }, { name: 'never' }]);
  summary.count({ name: 'A', priority: 'Informational' });
  summary.count({ name: 'B', priority: 'Warning' });
  summary.count({ name: 'A', priority: 'Informational' });
  summary.count({ name: 'later', priority: 'Critical' });
  assert.equal(summary.total, 4);
  assert.equal(
    summary.format(),
    `Events detected: 4
Rule counts by severity:
   CRITICAL: 1
   WARNING: 1
   INFO: 2
Triggered rules by rule name:
   B: 1
   A: 2
   later: 1`,
  );
});

test('a summary of nothing has its headings', () => {
  assert.equal(
    new AlertSummary().format(),
    'Events detected: 0\nRule counts by severity:\nTriggered rules by rule name:',
  );
});
