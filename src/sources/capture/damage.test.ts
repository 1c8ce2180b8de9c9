import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeEvent } from '../../events/encode.ts';
import { CaptureError } from './error.ts';
import { block, event, machine, oldEvent, readCapture, section, text } from './testing.ts';

const STATE = Buffer.concat([
  section({ options: 'some' }),
  machine(),
  block(0x219, [20 + 4 + 2, 4], [1, 2], [2, 2], 'addrmaskcast', [1, 8], 'lo'),
  block(0x220, [4 + 1 + 8 + 2 * 3, 4], [0, 1], [0, 4], [0, 4], text(''), text(''), text('')),
  block(0x218, [1, 8], [4 + 17 + 4, 4], [1, 8], [2, 8], [2, 1], text('/a')),
  block(0x999, 'unknown'),
]);

/** close, current; chdir in the oldest layout; old read, which stores and merges; a large one. */
const EVENTS = [
  event({ code: 5, tid: 1, values: [0, 3] }, { flags: 1 }),
  event({ code: 95, tid: 2, values: [0, '/tmp'] }, { old: true }),
  event(oldEvent(6, 3, [5, 8], [100, 4]), { old: true }),
  event(oldEvent(7, 3, [4, 8], 'data')),
  event({ code: 402, tid: 4, values: [1, 'name', Buffer.from('data')] }, { type: 0x221 }),
];

test('a capture that ends anywhere delivers every whole event and says where it is cut off', async () => {
  const bytes = Buffer.concat([STATE, ...EVENTS]);
  const starts = [0];
  for (let at = 0; at < bytes.length; starts.push(at)) at += bytes.readUInt32LE(at + 4);
  // The third block holds an enter event, which is not delivered by itself.
  const delivering = [0, 1, 3, 4].map(
    (index) => STATE.length + Buffer.concat(EVENTS.slice(0, index + 1)).length,
  );
  const delivered = (length: number): number => delivering.filter((end) => end <= length).length;
  for (let length = 1; length <= bytes.length; length++) {
    const { events, error } = await readCapture(bytes.subarray(0, length));
    assert.equal(events.length, delivered(length), `${length} bytes`);
    if (starts.includes(length)) {
      assert.equal(error, undefined, `${length} bytes`);
      continue;
    }
    assert.ok(error instanceof CaptureError, `${length} bytes: ${error}`);
    const start = starts.findLast((at) => at < length) as number;
    const place = length < 24 ? 'not a capture' : `cut off in the block at offset ${start}`;
    assert.ok(error.message.includes(place), `${length} bytes: ${error.message}`);
  }
});

test('a compressed capture that ends anywhere delivers what could be decompressed', async () => {
  const bytes = gzipSync(Buffer.concat([STATE, ...EVENTS]));
  let most = 0;
  for (let length = 2; length < bytes.length; length++) {
    const { events, error } = await readCapture(bytes.subarray(0, length));
    assert.ok(error instanceof CaptureError, `${length} bytes: ${error}`);
    assert.ok(events.length >= most, `${length} bytes`);
    most = events.length;
  }
  // Only the checksum at the end was missing last.
  assert.equal(most, 4);
});

test('a compressed file that is damaged far in delivers everything before the damage', async () => {
  const parts = [section()];
  for (let tid = 0; tid < 5000; tid++)
    parts.push(event({ code: 95, tid, values: [0, `/${'x'.repeat(tid % 200)}`] }));
  const plain = Buffer.concat(parts);
  // A second stream with a kind of block that does not exist: zlib fails in the step that ends the first.
  const header = gzipSync('').subarray(0, 10);
  const bytes = Buffer.concat([gzipSync(plain), header, Buffer.alloc(100, 0x07)]);
  const { events, error } = await readCapture(bytes);
  assert.equal(events.length, 5000);
  assert.ok(error instanceof CaptureError, String(error));
  const place = `cannot be read beyond offset ${plain.length} of the decompressed data: invalid block type`;
  assert.ok(error.message.endsWith(place), error.message);
});

test('lengths and counts that cannot be are damage, with their place', async () => {
  const close = encodeEvent({ code: 5, tid: 1, values: [0, 3] });
  const change = (offset: number, value: number, size: 2 | 4): Buffer => {
    const bytes = Buffer.from(close);
    bytes.writeUIntLE(value, offset, size);
    return bytes;
  };
  const blockChange = (offset: number, value: number): Buffer => {
    const bytes = event(close);
    bytes.writeUInt32LE(value, offset);
    return bytes;
  };
  const cases: [Buffer, RegExp][] = [
    [event(change(16, 10, 4)), /an event of 10 bytes in a block with room for \d+/],
    [event(change(16, 50_000, 4)), /an event of 50000 bytes in a block with room for \d+/],
    [event(change(22, 65, 4)), /an event with 65 parameters/],
    [event(change(22, 0xffffffff, 4)), /an event with 4294967295 parameters/],
    [event(change(22, 20, 4)), /whose parameters need \d+ more/],
    [event(change(26, 9, 2)), /whose parameters need 1 more/],
    [event(change(26, 9, 2), { old: true }), /whose parameters do not add up to its \d+ bytes/],
    [event(change(26, 7, 2), { old: true }), /whose parameters do not add up to its \d+ bytes/],
    [block(0x216, [0, 2], close.subarray(0, 20)), /an event in a block of only \d+ bytes/],
    [block(0x216), /an event in a block of only 12 bytes/],
    [block(0x216, [0, 2], close, Buffer.alloc(70_000)), /a block of \d+ bytes/],
    [blockChange(4, 0), /a block of only 0 bytes/],
    [blockChange(4, 8), /a block of only 8 bytes/],
    [blockChange(4, event(close).length + 4), /lengths at its two ends differ/],
    [blockChange(event(close).length - 4, 12), /lengths at its two ends differ/],
    [block(0x215, [3, 4]), /a field of -1 bytes where \d+ are left/],
    [block(0x215, [1000, 4]), /a field of 996 bytes where 0 are left/],
    [block(0x219, [4, 4], [9, 2], [0, 2]), /an interface of the unknown kind 9/],
    [block(0x201, [4, 4]), /a field of 8 bytes where 0 are left/],
  ];
  const before = Buffer.concat([section(), event(close)]);
  for (const [bytes, message] of cases) {
    const { events, error } = await readCapture(Buffer.concat([before, bytes, event(close)]), ALL_STATE);
    assert.equal(events.length, 1, String(message));
    assert.ok(error instanceof CaptureError, `${message}: ${error}`);
    assert.match(error.message, message);
    assert.ok(error.message.includes(`: damaged at offset ${before.length}: `), error.message);
    assert.equal(error.offset, before.length);
  }
});

test('a length that promises gigabytes costs no more memory than the file has', async () => {
  const bytes = Buffer.concat([section(), block(0x215, Buffer.alloc(3_000_000))]);
  bytes.writeUInt32LE(200_000_000, section().length + 4);
  const before = process.memoryUsage().arrayBuffers;
  const { error } = await readCapture(bytes);
  assert.match(String(error), /cut off in the block at offset 28/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
});

test('no byte of a capture, whatever it is changed to, makes reading it fail in another way', async () => {
  const bytes = Buffer.concat([STATE, ...EVENTS]);
  let seed = 7;
  for (let at = 0; at < bytes.length; at++) {
    seed = (seed * 48271) % 0x7fffffff;
    for (const value of [0, 0xff, seed & 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      const { error } = await readCapture(changed, ALL_STATE);
      if (error !== undefined) assert.ok(error instanceof CaptureError, `${at} = ${value}: ${error}`);
    }
  }
});

/** Takes everything, so that all of it is decoded. */
const ALL_STATE = { machine() {}, interfaces() {}, users() {}, thread() {}, descriptor() {} };
