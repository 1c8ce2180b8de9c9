import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { EventRing, SEGMENT_SIZE } from './event-ring.ts';

const READ = 7;

/** A cursor on an event at so many milliseconds, of about so many bytes. */
function eventAt(time: number, number: number, size = 0): EventCursor {
  const values = [5, Buffer.alloc(size, number), 3, 100];
  const cursor = new EventCursor();
  cursor.attach(encodeEvent({ code: READ, tid: number, timestamp: BigInt(time) * 1_000_000n, values }));
  cursor.moveTo(0);
  return Object.assign(cursor, { number, cpu: 2, clockCorrection: -7n, stateOnly: number % 2 === 0 });
}

function ringOf(size: number, maxAge: number) {
  const evicted: number[] = [];
  const ring = new EventRing({ size, maxAge, onEvicted: ({ number }) => evicted.push(number) });
  return { ring, evicted };
}

test('events come back as they were, with what belongs to them', () => {
  const { ring } = ringOf(SEGMENT_SIZE, 1000);
  ring.add(eventAt(1, 1, 30));
  ring.add(eventAt(2, 2), Buffer.from('state'));
  const seen: unknown[] = [];
  ring.drain((event, state) => {
    const { number, cpu, clockCorrection, stateOnly, tid, milliseconds } = event;
    seen.push([
      number,
      tid,
      cpu,
      clockCorrection,
      stateOnly,
      milliseconds,
      event.sizeOf(1),
      state?.toString(),
    ]);
  });
  assert.deepEqual(seen, [
    [1, 1, 2, -7n, false, 1, 30, undefined],
    [2, 2, 2, -7n, true, 2, 0, 'state'],
  ]);
  ring.drain(() => assert.fail('it is empty'));
});

test('full memory gives up the oldest segment, in order, and counts', () => {
  const { ring, evicted } = ringOf(2 * SEGMENT_SIZE, 1e9);
  const size = 60_000;
  const perSegment = Math.floor(SEGMENT_SIZE / (size + 24 + 34 + 20));
  for (let number = 1; number <= perSegment * 2; number++) ring.add(eventAt(number, number, size));
  assert.deepEqual(evicted, []);
  ring.add(eventAt(1000, 1000, size));
  assert.deepEqual(
    evicted,
    Array.from({ length: perSegment }, (_, index) => index + 1),
  );
  assert.equal(ring.forgotten, perSegment);
  assert.ok(ring.size <= 3 * SEGMENT_SIZE);
  const kept: number[] = [];
  ring.drain(({ number }) => kept.push(number));
  assert.equal(kept.length, perSegment + 1);
  assert.equal(kept.at(-1), 1000);
});

test('what is too old is given up without being counted', () => {
  const { ring, evicted } = ringOf(64 * SEGMENT_SIZE, 100);
  for (let number = 1; number <= 40; number++) ring.add(eventAt(number * 100, number, 60_000));
  assert.ok(evicted.length > 0);
  assert.equal(ring.forgotten, 0);
});

test('what is larger than a segment takes the place of several', () => {
  const { ring, evicted } = ringOf(4 * SEGMENT_SIZE, 1e9);
  for (let number = 1; number <= 20; number++) {
    ring.add(eventAt(number, number), Buffer.alloc(3 * SEGMENT_SIZE));
    assert.ok(ring.size <= 5 * SEGMENT_SIZE, `${ring.size} bytes`);
  }
  assert.equal(evicted.length, 19);
  assert.equal(ring.forgotten, 19);
});
