/** A burst of a million system calls: seen and lost are exactly what was made. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { type KernelStatistics, openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { currentEvent } from '../../../src/sources/kernel/system-calls.ts';
import { compile, outputOf, skipReason, stop } from './calls.ts';

const CALLS = 1_000_000;
const THREADS = 2;
const CLOSE = currentEvent('close').code;
const BURST = skipReason ? '' : compile('burst');

async function burst(
  bufferSize?: number,
): Promise<{ seen: number; invalid: number; backwards: number; statistics: KernelStatistics }> {
  const source = await openKernelSource({
    scope: { kind: 'processes', pids: [] },
    eventNames: new Set(['close']),
    ...(bufferSize ? { bufferSize } : {}),
  });
  let seen = 0;
  let invalid = 0;
  let backwards = 0;
  const last = new Map<number, number>();
  const running = source.run((event) => {
    // close(-1) of the burst; the C library closes files of its own while it starts.
    if (event.code !== CLOSE || event.i64(1) !== -1) return;
    seen++;
    if (event.i64(0) !== -9 || event.parameterCount !== 2 || event.length !== 46) invalid++;
    if (event.milliseconds < (last.get(event.tid) ?? 0)) backwards++;
    last.set(event.tid, event.milliseconds);
  });
  try {
    await outputOf(
      source.spawnInScope(() => spawn(BURST, [String(CALLS), String(THREADS)], { stdio: 'ignore' })),
    );
    await stop(source, running);
    return { seen, invalid, backwards, statistics: source.statistics };
  } finally {
    source.close();
  }
}

describe('a burst', { skip: skipReason }, () => {
  test('with the default buffers', async (context) => {
    const { seen, invalid, backwards, statistics } = await burst();
    const lost = statistics.lost.get('close') ?? 0;
    context.diagnostic(`seen ${seen}, lost ${lost}`);
    assert.equal(seen + lost, CALLS);
    assert.equal(statistics.delivered, statistics.emitted);
    assert.deepEqual([invalid, backwards], [0, 0]);
  });

  test('with buffers that are far too small', async (context) => {
    const { seen, invalid, backwards, statistics } = await burst(4096);
    const lost = statistics.lost.get('close') ?? 0;
    context.diagnostic(`seen ${seen}, lost ${lost}`);
    assert.ok(lost > 0, 'nothing was lost');
    assert.ok(seen > 0, 'nothing was seen');
    // The calls that the C library makes itself, at start, fit the buffer; all lost ones are of the burst.
    assert.equal(seen + lost, CALLS);
    assert.equal(statistics.delivered, statistics.emitted);
    assert.equal(statistics.lostByCategory.get('close'), lost);
    assert.deepEqual([invalid, backwards], [0, 0]);
  });
});
