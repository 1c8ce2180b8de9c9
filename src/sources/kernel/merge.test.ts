import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCursor } from '../../events/cursor.ts';
import { deliverMerged } from './merge.ts';
import { RingBuffer } from './ring-buffer.ts';
import { BUSY, FakeRing } from './ring-fixture.ts';

const BASE = 1_800_000_000_000_000_000n;
const ALL = Number.MAX_SAFE_INTEGER;

function setUp(...times: readonly number[][]): { memory: FakeRing[]; rings: RingBuffer[] } {
  const memory = times.map((of) => {
    const ring = new FakeRing();
    for (const time of of) ring.close(time, BASE + BigInt(time));
    return ring;
  });
  return { memory, rings: times.map((_, cpu) => new RingBuffer(memory[cpu] as FakeRing, cpu, BASE)) };
}

/** Delivers and gives the events, which carry their time as their descriptor. */
function deliver(rings: readonly RingBuffer[], until = ALL, limit = ALL): number[] {
  const seen: number[] = [];
  const count = deliverMerged(rings, until, limit, (event: EventCursor) => seen.push(event.i64(1) as number));
  assert.equal(count, seen.length);
  return seen;
}

test('merges by time', () => {
  const { rings } = setUp([1, 4, 5, 9], [], [2, 3, 10], [6, 6, 7]);
  assert.deepEqual(deliver(rings), [1, 2, 3, 4, 5, 6, 6, 7, 9, 10]);
  assert.deepEqual(deliver(rings), []);
});

test('leaves what is later than the given moment', () => {
  const { rings, memory } = setUp([1, 5, 9], [2, 6]);
  assert.deepEqual(deliver(rings, 5), [1, 2, 5]);
  memory[1]?.close(7, BASE + 7n);
  assert.deepEqual(deliver(rings, 8), [6, 7]);
  assert.deepEqual(deliver(rings, 9), [9]);
});

test('stops at the limit and goes on there', () => {
  const { rings } = setUp([1, 2, 5], [3, 4]);
  assert.deepEqual(deliver(rings, ALL, 2), [1, 2]);
  assert.deepEqual(deliver(rings, ALL, 2), [3, 4]);
  assert.deepEqual(deliver(rings, ALL, 2), [5]);
});

test('any split of the events over any rings comes out sorted, whatever the moments and limits', () => {
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 200; round++) {
    const times: number[][] = Array.from({ length: 1 + random(5) }, () => []);
    for (let time = 0; time < 60; time++) times[random(times.length)]?.push(time);
    const { rings } = setUp(...times);
    const seen: number[] = [];
    for (let until = 0; seen.length < 60; until += random(20))
      seen.push(...deliver(rings, until, 1 + random(30)));
    assert.deepEqual(
      seen,
      Array.from({ length: 60 }, (_, time) => time),
    );
  }
});

test('a record that is being written holds up its own ring only', () => {
  const { rings, memory } = setUp([1], [2]);
  memory[0]?.write(Buffer.alloc(46), BUSY);
  memory[0]?.close(3, BASE + 3n);
  memory[1]?.close(4, BASE + 4n);
  assert.deepEqual(deliver(rings), [1, 2, 4]);
});

test('a sink that throws has had its event, and no other is lost', () => {
  const { rings, memory } = setUp([1, 2], [3]);
  assert.throws(
    () =>
      deliverMerged(rings, ALL, ALL, () => {
        throw new Error('no');
      }),
    /no/,
  );
  assert.ok(Number(memory[0]?.consumer[0]) > 0);
  assert.deepEqual(deliver(rings), [2, 3]);
});
