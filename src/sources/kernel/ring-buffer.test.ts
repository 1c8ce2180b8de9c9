import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../events/encode.ts';
import { RingBuffer } from './ring-buffer.ts';
import { BUSY, DISCARDED, FakeRing, RING_SIZE } from './ring-fixture.ts';

const BASE = 1_800_000_000_000_000_000n;
const CLOSE = 5;

/** Descriptors of the close events that can be read. */
function read(ring: RingBuffer): number[] {
  const found: number[] = [];
  ring.look();
  while (ring.peek()) {
    found.push(ring.event.i64(1) as number);
    ring.next();
  }
  ring.release();
  return found;
}

test('reads records in place and gives their room back', () => {
  const memory = new FakeRing();
  const ring = new RingBuffer(memory, 3, BASE);
  assert.deepEqual(read(ring), []);
  memory.close(1, BASE + 5n);
  memory.close(2, BASE + 2n ** 33n + 7n);
  ring.look();
  assert.ok(ring.peek());
  assert.deepEqual(
    [ring.timestamp, ring.event.cpu, ring.event.tid, ring.event.type.name],
    [5, 3, 7, 'close'],
  );
  ring.next();
  assert.ok(ring.peek());
  assert.equal(ring.timestamp, 2 ** 33 + 7);
  assert.equal(memory.consumer[0], 0n, 'not given back yet');
  ring.next();
  ring.release();
  assert.equal(memory.consumer[0], memory.producer[0]);
});

test('records wrap, and positions beyond 32 bits are exact', () => {
  const start = 2 ** 40 + RING_SIZE - 24;
  const memory = new FakeRing(start);
  const ring = new RingBuffer(memory, 0, BASE);
  for (let fd = 0; fd < 1000; fd++) {
    memory.close(fd, BASE);
    memory.close(-fd, BASE);
    assert.deepEqual(read(ring), [fd, 0 - fd]);
  }
  assert.equal(Number(memory.consumer[0]), start + 2000 * 56);
});

test('stops at a record that is being written, and passes over a discarded one', () => {
  const memory = new FakeRing();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.close(1, BASE);
  memory.write(Buffer.alloc(100), DISCARDED);
  const payload = encodeEvent({ code: CLOSE, values: [0, 2] });
  const at = memory.write(payload, BUSY);
  memory.close(3, BASE);
  assert.deepEqual(read(ring), [1]);
  assert.equal(Number(memory.consumer[0]), at, 'the discarded record is given back, the busy one is not');
  for (const half of [0, RING_SIZE]) memory.data.writeUInt32LE(payload.length, at + half);
  assert.deepEqual(read(ring), [2, 3]);
});

test('sees what came before the look only', () => {
  const memory = new FakeRing();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.close(1, BASE);
  ring.look();
  memory.close(2, BASE);
  assert.ok(ring.peek());
  ring.next();
  assert.equal(ring.peek(), false);
  assert.deepEqual(read(ring), [2]);
});

test('a record too short for an event is passed over', () => {
  const memory = new FakeRing();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.write(Buffer.alloc(12));
  memory.close(4, BASE);
  assert.deepEqual(read(ring), [4]);
});
