/** What files, processes and users are, have and may: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  argument,
  type Call,
  expectEvent,
  make,
  nr,
  output,
  result,
  skipReason,
  words,
  X64,
} from './calls.ts';
import { testCases } from './cases.ts';
import { descriptor, identity, TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const ENOENT = -2;
const ESRCH = -3;
const EBADF = -9;
const EFAULT = -14;
const EINVAL = -22;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('attributes of files', { skip }, () => {
  const place = new TestFolder();
  const { folder } = place;
  after(() => place.remove());
  const path = (...parts: string[]) => place.path(...parts);
  const at = (events: readonly string[], calls: readonly Call[]) => place.make(calls, events);

  test('stat, lstat, fstat, newfstatat, access', async () => {
    const { events, results } = await at(
      ['stat', 'lstat', 'fstat', 'newfstatat', 'access'],
      [
        [nr('open'), 'sub', 0, 0],
        [nr('stat'), 'old', output(200)],
        [nr('lstat'), '/missing', output(200)],
        [nr('fstat'), result(0), output(200)],
        [nr('fstat'), 77, output(200)],
        [nr('newfstatat'), result(0), '../old', output(200), 0x100 | 0x800],
        [nr('newfstatat'), AT_FDCWD, 'missing', output(200), 0x1000],
        [nr('access'), 'old', 6],
        [nr('access'), 'missing', 0],
      ],
    );
    const fd = results[0];
    expectEvent(events[0], 'stat', { res: 0, path: 'old', base: folder });
    expectEvent(events[1], 'lstat', { res: ENOENT, path: '/missing', base: undefined });
    expectEvent(events[2], 'fstat', { res: 0, fd, fdinfo: descriptor(path('sub'), 'd') });
    expectEvent(events[3], 'fstat', { res: EBADF, fd: 77, fdinfo: undefined });
    expectEvent(events[4], 'newfstatat', {
      res: 0,
      dirfd: fd,
      path: '../old',
      flags: 0x900,
      base: path('sub'),
    });
    expectEvent(events[5], 'newfstatat', {
      res: ENOENT,
      dirfd: AT_FDCWD,
      path: 'missing',
      flags: 0x1000,
      base: folder,
    });
    expectEvent(events[6], 'access', { res: 0, name: 'old', mode: 6, base: folder });
    expectEvent(events[7], 'access', { res: ENOENT, name: 'missing', mode: 0, base: folder });
  });

  test('getdents, getdents64, getcwd, chroot', async () => {
    const { events, results } = await at(
      ['getdents', 'getdents64', 'getcwd', 'chroot'],
      [
        [nr('open'), '.', 0, 0],
        [nr('getdents'), result(0), output(4000), 4000],
        [nr('getdents64'), 0, output(4000), 4000],
        [nr('getcwd'), output(4000), 4000],
        [nr('getcwd'), output(4000), 1],
        [nr('chroot'), 'missing'],
        [nr('chroot'), '.'],
      ],
    );
    expectEvent(events[0], 'getdents', {
      res: results[1],
      fd: results[0],
      fdinfo: descriptor(folder, 'd'),
    });
    assert.ok((results[1] as number) > 0);
    expectEvent(events[1], 'getdents64', { res: -20, fd: 0, fdinfo: events[1]?.values.fdinfo });
    expectEvent(events[2], 'getcwd', { res: folder.length + 1, path: folder });
    expectEvent(events[3], 'getcwd', { res: -34, path: undefined });
    expectEvent(events[4], 'chroot', { res: ENOENT, path: 'missing', base: folder });
    expectEvent(events[5], 'chroot', { res: 0, path: '.', base: events[5]?.values.base });
  });

  test('mknod and mknodat', async () => {
    const { events } = await at(
      ['mknod', 'mknodat'],
      [
        [nr('mknod'), 'fifo', 0o010640, 0],
        [nr('mknod'), 'plain', 0o4600, 0],
        [nr('mknodat'), AT_FDCWD, 'missing/device', 0o020600, 0x103],
        [nr('mknod'), 'wrong', 0o040700, 0],
      ],
    );
    expectEvent(events[0], 'mknod', { res: 0, path: 'fifo', mode: 0o010640, dev: 0, base: folder });
    expectEvent(events[1], 'mknod', { res: 0, path: 'plain', mode: 0o104600, dev: 0, base: folder });
    expectEvent(events[2], 'mknodat', {
      res: ENOENT,
      dirfd: AT_FDCWD,
      path: 'missing/device',
      mode: 0o020600,
      dev: 0x103,
      base: folder,
    });
    expectEvent(events[3], 'mknod', { res: -1, path: 'wrong', mode: 0o700, dev: 0, base: folder });
  });

  test('open_by_handle_at tells the path of what it opens', async () => {
    const handle = (size: number) => Buffer.concat([words(4, size), Buffer.alloc(4 + size)]);
    const { events, results } = await at(
      ['open_by_handle_at'],
      [
        [nr('name_to_handle_at'), AT_FDCWD, 'old', handle(128), output(8), 0],
        [nr('open_by_handle_at'), AT_FDCWD, argument(0, 2), 2],
        [nr('open_by_handle_at'), AT_FDCWD, handle(8), 1],
        [nr('open_by_handle_at'), 77, 1, 0o2000000],
      ],
    );
    expectEvent(events[0], 'open_by_handle_at', {
      fd: results[1],
      mountfd: AT_FDCWD,
      flags: 3,
      path: path('old'),
      ...identity(path('old')),
      fdinfo: descriptor(path('old')),
    });
    assert.ok((results[1] as number) > 0);
    const nothing = { path: undefined, dev: 0, ino: 0, fdinfo: undefined };
    expectEvent(events[1], 'open_by_handle_at', {
      fd: results[2],
      mountfd: AT_FDCWD,
      flags: 2,
      ...nothing,
    });
    assert.ok((results[2] as number) < 0);
    // Both arguments are wrong; which of them a kernel looks at first has changed.
    assert.ok((results[3] as number) < 0);
    expectEvent(events[2], 'open_by_handle_at', { fd: results[3], mountfd: 77, flags: 4097, ...nothing });
  });

  test('close_range, fsconfig, delete_module, quotactl', async () => {
    const { events, results } = await at(
      ['close_range', 'fsconfig', 'delete_module', 'quotactl'],
      [
        // CLOSE_RANGE_UNSHARE, the flag that all kernels with the call have.
        [nr('close_range'), 50, 60, 2],
        [nr('close_range'), 60, 50, 0],
        [nr('fsopen'), 'tmpfs', 0],
        [nr('fsconfig'), result(2), 1, 'size', '1M', 0],
        [nr('fsconfig'), result(2), 0, 'ro', null, 0],
        [nr('fsconfig'), 77, 1, 'size', '1M', 3],
        [nr('delete_module'), 'no_such_module', 0o4000 | 0o1000],
        [nr('quotactl'), 0x80000700, '/dev/null', 5, output(100)],
        [nr('quotactl'), 0x80000201, '/dev/null', 2, '/quota'],
      ],
    );
    expectEvent(events[0], 'close_range', { res: 0, first: 50, last: 60, flags: 2 });
    expectEvent(events[1], 'close_range', { res: EINVAL, first: 60, last: 50, flags: 0 });
    const fd = results[2];
    const { fdinfo } = events[2]?.values ?? {};
    assert.ok(fdinfo);
    expectEvent(events[2], 'fsconfig', {
      res: 0,
      fd,
      cmd: 1,
      key: 'size',
      value_bytebuf: undefined,
      value_charbuf: '1M',
      aux: 0,
      fdinfo,
    });
    const flag = { value_bytebuf: undefined, value_charbuf: undefined, aux: 0 };
    expectEvent(events[3], 'fsconfig', { res: 0, fd, cmd: 0, key: 'ro', ...flag, fdinfo });
    expectEvent(events[4], 'fsconfig', {
      ...{ res: EINVAL, fd: 77, cmd: 1, key: 'size', ...flag },
      aux: 3,
      fdinfo: undefined,
    });
    expectEvent(events[5], 'delete_module', { res: results[6], name: 'no_such_module', flags: 3 });
    const limits = {
      ...{ dqb_bhardlimit: 0, dqb_bsoftlimit: 0, dqb_curspace: 0, dqb_ihardlimit: 0, dqb_isoftlimit: 0 },
      ...{ dqb_btime: 0, dqb_itime: 0, dqi_bgrace: 0, dqi_igrace: 0, dqi_flags: 0, quota_fmt_out: 1 },
    };
    expectEvent(events[6], 'quotactl', {
      ...limits,
      res: results[7],
      special: '/dev/null',
      quotafilepath: undefined,
      cmd: 32,
      type: 1,
      id: 5,
      quota_fmt: 1,
    });
    expectEvent(events[7], 'quotactl', {
      ...limits,
      res: results[8],
      special: '/dev/null',
      quotafilepath: '/quota',
      cmd: 1,
      type: 2,
      id: 0,
      quota_fmt: 4,
    });
  });

  test('quotactl: limits and times count as far as they are marked as valid', async () => {
    const QIF_BLIMITS = 1;
    const QIF_ITIME = 32;
    const { events } = await at(
      ['quotactl'],
      [
        [
          nr('quotactl'),
          0x80000800,
          '/dev/null',
          5,
          words(8, 1, 2, 3, 4, 5, 6, 7, 8, QIF_BLIMITS | QIF_ITIME),
        ],
        [nr('quotactl'), 0x80000600, '/dev/null', 5, words(8, 11, 12, 2n ** 32n * 5n + 2n)],
      ],
    );
    const { res: _, ...first } = events[0]?.values ?? {};
    assert.deepEqual(first, {
      ...{ special: '/dev/null', quotafilepath: undefined, dqb_bhardlimit: 1, dqb_bsoftlimit: 2 },
      ...{ dqb_curspace: 0, dqb_ihardlimit: 0, dqb_isoftlimit: 0, dqb_btime: 0, dqb_itime: 8 },
      ...{
        dqi_bgrace: 0,
        dqi_igrace: 0,
        dqi_flags: 0,
        quota_fmt_out: 1,
        cmd: 64,
        type: 1,
        id: 5,
        quota_fmt: 1,
      },
    });
    const { dqi_bgrace, dqi_igrace, dqi_flags, id } = events[1]?.values ?? {};
    assert.deepEqual([dqi_bgrace, dqi_igrace, dqi_flags, id], [11, 0, 2, 0]);
  });
});

describe('attributes of processes', { skip }, () => {
  test('kill, tkill, tgkill, nanosleep, seccomp', async () => {
    const { events, pid } = await make(
      [
        [nr('getpid')],
        [nr('kill'), result(0), 0],
        [nr('kill'), 2 ** 22 + 1, 9],
        [nr('tkill'), result(0), 0],
        [nr('tkill'), 2 ** 22 + 1, 15],
        [nr('tgkill'), result(0), result(0), 0],
        [nr('tgkill'), 1, 2 ** 22 + 1, 9],
        [nr('nanosleep'), words(8, 0, 1_000_000), null],
        [nr('nanosleep'), words(8, 2, -1), null],
        [nr('seccomp'), 2, 0, words(4, 0x7fff0000)],
        [nr('seccomp'), 77, 5, 0],
      ],
      { events: ['kill', 'tkill', 'tgkill', 'nanosleep', 'seccomp'] },
    );
    expectEvent(events[0], 'kill', { res: 0, pid, sig: 0 });
    expectEvent(events[1], 'kill', { res: ESRCH, pid: 2 ** 22 + 1, sig: 9 });
    expectEvent(events[2], 'tkill', { res: 0, tid: pid, sig: 0 });
    expectEvent(events[3], 'tkill', { res: ESRCH, tid: 2 ** 22 + 1, sig: 15 });
    expectEvent(events[4], 'tgkill', { res: 0, pid, tid: pid, sig: 0 });
    expectEvent(events[5], 'tgkill', { res: ESRCH, pid: 1, tid: 2 ** 22 + 1, sig: 9 });
    expectEvent(events[6], 'nanosleep', { res: 0, interval: 1_000_000 });
    expectEvent(events[7], 'nanosleep', { res: EINVAL, interval: 1_999_999_999 });
    expectEvent(events[8], 'seccomp', { res: 0, op: 2, flags: 0 });
    expectEvent(events[9], 'seccomp', { res: EINVAL, op: 77, flags: 5 });
  });

  test('getrlimit, setrlimit, prlimit', async () => {
    const CORE = 4;
    const { events } = await make(
      [
        [nr('setrlimit'), CORE, words(8, 100, 200)],
        [nr('getrlimit'), CORE, output(16)],
        [nr('prlimit64'), 0, CORE, words(8, 50, 150), output(16)],
        [nr('prlimit64'), 0, CORE, null, output(16)],
        [nr('getrlimit'), 77, output(16)],
        [nr('setrlimit'), CORE, words(8, 2, 1)],
        [nr('prlimit64'), 0, 77, words(8, 2, -1), null],
      ],
      { events: ['getrlimit', 'setrlimit', 'prlimit'] },
    );
    expectEvent(events[0], 'setrlimit', { res: 0, cur: 100, max: 200, resource: CORE });
    expectEvent(events[1], 'getrlimit', { res: 0, cur: 100, max: 200, resource: CORE });
    expectEvent(events[2], 'prlimit', {
      ...{ res: 0, newcur: 50, newmax: 150, oldcur: 100, oldmax: 200 },
      ...{ pid: 0, resource: CORE },
    });
    expectEvent(events[3], 'prlimit', {
      ...{ res: 0, newcur: 0, newmax: 0, oldcur: 50, oldmax: 150 },
      ...{ pid: 0, resource: CORE },
    });
    expectEvent(events[4], 'getrlimit', { res: EINVAL, cur: -1, max: -1, resource: 255 });
    expectEvent(events[5], 'setrlimit', { res: EINVAL, cur: 2, max: 1, resource: CORE });
    expectEvent(events[6], 'prlimit', {
      ...{ res: EINVAL, newcur: 2, newmax: -1, oldcur: -1, oldmax: -1 },
      ...{ pid: 0, resource: 255 },
    });
  });

  test('ids of users and groups', async () => {
    const names = ['getuid', 'geteuid', 'getgid', 'getegid', 'getresuid', 'getresgid'];
    const { events } = await make(
      [
        [nr('getuid')],
        [nr('geteuid')],
        [nr('getgid')],
        [nr('getegid')],
        [nr('getresuid'), output(4), output(4), output(4)],
        [nr('getresgid'), output(4), output(4), output(4)],
        [nr('getresuid'), 1, 1, 1],
      ],
      { events: names, uid: 65534, gid: 65533 },
    );
    expectEvent(events[0], 'getuid', { uid: 65534 });
    expectEvent(events[1], 'geteuid', { euid: 65534 });
    expectEvent(events[2], 'getgid', { gid: 65533 });
    expectEvent(events[3], 'getegid', { egid: 65533 });
    expectEvent(events[4], 'getresuid', { res: 0, ruid: 65534, euid: 65534, suid: 65534 });
    expectEvent(events[5], 'getresgid', { res: 0, rgid: 65533, egid: 65533, sgid: 65533 });
    const unknown = 2 ** 32 - 1;
    expectEvent(events[6], 'getresuid', { res: EFAULT, ruid: unknown, euid: unknown, suid: unknown });
  });

  test('a call without an event of its own', async () => {
    const { events } = await make([[nr('getppid')], [nr('setitimer'), 0, null, null]], {
      events: ['getppid'],
    });
    assert.equal(events.length, 1, 'only what was asked for');
    expectEvent(events[0], 'syscall', { ID: 41, nativeID: nr('getppid') });
  });
});

testCases(import.meta.filename, { skip });
