import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';

const capture = (...overrides: string[]) =>
  loadConfig({ file: undefined, overrides: overrides.map((text) => `capture.${text}`), environment: {} })
    .config.capture;

test('defaults are those of Falco, and nothing before the alert is kept', () => {
  assert.deepEqual(capture(), {
    enabled: false,
    path_prefix: '/tmp/falco',
    mode: 'rules',
    default_duration: 5000,
    max_file_size_mb: 0,
    before: 0,
    before_mb: 64,
  });
});

test('times have units', () => {
  assert.equal(capture('before=10s').before, 10_000);
  assert.equal(capture('before=250ms').before, 250);
  assert.equal(capture('before=1m30s').before, 90_000);
  assert.equal(capture('before=1.5s').before, 1500);
  assert.equal(capture('before=0').before, 0);
});

test('a time without a unit, or a long one, is an error', () => {
  for (const text of ['10', '2h', 's', '10 s', '-1s', ''])
    assert.throws(() => capture(`before=${text}`), /capture\.before must be a time of 1h at most/, text);
});
