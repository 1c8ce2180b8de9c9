import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputWatch } from './output-watch.ts';
import type { OutputCounts } from './outputs.ts';

function watchOutput(retries?: number) {
  const state = { now: 0, queued: 0, written: 0 };
  const lines: string[] = [];
  const counts = (): OutputCounts[] => [
    { name: 'stdout', ...state, waiting: 0, dropped: 0, retries, undelivered: undefined },
  ];
  const watch = new OutputWatch({ counts, log: (line) => lines.push(line), clock: () => state.now }, 2000);
  const look = (next: Partial<typeof state>): void => {
    Object.assign(state, next);
    watch.look();
  };
  return { lines, look };
}

test('an output that takes nothing is told once, and when it takes again', () => {
  const { lines, look } = watchOutput();
  look({ now: 1000, queued: 5 });
  look({ now: 2000 });
  assert.deepEqual(lines, []);
  look({ now: 3000, queued: 7 });
  look({ now: 9000, queued: 9 });
  assert.deepEqual(lines, ['stdout: has taken nothing for 2000 ms: 7 alerts wait']);
  look({ now: 10_000, written: 3 });
  assert.deepEqual(lines.slice(1), ['stdout: takes alerts again']);
});

test('one that takes alerts, or has none, is all right', () => {
  const { lines, look } = watchOutput();
  for (let now = 0; now < 20_000; now += 1000) look({ now, queued: 3, written: now });
  for (let now = 20_000; now < 40_000; now += 1000) look({ now, queued: 0 });
  assert.deepEqual(lines, []);
});

test('one that sends to a receiver speaks for itself', () => {
  const { lines, look } = watchOutput(0);
  for (let now = 0; now < 20_000; now += 1000) look({ now, queued: 3 });
  assert.deepEqual(lines, []);
});
