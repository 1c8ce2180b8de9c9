import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, eventOf, systemOf, threadOf } from '../fields/testing.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { LiveCounter } from './live-counts.ts';

const RULE = {} as CheckedRule;

function see(
  counter: LiveCounter,
  name: string,
  thread: Parameters<typeof threadOf>[0] | undefined,
  alerts = 0,
) {
  const event = eventOf(name);
  const known = thread && threadOf(thread);
  const context = contextOf(event, { system: systemOf({ threads: known ? [known] : [] }), thread: known });
  counter.judged(event, context, Array(alerts).fill(RULE));
}

test('counts by call, process and container, since the last time and in all', () => {
  const counter = new LiveCounter();
  see(counter, 'openat', { tid: 7, comm: 'sh' }, 1);
  // Of another thread of the process, which has a name of its own.
  see(counter, 'openat', { tid: 8, pid: 7, comm: 'worker' });
  see(counter, 'execve', { tid: 9, comm: 'ls', containerId: 'abc' });
  see(counter, 'openat', undefined);
  const first = counter.take();
  assert.deepEqual({ ...first }, { ...counter.total });
  assert.deepEqual([first.events, first.alerts, first.withoutProcess], [4, 1, 1]);
  assert.deepEqual(
    [...first.calls],
    [
      ['openat', { events: 3, alerts: 1 }],
      ['execve', { events: 1, alerts: 0 }],
    ],
  );
  assert.deepEqual(
    [...first.processes.values()],
    [
      { events: 2, alerts: 1, pid: 7, name: 'sh', container: '' },
      { events: 1, alerts: 0, pid: 9, name: 'ls', container: 'abc' },
    ],
  );
  assert.deepEqual([...first.containers.keys()], ['', 'abc']);
  // A program has its name by its last exec.
  see(counter, 'execve', { tid: 7, comm: 'cat' });
  const second = counter.take();
  assert.deepEqual(
    [...second.processes.values()].map(({ name, events }) => [name, events]),
    [['cat', 1]],
  );
  assert.equal(counter.total.processes.get(7)?.events, 3);
  assert.equal(counter.take().events, 0);
});

test('processes beyond the limit are counted together', () => {
  const counter = new LiveCounter(2);
  for (const tid of [1, 2, 3, 4, 1]) see(counter, 'openat', { tid });
  const { events, uncounted, processes } = counter.take();
  assert.deepEqual([events, uncounted, [...processes.keys()]], [5, 2, [1, 2]]);
  assert.equal(counter.total.processes.get(1)?.events, 2);
});
