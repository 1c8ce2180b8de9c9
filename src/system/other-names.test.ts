import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import { AcceptedSockets } from './accepted-sockets.ts';
import type { SystemView } from './context.ts';
import { EventContextView } from './event-context.ts';
import { Mounts } from './mounts.ts';
import { type FileNames, noticeNewFile } from './other-names.ts';
import { event } from './testing/event-builder.ts';

function file(path: string, inode = 7n): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write('f');
  bytes.writeUInt32LE(0x801, 4);
  bytes.writeBigUInt64LE(inode, 8);
  return Buffer.concat([bytes, Buffer.from(`${path}\0`, 'latin1')]);
}

const FILES: FileNames = {
  namesOf: (device, inode) => (device === 0x801 && inode === 9 ? ['/etc/shadow'] : []),
  mayHave: () => true,
  changed() {},
};

function shown(name: string, parameters: Record<string, ParameterValue>): EventContextView {
  const context = new EventContextView({} as SystemView, new AcceptedSockets(1), undefined, FILES);
  context.show(event(name, { tid: 1 }, parameters), undefined);
  return context;
}

const namesOf = (context: EventContextView) => context.otherNames.map(({ kind, path }) => `${kind} ${path}`);

test('a file that is opened by its own path has no other name', () => {
  const cases: [string, string][] = [
    ['/etc/shadow', ''],
    ['shadow', '/etc'],
    ['../etc//./shadow', '/usr'],
  ];
  for (const [name, base] of cases)
    assert.deepEqual(namesOf(shown('openat', { fd: 3, name, base, fdinfo: file('/etc/shadow') })), [], name);
});

test('the given path is another name, made absolute and normal', () => {
  const cases: [string, string, string][] = [
    ['/tmp/link', '', 'given /tmp/link'],
    ['../x/./link', '/tmp/y', 'given /tmp/x/link'],
    ['/proc/self/root//etc/shadow', '', 'given /proc/self/root/etc/shadow'],
  ];
  for (const [name, base, expected] of cases)
    assert.deepEqual(namesOf(shown('openat', { fd: 3, name, base, fdinfo: file('/etc/shadow') })), [
      expected,
    ]);
});

test('a relative path whose directory is not told is no name', () => {
  assert.deepEqual(namesOf(shown('openat', { fd: 3, name: 'link', fdinfo: file('/etc/shadow') })), []);
});

test('an open that failed has no other names, nor has an event that opens nothing', () => {
  assert.deepEqual(namesOf(shown('openat', { fd: -2, name: '/tmp/link' })), []);
  assert.deepEqual(namesOf(shown('fchmod', { res: 0, fd: 3, fdinfo: file('/tmp/x', 9n) })), []);
});

test('names that lead to the same file are other names', () => {
  const parameters = { fd: 3, path: '/tmp/hard', fdinfo: file('/tmp/hard', 9n) };
  assert.deepEqual(namesOf(shown('open_by_handle_at', parameters)), ['same file /etc/shadow']);
});

test('an event is shown under another name until it is shown under its own again', () => {
  const context = shown('open', { fd: 3, name: '/tmp/link', fdinfo: file('/etc/shadow') });
  assert.equal(context.descriptor?.name, '/etc/shadow');
  context.showAs(context.otherNames[0]);
  assert.deepEqual(
    [context.descriptor?.name, context.openedPath, context.resolvedPath, context.shownName?.kind],
    ['/tmp/link', '/tmp/link', '/etc/shadow', 'given'],
  );
  context.showAs(undefined);
  assert.equal(context.descriptor?.name, '/etc/shadow');
});

test('a rename that succeeded, or an open that made its file, tells the name that leads to another file now', () => {
  const changed: string[] = [];
  const files: FileNames = {
    namesOf: () => [],
    mayHave: () => true,
    changed: (name) => changed.push(name),
  };
  const renaming = { res: 0, oldpath: '/etc/nshadow', newpath: '/etc/shadow' };
  noticeNewFile(event('rename', { tid: 1 }, renaming), files);
  noticeNewFile(event('rename', { tid: 1 }, { ...renaming, res: -2 }), files);
  noticeNewFile(event('unlink', { tid: 1 }, { res: 0, path: '/etc/x' }), files);
  noticeNewFile(event('openat', { tid: 1 }, { fd: 3, name: 'made', flags: 1 << 14 }), files);
  noticeNewFile(event('openat', { tid: 1 }, { fd: 3, name: 'opened', flags: 1 }), files);
  const exchange = { res: 0, oldpath: '/etc/one', newpath: '/etc/other', flags: 2 };
  noticeNewFile(event('renameat2', { tid: 1 }, exchange), files);
  assert.deepEqual(changed, ['shadow', 'made', 'other', 'one']);
});

test('the path by the mounts of the machine is another name where the process sees a part of the file system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-names-'));
  try {
    writeFileSync(join(folder, 'mountinfo'), '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n');
    const context = new EventContextView(
      ...([{} as SystemView, new AcceptedSockets(1), undefined, FILES] as const),
      ...([undefined, undefined, undefined, new Mounts(join(folder, 'mountinfo'))] as const),
    );
    const fdinfo = Buffer.concat([file('/mnt/shadow'), Buffer.from('/etc/shadow\0')]);
    context.show(event('openat', { tid: 1 }, { fd: 3, name: '/mnt/shadow', fdinfo }), undefined);
    assert.deepEqual(namesOf(context), ['host /etc/shadow']);
    assert.equal(context.descriptor?.name, '/mnt/shadow');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file is seen by the path that was given where another thread has put something else in its place', () => {
  const pipe = file('');
  pipe.write('p');
  const context = shown('openat', { fd: 3, name: '/etc/shadow', fdinfo: pipe });
  assert.deepEqual(namesOf(context), ['given /etc/shadow']);
  context.showAs(context.otherNames[0]);
  assert.deepEqual([context.descriptor], [undefined], 'the pipe is not what was opened');
  context.showAs(undefined);
  assert.equal(context.descriptor?.kind, 'p');
});

test('a named pipe is opened by its path like any other file', () => {
  const pipe = file('/run/pipe');
  pipe.write('p');
  assert.deepEqual(namesOf(shown('openat', { fd: 3, name: '/run/pipe', fdinfo: pipe })), []);
});
