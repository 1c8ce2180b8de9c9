import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES, type EventType } from '../events/table.ts';
import {
  contextOf,
  descriptorWith,
  EVENT_TIME,
  eventOf,
  read,
  socketWith,
  systemOf,
  threadOf,
} from './testing.ts';

const thread = threadOf({ tid: 1000 });
const system = systemOf({ threads: [thread] });

const OPENAT = { fd: 3, dirfd: -100, name: '/etc/passwd', flags: 1, mode: 0, dev: 1, ino: 2 };

function readAll(context: ReturnType<typeof contextOf>, names: readonly string[]): unknown[] {
  return names.map((name) => read(context, name));
}

test('number, CPU, name and source of the event', () => {
  const context = contextOf(eventOf('openat', OPENAT, { number: 42, cpu: 3 }), { system });
  assert.deepEqual(
    readAll(context, [
      'evt.num',
      'evt.cpu',
      'evt.type',
      'syscall.type',
      'evt.source',
      'evt.dir',
      'evt.count',
    ]),
    [42, 3, 'openat', 'openat', 'syscall', '<', 1],
  );
  assert.equal(read({ ...context, source: 'k8s_audit' }, 'evt.source'), 'k8s_audit');
  assert.equal(read(context, 'evt.hostname'), 'host');
});

test('times in nanoseconds, whole seconds and the rest', () => {
  const context = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(readAll(context, ['evt.rawtime', 'evt.rawtime.s', 'evt.rawtime.ns']), [
    EVENT_TIME,
    1_700_000_000,
    123_456_789,
  ]);
  assert.equal(read(context, 'evt.time.iso8601'), '2023-11-14T22:13:20.123456789+0000');
  assert.match(String(read(context, 'evt.time')), /^\d\d:\d\d:20\.123456789$/);
  assert.match(String(read(context, 'evt.time.s')), /^\d\d:\d\d:20$/);
  assert.match(String(read(context, 'evt.datetime')), /^2023-11-1\d \d\d:\d\d:20\.123456789$/);
});

test('the machine’s clock was set: its time is told, durations stay', () => {
  const event = eventOf('openat', OPENAT);
  event.clockCorrection = 3_600_000_000_000n;
  const context = contextOf(event, { system, previousTimestamp: EVENT_TIME - 7n });
  assert.equal(read(context, 'evt.time.iso8601'), '2023-11-14T23:13:20.123456789+0000');
  assert.deepEqual(readAll(context, ['evt.rawtime.s', 'evt.deltatime']), [1_700_003_600, 7]);
});

test('time since the first and since the previous event', () => {
  const context = contextOf(eventOf('openat', OPENAT), {
    system,
    firstTimestamp: EVENT_TIME - 2_500_000_000n,
    previousTimestamp: EVENT_TIME - 7n,
  });
  assert.deepEqual(
    readAll(context, ['evt.reltime', 'evt.reltime.s', 'evt.reltime.ns', 'evt.deltatime', 'evt.deltatime.s']),
    [2_500_000_000, 2, 500_000_000, 7, 0],
  );
  const first = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(
    readAll(first, ['evt.reltime', 'evt.deltatime']),
    [EVENT_TIME, 0],
    'no event to count from',
  );
});

test('the result as number, word and verdict', () => {
  const names = ['evt.rawres', 'evt.res', 'evt.failed', 'evt.count.error'];
  const succeeded = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(readAll(succeeded, names), [3, 'SUCCESS', false, 0]);
  const failed = contextOf(eventOf('openat', { ...OPENAT, fd: -2 }), { system });
  assert.deepEqual(readAll(failed, names), [-2, 'ENOENT', true, 1]);
  const exit = contextOf(eventOf('procexit', { status: 0 }), { system });
  assert.deepEqual(readAll(exit, names), [undefined, undefined, undefined, undefined]);
});

test('a system call without an event type is named by its number', () => {
  const byCode = contextOf(eventOf(EVENT_TYPES[1] as EventType, { ID: 3, nativeID: 0 }), { system });
  const byNumber = contextOf(eventOf(EVENT_TYPES[1] as EventType, { ID: 0, nativeID: 221 }), { system });
  assert.equal(read(byCode, 'evt.type'), 'read');
  assert.equal(read(byNumber, 'evt.type'), 'fadvise64');
  assert.deepEqual(readAll(byNumber, ['evt.rawres', 'evt.args', 'evt.category']), [undefined, '', 'other']);
});

test('evt.type.is compares with a name or a code', () => {
  const context = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(
    readAll(context, ['evt.type.is.openat', 'evt.type.is.open', 'evt.type.is.307', 'evt.type.is.306']),
    [1, 0, 1, 0],
  );
});

test('an open tells what it asked for', () => {
  const names = ['evt.is_open_read', 'evt.is_open_write', 'evt.is_open_create', 'evt.is_open_exec'];
  const open = (flags: number, mode = 0, fd = 3): unknown[] =>
    readAll(contextOf(eventOf('openat', { ...OPENAT, flags, mode, fd }), { system }), names);
  assert.deepEqual(open(1), [true, false, false, false]);
  assert.deepEqual(open(2), [false, true, false, false]);
  assert.deepEqual(open(3), [true, true, false, false], 'O_RDWR');
  assert.deepEqual(open(2 | 4 | 16384, 0o755), [false, true, true, true], 'created, executable');
  assert.deepEqual(open(2 | 4, 0o644), [false, true, false, false], 'not created, not executable');
  assert.deepEqual(open(2, 0o755), [false, true, false, false], 'a mode without O_CREAT means nothing');
  assert.deepEqual(open(2 | 8192, 0o600), [false, true, true, false], 'O_TMPFILE');
  assert.deepEqual(open(2 | 8192, 0o600, -13), [false, true, false, false], 'failed O_TMPFILE');
  const creat = contextOf(eventOf('creat', { fd: 3, name: '/x', mode: 0o700 }), { system });
  assert.deepEqual(readAll(creat, names), [false, false, false, true]);
  const other = contextOf(eventOf('mkdir', { res: 0, path: '/x', mode: 0o755 }), { system });
  assert.deepEqual(readAll(other, names), [false, false, false, false]);
});

test('reads and writes by flags, direction, size and category of their descriptor', () => {
  const names = [
    'evt.is_io',
    'evt.is_io_read',
    'evt.is_io_write',
    'evt.io_dir',
    'evt.buflen',
    'evt.category',
  ];
  const write = eventOf('write', { res: 5, data: Buffer.from('hello'), fd: 1, size: 5 });
  const file = contextOf(write, { system, descriptor: descriptorWith() });
  assert.deepEqual(readAll(file, names), [true, false, true, 'write', 5, 'file']);
  const socket = contextOf(write, { system, descriptor: socketWith('10.0.0.1:1->10.0.0.2:80') });
  assert.equal(read(socket, 'evt.category'), 'net');
  assert.deepEqual(readAll(socket, ['evt.buflen.net.out', 'evt.buflen.file', 'evt.buflen.in']), [
    5,
    undefined,
    undefined,
  ]);
  const unknown = contextOf(write, { system });
  assert.deepEqual(readAll(unknown, names), [true, false, true, 'write', undefined, 'unknown']);
  const open = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(readAll(open, names), [false, false, false, undefined, undefined, 'file']);
});

test('the data of a read or write', () => {
  const write = contextOf(eventOf('write', { res: 3, data: Buffer.from('a\0b'), fd: 1, size: 3 }), {
    system,
  });
  assert.deepEqual(Buffer.from(read(write, 'evt.buffer') as Uint8Array), Buffer.from('a\0b'));
  assert.equal(read(contextOf(eventOf('write', { res: 0, fd: 1 }), { system }), 'evt.buffer'), undefined);
});

test('errors are counted by subject', () => {
  const names = [
    'evt.count.error.file',
    'evt.count.error.net',
    'evt.count.error.memory',
    'evt.count.error.other',
  ];
  const failing = (type: string, parameter: string): unknown[] =>
    readAll(contextOf(eventOf(type, { [parameter]: -1 }), { system }), names);
  assert.deepEqual(failing('openat', 'fd'), [1, undefined, undefined, undefined]);
  assert.deepEqual(failing('connect', 'res'), [undefined, 1, undefined, undefined]);
  assert.deepEqual(failing('mmap', 'res'), [undefined, undefined, 1, undefined]);
  assert.deepEqual(failing('mkdir', 'res'), [undefined, undefined, undefined, 1]);
});

test('evt.abspath joins the directory and the path', () => {
  const relative = { ...OPENAT, name: '../etc/shadow' };
  const told = contextOf(eventOf('openat', { ...relative, dirfd: 7, base: '/var/' }), { system });
  assert.equal(read(told, 'evt.abspath'), '/etc/shadow', 'the kernel told the directory');
  const fromCwd = contextOf(eventOf('openat', { ...relative }), { system });
  assert.equal(read(fromCwd, 'evt.abspath'), '/etc/shadow', 'the working directory is /root/');
  const unknown = contextOf(eventOf('openat', { ...OPENAT, name: 'x', dirfd: 7 }), { system });
  assert.equal(read(unknown, 'evt.abspath'), '<UNKNOWN>/x');
  const rename = contextOf(
    eventOf('renameat', {
      res: 0,
      olddirfd: 5,
      oldpath: 'a',
      newdirfd: 6,
      newpath: '/b/./c',
      oldbase: '/old',
    }),
    { system },
  );
  assert.deepEqual(readAll(rename, ['evt.abspath', 'evt.abspath.src', 'evt.abspath.dst']), [
    '/old/a',
    '/old/a',
    '/b/c',
  ]);
  assert.equal(
    read(contextOf(eventOf('mkdir', { res: 0, path: '/x' }), { system }), 'evt.abspath'),
    undefined,
  );
});

test('news between the events are asynchronous', () => {
  const news = contextOf(
    eventOf('asyncevent', { plugin_id: 0, name: 'container', data: Buffer.from('{}') }),
    { system },
  );
  assert.deepEqual(readAll(news, ['evt.is_async', 'evt.asynctype', 'evt.type', 'syscall.type']), [
    true,
    'container',
    'container',
    undefined,
  ]);
  const open = contextOf(eventOf('openat', OPENAT), { system });
  assert.deepEqual(readAll(open, ['evt.is_async', 'evt.asynctype']), [false, undefined]);
});

test('waiting and writing to the system log', () => {
  assert.equal(read(contextOf(eventOf('poll', { res: 0 }), { system }), 'evt.is_wait'), true);
  const write = eventOf('sendto', { res: 1, fd: 3, size: 1 });
  const log = descriptorWith({ kind: 'u', name: 'ffff->eeee /dev/log' });
  assert.equal(read(contextOf(write, { system, descriptor: log }), 'evt.is_syslog'), true);
  assert.equal(read(contextOf(write, { system }), 'evt.is_syslog'), false);
});

test('Docker events of old captures', () => {
  const description = 'Event:start; ID:0123456789abcdef; Image:nginx@sha256:77; name:web';
  const infra = contextOf(eventOf('infra', { source: 'docker', name: 'x', description, scope: '' }), {
    system,
  });
  assert.deepEqual(
    readAll(infra, [
      'evt.infra.docker.name',
      'evt.infra.docker.container.id',
      'evt.infra.docker.container.image',
      'evt.infra.docker.container.name',
    ]),
    ['start', '0123456789ab', 'nginx', 'web'],
  );
  assert.equal(read(contextOf(eventOf('openat', OPENAT), { system }), 'evt.infra.docker.name'), undefined);
});

test('the distance to a moment is in milliseconds, and never less than it is', () => {
  const at = (offset: bigint) =>
    read(contextOf(eventOf('openat', OPENAT), { system }), `evt.around[${EVENT_TIME + offset}]`);
  assert.deepEqual([at(0n), at(1n), at(1_000_000n), at(-1_000_001n), at(5_000_000_000n)], [0, 1, 1, 2, 5000]);
});
