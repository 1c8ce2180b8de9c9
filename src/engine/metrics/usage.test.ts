import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostLoad, hostMemoryUsed, processMemory } from './usage.ts';

test('memory of this process is told', () => {
  const { resident, virtual, proportional } = processMemory();
  assert.ok(resident > 1e6 && virtual > resident && proportional > 1e6);
});

test('memory of the machine in use is that without buffers and caches', () => {
  const text = 'MemTotal:  100 kB\nMemFree:   30 kB\nBuffers:    5 kB\nCached:    15 kB\nSwapCached:  9 kB\n';
  assert.equal(hostMemoryUsed(text), 50 * 1024);
});

test('load: all but idle time, and processes that run', () => {
  const text = 'cpu  10 0 20 60 5 0 5 0 0 0\ncpu0 1 1 1 1\nprocs_running 3\nprocs_blocked 1\n';
  assert.deepEqual(hostLoad(text), { cpu: 0.4, running: 3 });
  assert.deepEqual(hostLoad(''), { cpu: 0, running: 0 });
});
