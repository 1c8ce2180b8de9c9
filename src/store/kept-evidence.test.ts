import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../alerts/evidence.ts';
import { keepEvidence, readEvidence } from './kept-evidence.ts';
import { EVIDENCE } from './store.test-kit.ts';

function roundTrip(evidence: Evidence): Evidence {
  const { outline, data } = keepEvidence(evidence);
  return readEvidence(data, outline?.pack() ?? null);
}

test('evidence comes back as it was', () => {
  assert.deepEqual(roundTrip(EVIDENCE), EVIDENCE);
  const audit = [{ name: 'user', value: 'system:admin' }];
  const without: Evidence = { ...EVIDENCE, audit, condition: null, conditionReason: 'why', digest: null };
  assert.deepEqual(roundTrip(without), without);
});

test('alerts of the same condition share its outline, whatever was true', () => {
  const other = JSON.parse(JSON.stringify(EVIDENCE).replaceAll('true', 'false').replaceAll('bash', 'dash'));
  assert.deepEqual(roundTrip(other), other);
  assert.deepEqual(keepEvidence(other).outline?.key, keepEvidence(EVIDENCE).outline?.key);
  const renamed = JSON.parse(JSON.stringify(EVIDENCE).replaceAll('spawned', 'started'));
  assert.notDeepEqual(keepEvidence(renamed).outline?.key, keepEvidence(EVIDENCE).outline?.key);
});

test('data that is not whole is an error', () => {
  const { outline, data } = keepEvidence(EVIDENCE);
  assert.throws(() => readEvidence(data.subarray(0, 20), outline?.pack() ?? null));
  const { condition: _, ...rest } = EVIDENCE;
  const other = keepEvidence({ ...rest, condition: { kind: 'check', text: 'a', holds: true } });
  assert.throws(() => readEvidence(other.data, outline?.pack() ?? null), /not whole/);
});
