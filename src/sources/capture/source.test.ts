import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeEvent } from '../../events/encode.ts';
import { CaptureError } from './error.ts';
import { openCapture } from './source.ts';
import {
  block,
  event,
  machine,
  readCapture,
  readFileCapture,
  section,
  withFile,
  withoutCount,
} from './testing.ts';

/** close: res, fd. A current event: needs no conversion. */
const close = (tid: number, fd = 3) => ({ code: 5, tid, timestamp: BigInt(tid) * 10n, values: [0, fd] });

/** chdir: res, path. */
const chdir = (tid: number, path: string) => ({ code: 95, tid, values: [0, path] });

test('events of every kind of block are delivered with their number, cpu and flag', async () => {
  const bytes = Buffer.concat([
    section({ options: 'comments' }),
    machine(),
    event(close(1), { cpu: 7 }),
    event(close(2), { cpu: 8, flags: 1 }),
    event(close(3), { flags: 2 }),
    event(close(4), { cpu: 9, old: true }),
    event(close(5), { cpu: 10, flags: 1, old: true }),
    event(close(6), { old: true, type: 0x8010abcd }),
    event(close(7), { cpu: 11, type: 0x221 }),
    event(close(8), { flags: 1, type: 0x222 }),
  ]);
  const { events, error, source } = await readCapture(bytes);
  assert.equal(error, undefined);
  const seen = events.map(({ number, tid, cpu, stateOnly }) => [number, tid, cpu, stateOnly]);
  assert.deepEqual(seen, [
    [1, 1, 7, false],
    [2, 2, 8, true],
    [3, 3, 0, false],
    [4, 4, 9, false],
    [5, 5, 10, true],
    [6, 6, 0, false],
    [7, 7, 11, false],
    [8, 8, 0, true],
  ]);
  for (const { tid, timestamp, parameters } of events) {
    assert.equal(timestamp, BigInt(tid) * 10n);
    assert.deepEqual(parameters, ['\0\0\0\0\0\0\0\0', '\x03\0\0\0\0\0\0\0']);
  }
  assert.equal(source?.statistics.delivered, 8);
  assert.deepEqual(source?.progress, { bytes: bytes.length, size: bytes.length });
});

test('the number of parameters of the oldest layout is found from their lengths', async () => {
  // chdir of an empty path, of one, and an event without parameters at all.
  const bytes = Buffer.concat([
    section(),
    event(encodeEvent({ code: 95, values: [0, undefined] }), { old: true }),
    event(chdir(1, '/tmp'), { old: true }),
    event(encodeEvent({ code: 205, values: [] }), { old: true }),
  ]);
  const { events, error } = await readCapture(bytes);
  assert.equal(error, undefined);
  assert.deepEqual(
    events.map(({ parameters }) => parameters.map((parameter) => parameter.length)),
    [[8, 0], [8, 5], []],
  );
});

test('a notification of the oldest layout says that it is three bytes longer than it is', async () => {
  const notification = withoutCount(encodeEvent({ code: 280, values: ['id', 'text'] }));
  notification.writeUInt32LE(notification.length + 3, 16);
  const bytes = Buffer.concat([section(), block(0x204, [0, 2], notification, [0, 4]), event(close(1))]);
  const { events, error } = await readCapture(bytes);
  assert.equal(error, undefined);
  assert.deepEqual(events[0]?.parameters, ['id\0', 'text\0']);
  assert.equal(events.length, 2);
});

test('unknown blocks and events of unknown types are passed over and counted', async () => {
  const future = encodeEvent(close(1));
  future.writeUInt16LE(60_000, 20);
  const bytes = Buffer.concat([
    section(),
    block(0x999, 'something'),
    event(close(1)),
    event(future),
    event(future, { old: true }),
    block(0x998, Buffer.alloc(3_000_000)),
    event(close(2)),
  ]);
  const { events, error, source } = await readCapture(bytes);
  assert.equal(error, undefined);
  assert.deepEqual(
    events.map(({ number, tid }) => [number, tid]),
    [
      [1, 1],
      [2, 2],
    ],
  );
  assert.equal(source?.statistics.unknownTypes, 2);
  assert.equal(source?.statistics.unknownBlocks, 2);
});

test('captures one after the other: the state is told anew, numbers go on', async () => {
  const told: string[] = [];
  const state = {
    section: () => told.push('section'),
    machine: ({ hostname }: { hostname: string }) => told.push(hostname),
    complete: () => told.push('complete'),
  };
  const first = Buffer.concat([section(), machine('one'), event(close(1)), event(close(2))]);
  const second = Buffer.concat([section(), machine('two'), event(close(3))]);
  const third = Buffer.concat([section(), machine('three')]);
  const { events, error, source } = await readCapture(Buffer.concat([first, second, third]), state);
  assert.equal(error, undefined);
  assert.deepEqual(
    events.map(({ number }) => number),
    [1, 2, 3],
  );
  const sections = ['one', 'two', 'three'].flatMap((hostname) => ['section', hostname, 'complete']);
  assert.deepEqual(told, sections);
  assert.equal(source?.machine?.hostname, 'one');
  assert.equal(source?.machine?.bootTime, 5n);
});

test('gzip is recognised, and captures compressed one by one read as one', async () => {
  const first = gzipSync(Buffer.concat([section(), machine(), event(close(1))]));
  const second = gzipSync(Buffer.concat([section(), event(close(2))]));
  const { events, error, source } = await readCapture(Buffer.concat([first, second]));
  assert.equal(error, undefined);
  assert.equal(events.length, 2);
  assert.equal(source?.progress.bytes, first.length + second.length);
});

/** Enough events to fill the window several times, of odd sizes, so that blocks lie across its ends. */
function longCapture(): { bytes: Buffer; count: number } {
  const parts = [section(), machine()];
  for (let index = 0; index < 30_000; index++)
    parts.push(event(chdir(index, `/${'x'.repeat(index % 251)}`), { old: index % 3 === 0 }));
  return { bytes: Buffer.concat(parts), count: 30_000 };
}

test('a capture longer than the window arrives whole, plain and compressed', async () => {
  const { bytes, count } = longCapture();
  for (const file of [bytes, gzipSync(bytes)]) {
    const { events, error } = await readCapture(file);
    assert.equal(error, undefined);
    assert.equal(events.length, count);
    for (const [index, { tid, parameters }] of events.entries()) {
      assert.equal(tid, index);
      assert.equal(parameters[1]?.length, (index % 251) + 2);
    }
  }
});

test('a block larger than the window is read whole, and ordinary events after it', async () => {
  const data = 'y'.repeat(5_000_000);
  const large = encodeEvent({ code: 402, tid: 9, values: [1, 'name', Buffer.from(data)] });
  const bytes = Buffer.concat([
    section(),
    event(close(1)),
    event(large, { type: 0x221 }),
    event(close(2)),
    event(large, { type: 0x222, flags: 0 }),
    event(close(3)),
  ]);
  const { events, error } = await readCapture(bytes);
  assert.equal(error, undefined);
  assert.deepEqual(
    events.map(({ tid }) => tid),
    [1, 9, 2, 9, 3],
  );
  assert.equal(events[1]?.parameters[2], data);
  assert.equal(events[3]?.parameters[2], data);
});

test('a pipe is read like a file, but its size is not known', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lanner-pipe-'));
  try {
    const { bytes, count } = longCapture();
    for (const [index, content] of [bytes, gzipSync(bytes)].entries()) {
      const path = join(directory, `pipe${index}`);
      execFileSync('mkfifo', [path]);
      const writer = createWriteStream(path);
      writer.end(content);
      const { events, error, source } = await readFileCapture(path);
      assert.equal(error, undefined);
      assert.equal(events.length, count);
      assert.deepEqual(source?.progress, { bytes: content.length, size: undefined });
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('stop ends the run after the event that is being delivered', async () => {
  await withFile(gzipSync(longCapture().bytes), async (path) => {
    const source = await openCapture(path);
    await source.run(({ number }) => {
      if (number === 100) source.stop();
    });
    assert.equal(source.statistics.delivered, 100);
    source.close();
    source.close();
  });
});

test('a sink that asks for a pause gets the next event only after it', async () => {
  const bytes = Buffer.concat([section(), ...[1, 2, 3].map((tid) => event(close(tid)))]);
  await withFile(bytes, async (path) => {
    const source = await openCapture(path);
    const order: string[] = [];
    await source.run(({ tid }) => {
      order.push(`event ${tid}`);
      if (tid === 2)
        source.pause(
          new Promise((done) => setImmediate(done)).then(() => {
            order.push('pause over');
          }),
        );
    });
    source.close();
    assert.deepEqual(order, ['event 1', 'event 2', 'pause over', 'event 3']);
  });
});

test('events that enter a call and those that tell of the machine are for the model alone', async () => {
  const events = [
    event({ code: 306, tid: 1, values: [-100, 'x', 0, 0] }),
    event({ code: 358, tid: 0, values: [1, 'staff', ''] }),
    event(close(1)),
  ];
  const read = await readCapture(Buffer.concat([section(), ...events]));
  assert.deepEqual(
    read.events.map(({ code, stateOnly }) => [code, stateOnly]),
    [
      [306, true],
      [358, true],
      [5, false],
    ],
  );
});

test('what the sink throws comes out as it is', async () => {
  await withFile(Buffer.concat([section(), event(close(1))]), async (path) => {
    const source = await openCapture(path);
    await assert.rejects(
      source.run(() => {
        throw new TypeError('not mine');
      }),
      new TypeError('not mine'),
    );
    source.close();
  });
});

test('a file that is no capture fails with one line', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.alloc(0), /: empty, not a capture$/],
    [Buffer.from('hello'), /: not a capture: it does not begin with a section header$/],
    [Buffer.from('a text that is longer than a section header is'), /: not a capture/],
    [gzipSync('a text that is longer than a section header is'), /: not a capture/],
    [machine(), /: not a capture/],
    [section({ magic: 0x4d3c2b1a }), /: from a big-endian machine, which Lanner cannot read$/],
    [section({ magic: 1 }), /: damaged at offset 0: a section header without its magic number$/],
    [section({ version: 2 }), /: format version 2; Lanner reads versions up to 1$/],
  ];
  for (const [bytes, message] of cases) {
    const { error, events } = await readCapture(bytes);
    assert.ok(error instanceof CaptureError, String(error));
    assert.match(error.message, /^\/.*test\.scap: /);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    assert.equal(events.length, 0);
  }
  await assert.rejects(openCapture('/does/not/exist.scap'), {
    name: 'CaptureError',
    message: /^\/does\/not\/exist.scap: cannot be read: ENOENT/,
  });
  await assert.rejects(openCapture(tmpdir()), { name: 'CaptureError', message: /cannot be read: EISDIR/ });
});
