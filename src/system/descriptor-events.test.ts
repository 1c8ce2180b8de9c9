import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { presentCode } from './process-model.ts';
import { CapturedSystem } from './testing/captured-system.ts';

const O_DIRECTORY = 1 << 10;
const O_CLOEXEC = 1 << 12;
const FD_UPPER_LAYER = 1 << 15;

function opened(host: CapturedSystem, fd: number, name: string, flags = 1) {
  return host.pass(100, 'openat', {
    fd: BigInt(fd),
    dirfd: -100n,
    name,
    flags,
    dev: 0x801,
    ino: 2n ** 40n + 7n,
  });
}

test('an opened file has its path, number and inode', () => {
  const host = new CapturedSystem({ tid: 100, cwd: '/srv/www' });
  const { descriptor, descriptorNumber, descriptorRenamed } = opened(
    host,
    3,
    '../x//./y/',
    1 | FD_UPPER_LAYER,
  );
  assert.deepEqual(
    [descriptor?.kind, descriptor?.name, descriptor?.rawName, descriptor?.device, descriptor?.inode],
    ['f', '/srv/x/y', '../x//./y/', 0x801, 2n ** 40n + 7n],
  );
  assert.deepEqual([descriptor?.upperLayer, descriptor?.lowerLayer], [true, false]);
  assert.deepEqual([descriptorNumber, descriptorRenamed], [3, true]);
  assert.equal(host.pass(100, 'read', { res: 1n, fd: 3n }).descriptor?.name, '/srv/x/y');
  assert.equal(host.pass(100, 'read', { res: 1n, fd: 3n }).descriptorRenamed, false);
});

test('paths start from directory descriptors, and are what they are without', () => {
  const host = new CapturedSystem({ tid: 100 });
  opened(host, 5, '/var/lib', O_DIRECTORY);
  const at = (dirfd: bigint, name: string) =>
    host.pass(100, 'openat', { fd: 6n, dirfd, name, flags: 1 }).descriptor?.name;
  assert.equal(at(5n, 'a/b'), '/var/lib/a/b');
  assert.equal(at(9n, 'a/b'), '<UNKNOWN>a/b');
  assert.equal(at(9n, '/a/b'), '/a/b');
  assert.equal(at(5n, `/${'x'.repeat(1030)}`), '/DIR_TOO_LONG/FILENAME_TOO_LONG');
  assert.equal(host.pass(100, 'fchdir', { res: 0n, fd: 5n }).thread?.cwd, '/var/lib/');
});

test('a failed open is about nothing', () => {
  const host = new CapturedSystem({ tid: 100 });
  const { descriptor, descriptorNumber } = host.pass(100, 'openat', { fd: -2n, dirfd: -100n, name: '/x' });
  assert.deepEqual([descriptor, descriptorNumber], [undefined, -1]);
});

test('what the call was entered with counts, when it was the event before', () => {
  const host = new CapturedSystem({ tid: 100 });
  const code = presentCode('openat') - 1;
  const enter = (tid: number): void => {
    const cursor = new EventCursor();
    cursor.attach(encodeEvent({ code, tid, timestamp: 1n, values: [-100n, '/etc/asked', 1, 0] }));
    cursor.moveTo(0);
    host.system.learn(cursor);
  };
  enter(100);
  assert.equal(opened(host, 3, '/etc/changed', 1 | FD_UPPER_LAYER).descriptor?.name, '/etc/asked');
  enter(100);
  host.pass(100, 'getuid', {});
  assert.equal(opened(host, 3, '/etc/later').descriptor?.name, '/etc/later');
  enter(101);
  assert.equal(opened(host, 3, '/etc/other').descriptor?.name, '/etc/other');
});

test('copies have the name under another number, and are no renaming', () => {
  const host = new CapturedSystem({ tid: 100 });
  opened(host, 3, '/a', 1 | O_CLOEXEC);
  const copies: [string, Record<string, bigint | number>, number][] = [
    ['dup', { res: 4n, oldfd: 3n }, 4],
    ['dup2', { res: 255n, oldfd: 3n, newfd: 255n }, 255],
    ['dup3', { res: 6n, oldfd: 3n, newfd: 6n, flags: O_CLOEXEC }, 6],
    ['fcntl', { res: 7n, fd: 3n, cmd: 1 }, 7],
    ['fcntl', { res: 8n, fd: 3n, cmd: 26 }, 8],
  ];
  for (const [name, parameters, fd] of copies) {
    const context = host.pass(100, name, parameters);
    assert.deepEqual([context.descriptorNumber, context.descriptorRenamed], [fd, false], name);
    assert.equal(host.nameOf(100, fd), '/a', name);
  }
  host.pass(100, 'fcntl', { res: 0n, fd: 4n, cmd: 3, arg: 1n });
  host.pass(100, 'execve', { res: 0n, exe: 'x', pid: 100n, ptid: 1n });
  const left = [3, 4, 255, 6, 7, 8].filter((fd) => host.nameOf(100, fd) !== undefined);
  assert.deepEqual(left, [255, 7], 'the others close at exec');
});

test('a closed descriptor is there until its event has been judged', () => {
  const host = new CapturedSystem({ tid: 100 });
  opened(host, 3, '/a');
  assert.equal(host.learn(100, 'close', { res: 0n, fd: 3n }).descriptor?.name, '/a');
  assert.equal(host.nameOf(100, 3), '/a');
  host.system.settle();
  assert.equal(host.nameOf(100, 3), undefined);
  opened(host, 3, '/b');
  host.pass(100, 'close', { res: -9n, fd: 3n });
  assert.equal(host.nameOf(100, 3), '/b', 'a failed close closes nothing');
});

test('close_range closes or marks', () => {
  const host = new CapturedSystem({ tid: 100 });
  for (const fd of [3, 4, 5, 200]) opened(host, fd, `/${fd}`);
  host.pass(100, 'close_range', { res: 0n, first: 4, last: 0xffffffff, flags: 4 });
  assert.equal(host.nameOf(100, 200), '/200');
  host.pass(100, 'close_range', { res: 0n, first: 5, last: 5, flags: 0 });
  assert.equal(host.nameOf(100, 5), undefined);
  host.pass(100, 'execve', { res: 0n, exe: 'x', pid: 100n, ptid: 1n });
  assert.deepEqual(
    [host.nameOf(100, 3), host.nameOf(100, 4), host.nameOf(100, 200)],
    ['/3', undefined, undefined],
  );
});

test('a new process has a table of its own, a new thread shares it', () => {
  const host = new CapturedSystem({ tid: 100 });
  opened(host, 3, '/a');
  const child = { exe: 'sh', comm: 'sh', tid: 100n, pid: 100n, ptid: 1n };
  host.pass(100, 'clone', { ...child, res: 200n, flags: 0 });
  host.pass(100, 'clone', { ...child, res: 101n, flags: 1 << 13 });
  host.pass(200, 'openat', { fd: 4n, dirfd: -100n, name: '/child', flags: 1 });
  host.pass(101, 'openat', { fd: 5n, dirfd: -100n, name: '/thread', flags: 1 });
  assert.deepEqual(
    [host.nameOf(200, 3), host.nameOf(200, 4), host.nameOf(200, 5)],
    ['/a', '/child', undefined],
  );
  assert.deepEqual([host.nameOf(100, 4), host.nameOf(100, 5)], [undefined, '/thread']);
});

test('what calls make beside files', () => {
  const host = new CapturedSystem({ tid: 100 });
  const made: [string, Record<string, bigint | string>, string][] = [
    ['eventfd', { res: 9n }, 'e'],
    ['eventfd2', { res: 9n }, 'e'],
    ['signalfd4', { res: 9n }, 's'],
    ['timerfd_create', { res: 9n }, 't'],
    ['inotify_init1', { res: 9n }, 'i'],
    ['epoll_create1', { res: 9n }, 'l'],
    ['bpf', { fd: 9n }, 'b'],
    ['userfaultfd', { res: 9n }, 'u'],
    ['io_uring_setup', { res: 9n }, 'r'],
    ['memfd_create', { fd: 9n, name: 'blob' }, 'm'],
    ['pidfd_open', { fd: 9n, pid: 1n }, 'P'],
  ];
  for (const [name, parameters, kind] of made) {
    const { descriptor, descriptorNumber } = host.pass(100, name, parameters);
    assert.deepEqual([descriptor?.kind, descriptorNumber], [kind, 9], name);
  }
  assert.equal(host.nameOf(100, 9), '/proc/1');
  const pipe = host.pass(100, 'pipe', { res: 0n, fd1: 10n, fd2: 11n, ino: 77n });
  assert.deepEqual([pipe.descriptorNumber, pipe.descriptor?.kind, pipe.descriptor?.inode], [11, 'p', 77n]);
  assert.equal(host.nameOf(100, 10), '');
});

test("pidfd_getfd copies another process's descriptor", () => {
  const host = new CapturedSystem({ tid: 100 }, { tid: 200 });
  host.pass(200, 'openat', { fd: 3n, dirfd: -100n, name: '/secret', flags: 1 });
  host.pass(100, 'pidfd_open', { fd: 5n, pid: 200n });
  host.pass(100, 'pidfd_getfd', { fd: 6n, pid_fd: 5n, target_fd: 3n });
  assert.equal(host.nameOf(100, 6), '/secret');
  host.pass(100, 'pidfd_getfd', { fd: 7n, pid_fd: 5n, target_fd: 9n });
  assert.equal(host.nameOf(100, 7), undefined);
});
