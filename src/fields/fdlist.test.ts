import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor } from '../system/descriptor.ts';
import { contextOf, descriptorWith, eventOf, read, socketWith, systemOf, threadOf } from './testing.ts';

const KNOWN: Record<number, Descriptor> = {
  3: descriptorWith(),
  4: socketWith('10.0.0.1:4000->10.0.0.2:80'),
  5: socketWith('0.0.0.0:8080'),
};

const NAMES = ['nums', 'names', 'cips', 'sips', 'cports', 'sports'];

function polled(...fds: number[]): Buffer {
  const bytes = Buffer.alloc(2 + fds.length * 10);
  bytes.writeUInt16LE(fds.length, 0);
  fds.forEach((fd, index) => {
    bytes.writeBigInt64LE(BigInt(fd), 2 + index * 10);
  });
  return bytes;
}

function readFor(type: string, parameters: Parameters<typeof eventOf>[1]): unknown[] {
  const system = systemOf({ threads: [threadOf({ tid: 1000 })], descriptor: (_, fd) => KNOWN[fd] });
  const context = contextOf(eventOf(type, parameters), { system });
  return NAMES.map((name) => read(context, `fdlist.${name}`));
}

test('the descriptors of a poll', () => {
  const expected = [
    '3,4,5,6',
    '/etc/passwd,10.0.0.1:4000->10.0.0.2:80,0.0.0.0:8080,<NA>',
    '10.0.0.1',
    '10.0.0.2,0.0.0.0',
    '4000',
    '80',
  ];
  assert.deepEqual(readFor('poll', { res: 1, fds: polled(3, 4, 5, 6) }), expected);
  assert.deepEqual(readFor('ppoll', { res: 1, fds: polled(3, 4, 5, 6) }), expected);
});

test('nothing without descriptors, and for other events', () => {
  const nothing = NAMES.map(() => undefined);
  assert.deepEqual(readFor('poll', { res: 0, fds: polled() }), nothing);
  assert.deepEqual(readFor('poll', { res: 0 }), nothing);
  assert.deepEqual(readFor('read', { res: 0 }), nothing);
});

test('a count beyond the end is not believed', () => {
  const bytes = polled(3);
  bytes.writeUInt16LE(5000, 0);
  assert.equal(readFor('poll', { res: 1, fds: bytes })[0], '3');
});
