import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES } from '../../events/table.ts';
import { CONVERSION_ROWS } from './conversion-rows.ts';
import { EnterEvents } from './enter-events.ts';
import { event, oldEvent, pack, readCapture, section } from './testing.ts';

/** What comes of a capture with these events. */
async function convert(...events: Buffer[]) {
  const {
    events: delivered,
    error,
    source,
  } = await readCapture(Buffer.concat([section(), ...events.map((bytes) => event(bytes))]));
  assert.equal(error, undefined);
  return { delivered, statistics: source?.statistics };
}

const bytes = (value: number | bigint, size: 1 | 2 | 4 | 8): string => pack([value, size]).toString('latin1');

test('an enter event and its exit event become one, with the time of the exit', async () => {
  const { delivered, statistics } = await convert(
    oldEvent(6, 3, [5, 8], [100, 4]),
    oldEvent(7, 3, [4, 8], 'data'),
  );
  assert.equal(delivered.length, 1);
  const { number, code, tid, timestamp, parameters } = delivered[0] as (typeof delivered)[0];
  assert.deepEqual([number, code, tid, timestamp], [1, 7, 3, 3n]);
  assert.deepEqual(parameters, [bytes(4, 8), 'data', bytes(5, 8), bytes(100, 4)]);
  assert.equal(statistics?.stored, 1);
  assert.equal(statistics?.converted, 1);
  assert.equal(statistics?.withoutEnter, 0);
});

test('threads do not take each other’s enter events, and an enter event serves once', async () => {
  const { delivered, statistics } = await convert(
    oldEvent(4, 1, [11, 8]),
    oldEvent(4, 2, [12, 8]),
    oldEvent(5, 1, [0, 8]),
    oldEvent(5, 2, [0, 8]),
    oldEvent(5, 1, [0, 8]),
  );
  const descriptors = delivered.map(({ parameters }) => parameters[1]);
  assert.deepEqual(descriptors, [bytes(11, 8), bytes(12, 8), bytes(0, 8)]);
  assert.equal(statistics?.withoutEnter, 1);
});

test('the enter event of another call is not taken', async () => {
  const { delivered } = await convert(oldEvent(4, 1, [11, 8]), oldEvent(7, 1, [4, 8], 'data'));
  assert.deepEqual(delivered[0]?.parameters, [bytes(4, 8), 'data', bytes(0, 8), bytes(0, 4)]);
});

test('without an enter event parameters are empty or have their default, as the row says', async () => {
  const { delivered } = await convert(
    // setuid: empty; socket: defaults, in two steps.
    oldEvent(199, 1, [0, 8]),
    oldEvent(19, 1, [3, 8]),
  );
  assert.deepEqual(delivered[0]?.parameters, [bytes(0, 8), '']);
  assert.deepEqual(delivered[1]?.parameters, [bytes(3, 8), ...Array(4).fill(bytes(0, 4))]);
});

test('an old version becomes the current one, through all that lie between', async () => {
  const parameters = [
    pack([0, 8]),
    'exe\0',
    'a\0',
    pack([1, 8]),
    pack([1, 8]),
    pack([0, 8]),
    '/\0',
    pack([1024, 8]),
  ];
  const { delivered } = await convert(oldEvent(12, 1), oldEvent(13, 1, ...parameters));
  const names = delivered.map(({ code }) => EVENT_TYPES[code]?.name);
  assert.deepEqual(names, ['execve', 'execve']);
  assert.deepEqual(
    delivered.map(({ code, parameters }) => [code, parameters.length]),
    [
      [292, 1],
      [293, 31],
    ],
  );
  assert.equal(delivered[1]?.parameters[1], 'exe\0');
  assert.equal(delivered[1]?.parameters[7], bytes(1024, 8));
  assert.deepEqual(delivered[1]?.parameters.slice(8), Array(23).fill(''));
});

test('enter events that are delivered are merged too', async () => {
  const connect = oldEvent(22, 1, [4, 8], 'address');
  const { delivered } = await convert(connect, oldEvent(23, 1, [0, 8], 'tuple', [4, 8]));
  assert.deepEqual(
    delivered.map(({ code, parameters }) => [code, parameters]),
    [
      [22, [bytes(4, 8), 'address']],
      [23, [bytes(0, 8), 'tuple', bytes(4, 8), 'address']],
    ],
  );
});

test('a value that grew smaller in the schema is cut', async () => {
  const { delivered } = await convert(
    oldEvent(296, 1, [0x1_0000_0005n, 8]),
    oldEvent(297, 1, pack([0, 1], [9, 8])),
  );
  assert.equal(delivered[0]?.code, 369);
  assert.equal(delivered[0]?.parameters[1], bytes(5, 4));
});

test('an old container event becomes JSON, in an event with long lengths', async () => {
  const { delivered } = await convert(oldEvent(228, 1, 'id1\0', [7, 4], 'a "name"\0', 'img\0'));
  assert.equal(delivered[0]?.code, 324);
  assert.deepEqual(delivered[0]?.parameters, ['{"id":"id1","type":7,"name":"a \\"name\\"","image":"img"}\0']);
});

test('a container event whose JSON would be too long has none, and what follows is unharmed', async () => {
  const image = '\x01'.repeat(60_000);
  const current = oldEvent(95, 1, [0, 8], `/${'x'.repeat(60_000)}\0`);
  const { delivered } = await convert(
    oldEvent(228, 1, 'id\0', [7, 4], 'name\0', `${image}\0`),
    current,
    current,
  );
  assert.deepEqual(delivered[0]?.parameters, ['']);
  for (const { parameters } of delivered.slice(1)) assert.equal(parameters[1], `/${'x'.repeat(60_000)}\0`);
});

test('the longest events that can be merged are', async () => {
  const data = 'd'.repeat(65_000);
  const { delivered, statistics } = await convert(
    oldEvent(30, 1, [3, 8], [9, 4], 't'.repeat(65_000)),
    oldEvent(31, 1, [5, 8], data),
    oldEvent(95, 1, [0, 8], '/tmp\0'),
  );
  assert.deepEqual(delivered[0]?.parameters, [
    bytes(5, 8),
    data,
    bytes(3, 8),
    bytes(9, 4),
    't'.repeat(65_000),
  ]);
  assert.equal(delivered[1]?.parameters[1], '/tmp\0');
  assert.equal(statistics?.unknown, 0);
});

test('events between which old ones are converted stay what they are', async () => {
  const current = oldEvent(95, 1, [0, 8], '/tmp\0');
  const { delivered } = await convert(
    current,
    oldEvent(199, 1, [0, 8]),
    current,
    oldEvent(199, 1, [0, 8]),
    current,
  );
  assert.deepEqual(
    delivered.map(({ code, parameters }) => [code, parameters[1]]),
    [
      [95, '/tmp\0'],
      [199, ''],
      [95, '/tmp\0'],
      [199, ''],
      [95, '/tmp\0'],
    ],
  );
});

test('what cannot be converted is counted, and so is what is left out', async () => {
  const { delivered, statistics } = await convert(
    oldEvent(2, 1, 'x\0', [0, 4]),
    oldEvent(17, 1),
    oldEvent(14, 1),
    oldEvent(5, 1, [0, 8], [3, 8]),
  );
  assert.equal(delivered.length, 1);
  assert.equal(delivered[0]?.number, 1);
  assert.equal(statistics?.unknown, 1);
  assert.equal(statistics?.dropped, 2);
});

test('every row of the table converts an event of its kind', async () => {
  for (const row of CONVERSION_ROWS.trim().split('\n')) {
    const [code = 0, count = 0] = (row.split(' ')[0] ?? '').split('/').map(Number);
    const parameters = Array.from({ length: count }, (_, index) => pack([index + 1, 8]));
    const { delivered, statistics } = await convert(oldEvent(code, 1, ...parameters));
    assert.equal((statistics?.stored ?? 0) + delivered.length > 0, true, row);
    assert.equal(statistics?.unknown, 0, row);
    for (const { code: now, parameters } of delivered)
      if (now % 2 === 1) assert.equal(parameters.length, EVENT_TYPES[now]?.parameters.length, row);
  }
});

test('the store of enter events is bounded', () => {
  const events = new EnterEvents(10 * 128);
  const small = Buffer.from('enter event');
  for (let tid = 0; tid < 10; tid++) events.store(tid, 6, small, 0, small.length);
  assert.equal(events.evicted, 0);
  events.remove(0);
  events.store(10, 6, small, 0, small.length);
  // The first thread had none waiting.
  assert.equal(events.evicted, 0);
  events.store(11, 6, small, 0, small.length);
  assert.equal(events.evicted, 1);
  assert.equal(events.find(1, 6), undefined);
  assert.equal(events.find(2, 6)?.length, small.length);
  assert.equal(events.find(2, 8), undefined);
  // A longer event takes the room of several.
  const large = Buffer.alloc(600);
  events.store(2, 6, large, 0, large.length);
  assert.equal(events.find(2, 6)?.length, 600);
  assert.equal(events.evicted, 5);
});
