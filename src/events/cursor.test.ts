import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor, HEADER_SIZE } from './cursor.ts';
import { encodeEvent } from './encode.ts';
import { EVENT_TYPES, eventCodes } from './table.ts';

const OPENAT = 307;

function cursorOver(...events: Buffer[]): EventCursor {
  const cursor = new EventCursor();
  cursor.attach(Buffer.concat(events));
  cursor.moveTo(0);
  return cursor;
}

function openat(name: string): Buffer {
  return encodeEvent({
    code: OPENAT,
    tid: 4242,
    timestamp: 1_700_000_000_123_456_789n,
    values: [3, -100, name, 1, 0o600, 0x801, 77],
  });
}

test('header and parameters come back as they were written', () => {
  const cursor = cursorOver(openat('/etc/passwd'));
  assert.equal(cursor.code, OPENAT);
  assert.equal(cursor.type.name, 'openat');
  assert.equal(cursor.tid, 4242);
  assert.equal(cursor.timestamp, 1_700_000_000_123_456_789n);
  assert.equal(cursor.milliseconds.toFixed(3), '1700000000123.457');
  assert.equal(cursor.parameterCount, 7);
  assert.equal(cursor.i64(0), 3);
  assert.equal(cursor.i64(1), -100);
  assert.equal(cursor.text(2), '/etc/passwd');
  assert.equal(cursor.u32(4), 0o600);
  assert.equal(cursor.u64(6), 77n);
});

test('parameters may be read in any order', () => {
  const cursor = cursorOver(openat('a'));
  assert.equal(cursor.u64(6), 77n);
  assert.equal(cursor.i64(0), 3);
  assert.equal(cursor.text(2), 'a');
});

test('a cursor moves from event to event', () => {
  const first = openat('/first');
  const cursor = cursorOver(first, openat('/second, longer'));
  assert.equal(cursor.text(2), '/first');
  cursor.moveTo(first.length);
  assert.equal(cursor.text(2), '/second, longer');
  assert.equal(cursor.length, cursor.bytes.length);
});

test('what the event does not have is undefined', () => {
  const cursor = cursorOver(encodeEvent({ code: OPENAT, values: [3, -100, undefined] }));
  assert.equal(cursor.text(2), '');
  assert.equal(cursor.u32(2), undefined);
  assert.equal(cursor.text(3), undefined);
  assert.equal(cursor.raw(7), undefined);
  assert.equal(cursor.sizeOf(9), 0);
  assert.equal(cursor.has(2), true);
  assert.equal(cursor.has(3), false);
});

test('bytes that are not UTF-8 survive', () => {
  const name = Buffer.from([0x2f, 0xff, 0xfe, 0x41]).toString('latin1');
  assert.equal(cursorOver(openat(name)).text(2), name);
});

test('text ends at its first NUL, lists of texts split at every NUL', () => {
  const exec = encodeEvent({ code: 293, values: [0, 'ls\0x', ['-l', '', '/tmp']] });
  const cursor = cursorOver(exec);
  assert.equal(cursor.text(1), 'ls');
  assert.deepEqual(cursor.texts(2), ['-l', '', '/tmp']);
  assert.deepEqual(cursorOver(encodeEvent({ code: 293, values: [0, 'ls', []] })).texts(2), []);
});

test('lengths that lead beyond the event do not reach its neighbour', () => {
  const damaged = openat('/etc/passwd');
  damaged.writeUInt16LE(60_000, HEADER_SIZE + 2 * 2);
  const cursor = cursorOver(damaged, openat('/secret'));
  assert.equal(cursor.text(2)?.includes('secret'), false);
  assert.equal(cursor.u32(3), undefined);
});

test('large payloads have four-byte lengths', () => {
  const code = EVENT_TYPES.findIndex((type) => type.flags.has('LARGE_PAYLOAD'));
  const type = EVENT_TYPES[code];
  assert.ok(type);
  const values = type.parameters.map((parameter) =>
    parameter.type === 'BYTEBUF' || parameter.type === 'CHARBUF' ? Buffer.alloc(70_000, 65) : 1,
  );
  const cursor = cursorOver(encodeEvent({ code, values }));
  const large = values.findIndex((value) => typeof value === 'object');
  assert.ok(large >= 0);
  assert.equal(cursor.sizeOf(large), 70_000);
});

test('the encoder refuses what does not fit', () => {
  assert.throws(() => encodeEvent({ code: 9999, values: [] }), /event code 9999 does not exist/);
  assert.throws(() => encodeEvent({ code: 97, values: Array(9).fill(1) }), /has 3 parameters, 9 were given/);
  assert.throws(() => encodeEvent({ code: OPENAT, values: [3, -100, 5] }), /takes no number/);
});

test('the table has every event code of the schema, in order', () => {
  assert.equal(EVENT_TYPES.length, 454);
  EVENT_TYPES.forEach((type, code) => {
    assert.equal(type.code, code);
  });
  assert.deepEqual(eventCodes('openat'), [102, 103, 306, 307]);
  assert.deepEqual(eventCodes('no such event'), []);
});
