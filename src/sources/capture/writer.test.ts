import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventCursor } from '../../events/cursor.ts';
import { encodeEvent } from '../../events/encode.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import { CaptureFile } from './capture-file.ts';
import { extensionNames } from './event-options.ts';
import type { EventOptions } from './event-writer.ts';
import { FACTS_VERSION, type FactsRecord } from './facts.ts';
import { openCapture } from './source.ts';
import type { DescriptorRecord, InterfaceRecord, StateSink, ThreadRecord, UserRecord } from './state.ts';
import { readFileCapture } from './testing.ts';
import { CaptureWriter, type CaptureWriterOptions } from './writer.ts';

const MACHINE = { cpus: 2, memory: 1024, maxPid: 7, hostname: 'host', bootTime: 5n, flags: 0n };

function pathIn(context: TestContext, name = 'test.scap'): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-writer-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

/** Writes a file of Lanner's own kind. */
async function recorded(
  path: string,
  write: (writer: CaptureWriter) => void,
  { compress = false, ...options }: CaptureWriterOptions & { readonly compress?: boolean } = {},
): Promise<CaptureWriter> {
  const writer = new CaptureWriter(new CaptureFile(path, { compress }), options);
  writer.machine(MACHINE);
  writer.facts({ recording: { version: FACTS_VERSION, extensions: extensionNames() } });
  write(writer);
  await writer.close();
  return writer;
}

function cursorOn(bytes: Buffer, { number = 1, cpu = 3, clockCorrection = 0n } = {}): EventCursor {
  const cursor = new EventCursor();
  cursor.attach(bytes);
  cursor.moveTo(0);
  return Object.assign(cursor, { number, cpu, clockCorrection });
}

/** An event of every code with every parameter and extension that its row has. */
function everyEvent(): Buffer[] {
  return EVENT_TYPES.filter(
    ({ kind, flags, code }) =>
      !flags.has('UNUSED') &&
      !flags.has('OLD_VERSION') &&
      !(kind === 'SYSCALL' && code % 2 === 0) &&
      kind !== 'UNKNOWN',
  ).map(({ code, parameters, extensions }) =>
    encodeEvent({
      code,
      tid: 10 + code,
      timestamp: 1_700_000_000_000_000_000n + BigInt(code),
      values: [...parameters, ...extensions].map(({ name }, index) =>
        Buffer.from(`${code}.${index}.${name}`.repeat(1 + (index % 3))),
      ),
    }),
  );
}

for (const compress of [false, true])
  test(`every event comes back as it was, extensions too, compressed: ${compress}`, async (context) => {
    const path = pathIn(context);
    const written = everyEvent();
    assert.ok(written.length > 150, `${written.length}`);
    await recorded(
      path,
      (writer) => {
        for (const [index, bytes] of written.entries())
          assert.ok(writer.event(cursorOn(bytes, { number: index + 1 })));
      },
      { compress, forOldReaders: true },
    );
    const read: Buffer[] = [];
    const capture = await openCapture(path);
    await capture.run((event) => {
      assert.equal(event.cpu, 3);
      read.push(Buffer.from(event.bytes));
    });
    capture.close();
    assert.equal(read.length, written.length);
    for (const [index, bytes] of written.entries())
      assert.deepEqual(read[index], bytes, `event ${bytes.readUInt16LE(20)}`);
  });

test('another reader finds the events with the parameters of the table and no more', async (context) => {
  const path = pathIn(context);
  const written = everyEvent();
  const writer = new CaptureWriter(new CaptureFile(path, { compress: false }));
  for (const bytes of written) writer.event(cursorOn(bytes));
  await writer.close();
  const { events, error } = await readFileCapture(path);
  assert.equal(error, undefined);
  assert.equal(events.length, written.length);
  for (const { code, parameters } of events)
    assert.equal(parameters.length, EVENT_TYPES[code]?.parameters.length);
});

const READ = EVENT_TYPES.findLast(({ name }) => name === 'read')?.code ?? 0;

function readEvent(tid = 5, timestamp = 1000n): Buffer {
  return encodeEvent({ code: READ, tid, timestamp, values: [5, Buffer.from('hello'), 3, 100] });
}

test('an event that enters the call is made up for old readers', async (context) => {
  const path = pathIn(context);
  const writer = new CaptureWriter(new CaptureFile(path, { compress: false }), { forOldReaders: true });
  writer.event(cursorOn(readEvent()));
  await writer.close();
  // Section, block header and CPU stand before the first event.
  const bytes = readFileSync(path);
  const enter = 28 + 8 + 2;
  assert.equal(bytes.readUInt16LE(enter + 20), READ - 1);
  assert.equal(bytes.readUInt32LE(enter + 22), 2);
  assert.equal(bytes.readBigUInt64LE(enter + 30), 3n, 'descriptor');
  assert.equal(bytes.readUInt32LE(enter + 38), 100, 'size');
});

async function readBack(path: string) {
  const facts: FactsRecord[] = [];
  const events: { number: number; wallTime: bigint; timestamp: bigint; stateOnly: boolean; told: number }[] =
    [];
  const capture = await openCapture(path);
  await capture.run(
    ({ number, wallTime, timestamp, stateOnly }) =>
      events.push({ number, wallTime, timestamp, stateOnly, told: facts.length }),
    { facts: (record) => record.recording || facts.push(record) },
  );
  capture.close();
  return { facts, events };
}

test('numbers, the set clock, the flag and state come back with their event', async (context) => {
  const path = pathIn(context);
  const inner = new CaptureWriter(new CaptureFile(`${path}.state`, { compress: false }));
  inner.facts({ gone: [7] });
  await inner.close();
  const state = readFileSync(`${path}.state`).subarray(28);
  const write = (
    writer: CaptureWriter,
    options: EventOptions,
    number: number,
    clockCorrection = 0n,
  ): void => {
    writer.event(cursorOn(readEvent(), { number, clockCorrection }), options);
  };
  await recorded(path, (writer) => {
    write(writer, { number: 40 }, 40);
    write(writer, { state }, 41);
    write(writer, { clock: -500n, stateOnly: true }, 42, -500n);
    write(writer, {}, 43, -500n);
  });
  const { events, facts } = await readBack(path);
  assert.deepEqual(facts, [{ gone: [7] }]);
  assert.deepEqual(events, [
    { number: 40, wallTime: 1000n, timestamp: 1000n, stateOnly: false, told: 0 },
    { number: 41, wallTime: 1000n, timestamp: 1000n, stateOnly: false, told: 1 },
    { number: 42, wallTime: 500n, timestamp: 1000n, stateOnly: true, told: 1 },
    { number: 43, wallTime: 500n, timestamp: 1000n, stateOnly: false, told: 1 },
  ]);
});

const THREAD: ThreadRecord = {
  ...{ tid: 11, pid: 10, ptid: 1, sid: 9, pgid: 8, vtid: 4, vpid: 3, vpgid: 2 },
  ...{ comm: 'comm', exe: 'exe', exepath: '/bin/exe', args: ['-a', '', 'b c'], env: ['A=1'], cwd: '/tmp/' },
  ...{ root: '/', cgroups: ['cpu=/a', 'memory=/b'], uid: 1000, gid: 1001, loginuid: -1, tty: 34816 },
  ...{ capInheritable: 1n, capPermitted: 2n, capEffective: 2n ** 40n, pidNamespaceStart: 77n, fdLimit: 1024 },
  executable: {
    ...{ writable: true, upperLayer: false, lowerLayer: true, fromMemfd: false },
    ...{ inode: 5n, changeTime: 6n, modifyTime: 7n },
  },
  ...{ flags: 8193, vmSize: 1, vmRss: 2, vmSwap: 3, majorFaults: 4, minorFaults: 5 },
};

const NO_SOCKET = {
  ...{ protocol: 0, listening: false, sourceIp: '', destinationIp: '', sourcePort: 0, destinationPort: 0 },
  ...{ source: 0n, destination: 0n },
};

const FILE: DescriptorRecord = {
  ...{
    fd: 3,
    kind: 'f',
    userfault: false,
    inode: 9n,
    name: '/a',
    openFlags: 1,
    device: 5,
    socket: undefined,
  },
};

const DESCRIPTORS: readonly DescriptorRecord[] = [
  FILE,
  ...(['d', 'p', 'e', 's', 'l', 'i', 't', 'n', 'b', 'r', 'm', 'P', 'X'] as const).map(
    (kind): DescriptorRecord => ({ ...FILE, kind, openFlags: 0, device: 0 }),
  ),
  { ...FILE, kind: 'u', userfault: true, openFlags: 0, device: 0 },
  { ...FILE, kind: 'u', openFlags: 0, device: 0, socket: { ...NO_SOCKET, source: 1n, destination: 2n } },
  ...(['\x7f\0\0\x01', `${'\0'.repeat(15)}\x01`] as const).flatMap((ip): DescriptorRecord[] => {
    const base = { ...FILE, kind: ip.length === 4 ? '4' : '6', name: '', openFlags: 0, device: 0 } as const;
    const ends = { ...NO_SOCKET, sourceIp: ip, sourcePort: 80, protocol: 6 };
    return [
      { ...base, socket: { ...ends, listening: true } },
      { ...base, socket: { ...ends, destinationIp: ip, destinationPort: 443 } },
    ];
  }),
];

const INTERFACES: readonly InterfaceRecord[] = [
  {
    name: 'lo',
    address: '\x7f\0\0\x01',
    netmask: '\xff\0\0\0',
    broadcast: '\x7f\xff\xff\xff',
    linkSpeed: 0n,
  },
  {
    name: 'eth0',
    address: '\xfe'.repeat(16),
    netmask: '\xff'.repeat(16),
    broadcast: '\0'.repeat(16),
    linkSpeed: 9n,
  },
];

test('every block of state comes back as it was', async (context) => {
  const path = pathIn(context);
  const users: UserRecord[] = [{ uid: 1, gid: 2, name: 'n', home: '/h', shell: '/s' }];
  const groups = [{ gid: 3, name: 'g\xe9' }];
  const facts: FactsRecord = { threads: [{ tid: 11, text: 'caf\xe9\n"' }], gone: [3] };
  await recorded(path, (writer) => {
    writer.interfaces(INTERFACES);
    writer.users(users, groups);
    writer.threads([THREAD]);
    writer.facts(facts);
    writer.descriptors(11, DESCRIPTORS);
  });
  const seen: unknown[] = [];
  const descriptors: DescriptorRecord[] = [];
  const sink: StateSink = {
    machine: (machine) => seen.push(machine),
    interfaces: (list) => seen.push(list),
    users: (...lists) => seen.push(lists),
    thread: (thread) => seen.push(thread),
    facts: (record) => record.recording || seen.push(record),
    descriptor: (tid, descriptor) => descriptors.push(descriptor) && assert.equal(tid, 11),
  };
  const capture = await openCapture(path);
  assert.equal(capture.recording?.version, FACTS_VERSION);
  await capture.run(() => {}, sink);
  capture.close();
  assert.deepEqual(seen, [MACHINE, INTERFACES, [users, groups], THREAD, facts]);
  assert.deepEqual(descriptors, DESCRIPTORS);
});

test('text that readers of the format refuse is cut', async (context) => {
  const path = pathIn(context);
  const long = 'x'.repeat(5000);
  await recorded(path, (writer) => writer.threads([{ ...THREAD, cwd: long, args: [long], exe: long }]));
  const capture = await openCapture(path);
  await capture.run(() => {}, {
    thread({ cwd, args, exe }) {
      assert.deepEqual([cwd.length, exe.length, args.join('').length], [1023, 1023, 4096]);
    },
  });
  capture.close();
});

test('events wait for the state that is to stand before them', async (context) => {
  const path = pathIn(context);
  await recorded(path, (writer) => {
    writer.hold();
    writer.event(cursorOn(readEvent()));
    writer.threads([THREAD]);
    writer.release();
    writer.event(cursorOn(readEvent(), { number: 2 }));
  });
  const order: string[] = [];
  const capture = await openCapture(path);
  await capture.run(() => order.push('event'), { thread: () => order.push('thread') });
  capture.close();
  assert.deepEqual(order, ['thread', 'event', 'event']);
});

test('what was flushed can be read while nothing was closed, and after a cut', async (context) => {
  for (const compress of [false, true]) {
    const path = pathIn(context);
    const writer = new CaptureWriter(new CaptureFile(path, { compress }));
    writer.event(cursorOn(readEvent()));
    await writer.flush();
    assert.equal((await readFileCapture(path)).events.length, 1);
    for (let count = 0; count < 2000; count++) writer.event(cursorOn(readEvent(count)));
    await writer.close();
    truncateSync(path, readFileSync(path).length - 5);
    const { events, error } = await readFileCapture(path);
    assert.ok(events.length >= 2000, `${events.length}`);
    assert.match(String(error), /cut off/);
  }
});

test('a full disk ends the file after the last whole chunk, and says so', async () => {
  const writer = new CaptureWriter(new CaptureFile('/dev/full', { compress: false }));
  writer.event(cursorOn(readEvent()));
  await writer.flush();
  assert.equal(writer.file.failure?.code, 'ENOSPC');
  assert.equal(writer.file.written, 0);
  assert.equal(writer.event(cursorOn(readEvent())), false);
  assert.equal(writer.dropped, 1);
  await writer.close();
});

test('events that the disk is too slow for are left out and counted', async (context) => {
  const writer = new CaptureWriter(new CaptureFile(pathIn(context), { compress: false }), {
    maxWaiting: 4096,
  });
  let taken = 0;
  for (let count = 0; count < 500; count++) if (writer.event(cursorOn(readEvent()))) taken++;
  assert.ok(taken < 500 && taken > 10, `${taken}`);
  assert.equal(writer.dropped, 500 - taken);
  await writer.close();
  assert.equal(writer.file.events, taken);
});

test('a file of alerts replaces nothing and follows no link', (context) => {
  const path = pathIn(context);
  writeFileSync(path, 'kept');
  symlinkSync(path, `${path}.link`);
  for (const name of [path, `${path}.link`])
    assert.throws(() => new CaptureFile(name, { compress: true, exclusive: true }), /EEXIST|ELOOP/);
  assert.equal(readFileSync(path, 'utf8'), 'kept');
});

test('extensions of another version are put where this one has them', async (context) => {
  const path = pathIn(context);
  const open = EVENT_TYPES.findLast(({ name, code }) => name === 'openat' && code % 2 === 1);
  assert.ok(open && open.extensions.length >= 2);
  const own = open.parameters.map(() => Buffer.from('p'));
  const values = open.extensions.map(({ name }) => Buffer.from(name));
  const theirs = {
    ...extensionNames(),
    [open.code]: ['unheard', ...open.extensions.map(({ name }) => name).reverse()],
  };
  const writer = new CaptureWriter(new CaptureFile(path, { compress: false }));
  writer.machine(MACHINE);
  writer.facts({ recording: { version: FACTS_VERSION, extensions: theirs } });
  const bytes = encodeEvent({ code: open.code, values: [...own, ...values] });
  // An event as the other version wrote it, with its extensions in another order and one more.
  const other = Buffer.concat([
    bytes.subarray(0, 26),
    lengths([...own, Buffer.from('unheard'), ...values.toReversed()]),
  ]);
  other.writeUInt32LE(other.length, 16);
  other.writeUInt32LE(own.length + values.length + 1, 22);
  writer.event(cursorOn(other));
  await writer.close();
  const { events } = await readFileCapture(path);
  assert.deepEqual(
    events[0]?.parameters.slice(own.length),
    open.extensions.map(({ name }) => name),
  );
});

function lengths(values: readonly Buffer[]): Buffer {
  const sizes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    sizes.writeUInt16LE(value.length, index * 2);
  });
  return Buffer.concat([sizes, ...values]);
}
