import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { restartKeys } from './restart-keys.ts';

const configOf = (...overrides: string[]) =>
  loadConfig({ file: undefined, overrides, environment: {} }).config;

test('keys that differ and are read only at the start', () => {
  const before = configOf();
  const after = configOf(
    'engine.modern_ebpf.buf_size_preset=6',
    'container_engines.docker.sockets[0]=/run/docker.sock',
    'priority=error',
    'rules=[{"disable": {"rule": "x"}}]',
  );
  assert.deepEqual(restartKeys(before, after), [
    'engine.modern_ebpf.buf_size_preset',
    'container_engines.docker.sockets',
  ]);
  assert.deepEqual(restartKeys(before, configOf()), []);
});
