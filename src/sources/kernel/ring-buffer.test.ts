import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../events/encode.ts';
import { RingBuffer } from './ring-buffer.ts';

const SIZE = 4096;
const BASE = 1_800_000_000_000_000_000n;
const CLOSE = 5;

/** A ring like the kernel's, and the kernel's side of it. */
class Ring {
  readonly consumer: BigUint64Array;
  readonly producer: BigUint64Array;
  readonly data = Buffer.alloc(2 * SIZE);

  constructor(position = 0) {
    this.consumer = new BigUint64Array([BigInt(position)]);
    this.producer = new BigUint64Array([BigInt(position)]);
  }

  /** Writes a record; both halves of the data show it. */
  write(payload: Buffer, flags = 0): number {
    const position = Number(this.producer[0]);
    const record = Buffer.alloc((8 + payload.length + 7) & ~7);
    record.writeUInt32LE((payload.length | flags) >>> 0, 0);
    payload.copy(record, 8);
    for (let index = 0; index < record.length; index++) {
      const at = (position + index) % SIZE;
      this.data[at] = this.data[at + SIZE] = record[index] as number;
    }
    this.producer[0] = BigInt(position + record.length);
    return position % SIZE;
  }

  close(fd: number, timestamp = BASE): number {
    return this.write(encodeEvent({ code: CLOSE, tid: 7, timestamp, values: [0, fd] }));
  }
}

const BUSY = 0x80000000;
const DISCARDED = 0x40000000;

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
  const memory = new Ring();
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
  const start = 2 ** 40 + SIZE - 24;
  const memory = new Ring(start);
  const ring = new RingBuffer(memory, 0, BASE);
  for (let fd = 0; fd < 1000; fd++) {
    memory.close(fd);
    memory.close(-fd);
    assert.deepEqual(read(ring), [fd, 0 - fd]);
  }
  assert.equal(Number(memory.consumer[0]), start + 2000 * 56);
});

test('stops at a record that is being written, and passes over a discarded one', () => {
  const memory = new Ring();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.close(1);
  memory.write(Buffer.alloc(100), DISCARDED);
  const payload = encodeEvent({ code: CLOSE, values: [0, 2] });
  const at = memory.write(payload, BUSY);
  memory.close(3);
  assert.deepEqual(read(ring), [1]);
  assert.equal(Number(memory.consumer[0]), at, 'the discarded record is given back, the busy one is not');
  for (const half of [0, SIZE]) memory.data.writeUInt32LE(payload.length, at + half);
  assert.deepEqual(read(ring), [2, 3]);
});

test('sees what came before the look only', () => {
  const memory = new Ring();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.close(1);
  ring.look();
  memory.close(2);
  assert.ok(ring.peek());
  ring.next();
  assert.equal(ring.peek(), false);
  assert.deepEqual(read(ring), [2]);
});

test('a record too short for an event is passed over', () => {
  const memory = new Ring();
  const ring = new RingBuffer(memory, 0, BASE);
  memory.write(Buffer.alloc(12));
  memory.close(4);
  assert.deepEqual(read(ring), [4]);
});
