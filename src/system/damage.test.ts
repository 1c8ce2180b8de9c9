/** Events may be damaged in a capture or cut short by the kernel: the model takes what makes sense of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor, HEADER_SIZE } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { CHANGES, IS_CLONE } from './process-events.ts';
import { hostWithShell, open } from './testing/shell-host.ts';

/** Numbers that are the same at each run (xorshift). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** An event whose header is sound and whose parameters are of any length and any content. */
function damagedEvent(code: number, next: (below: number) => number): Buffer {
  const count = next(36);
  const lengthSize = EVENT_TYPES[code]?.flags.has('LARGE_PAYLOAD') ? 4 : 2;
  const lengths = Array.from({ length: count }, () => [0, 1, 2, 4, 8, 8, 8, next(40)][next(8)] ?? 0);
  const start = HEADER_SIZE + count * lengthSize;
  const bytes = Buffer.alloc(start + lengths.reduce((sum, length) => sum + length, 0));
  bytes.writeBigUInt64LE(BigInt(next(2 ** 31)) * 1_000_000_000n, 0);
  bytes.writeBigUInt64LE(BigInt([100, 1, next(500), next(2 ** 31)][next(4)] ?? 0), 8);
  bytes.writeUInt32LE(bytes.length, 16);
  bytes.writeUInt16LE(code, 20);
  bytes.writeUInt32LE(count, 22);
  lengths.forEach((length, index) => {
    // Sometimes a length that leads out of the event.
    const told = next(50) === 0 ? next(0xffff) : length;
    bytes.writeUIntLE(told, HEADER_SIZE + index * lengthSize, lengthSize);
  });
  const small = next(2) === 0;
  for (let at = start; at < bytes.length; at++) bytes[at] = small && at % 8 > 1 ? 0 : next(256);
  return bytes;
}

test('damaged events neither throw nor leave the tables out of order', () => {
  using host = hostWithShell();
  const system = open(host, { kind: 'host' }, { threads: 200, lookupsPerSecond: 0 });
  const next = numbers(20260101);
  const codes = EVENT_TYPES.map((type) => type.code).filter(
    (code) => CHANGES[code] || IS_CLONE[code] || EVENT_TYPES[code]?.extensions.length,
  );
  assert.ok(codes.length > 30, `${codes.length} types of events change the model or describe a descriptor`);
  const cursor = new EventCursor();
  for (let round = 0; round < 20_000; round++) {
    cursor.attach(damagedEvent(codes[next(codes.length)] as number, next));
    cursor.moveTo(0);
    const { thread, descriptor } = system.learn(cursor);
    if (thread) {
      system.parent(thread);
      system.leader(thread);
      assert.equal(typeof thread.containerId, 'string');
    }
    if (descriptor) assert.equal(typeof (descriptor.name + descriptor.rawName + descriptor.kind), 'string');
    void descriptor?.socket;
    system.settle();
  }
  const threads = [...system.threads()];
  assert.ok(threads.length <= 200);
  assert.equal(system.statistics.threads, threads.length);
  assert.equal(system.statistics.processes, new Set(threads.map((thread) => thread.pid)).size);
});
