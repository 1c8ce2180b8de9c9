/** Calls that the other files see succeed only: every parameter after failure. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { entriesOf } from '../../../src/sources/kernel/calls/numbers.ts';
import { CALLS_COMPAT } from '../../../src/sources/kernel/layout.ts';
import {
  type Call,
  capabilitiesNow,
  type DecodedEvent,
  expectEvent,
  make,
  nr,
  output,
  skipReason,
  strings,
  vectors,
  words,
  X64,
} from './calls.ts';
import { excuseCases, noteCase, testCases } from './cases.ts';
import { TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const [ENOENT, ESRCH, EBADF, EAGAIN, EFAULT, EINVAL, EMFILE] = [-2, -3, -9, -11, -14, -22, -24];
/** No descriptor of the caller. */
const NONE = 77;
const NO_PROCESS = 2 ** 22 + 1;
/** Of setrlimit. */
const NOFILE = 7;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

/** Parameters that tell of the process as it is; their values are those of other tests. */
function withoutProcess(event: DecodedEvent | undefined): Record<string, unknown> {
  const { res, exe, args, env, filename, flags } = event?.values ?? {};
  return { res, exe, args, env, filename, flags };
}

describe('failure', { skip }, () => {
  const place = new TestFolder();
  after(() => place.remove());
  const { folder } = place;

  /** Makes the calls and compares the events with those expected, one for each. */
  async function expectFailures(
    cases: readonly (readonly [call: Call, event: string, values: Record<string, unknown>])[],
  ): Promise<void> {
    const names = cases.map(([, name]) => name);
    const { events } = await place.make(
      cases.map(([call]) => call),
      names,
    );
    const own = events.filter(({ name }) => names.includes(name));
    assert.deepEqual(
      own.map(({ name }) => name),
      names,
    );
    cases.forEach(([, name, values], index) => {
      expectEvent(own[index], name, values);
    });
  }

  test('descriptors that are none', () =>
    expectFailures([
      [[nr('fchdir'), NONE], 'fchdir', { res: EBADF, fd: NONE, fdinfo: undefined }],
      [
        [nr('pread64'), NONE, output(4), 4, 5],
        'pread',
        { res: EBADF, data: undefined, fd: NONE, size: 4, pos: 5, fdinfo: undefined },
      ],
      [
        [nr('pwrite64'), NONE, 'text', 4, 5],
        'pwrite',
        { res: EBADF, data: 'text', fd: NONE, size: 4, pos: 5, fdinfo: undefined },
      ],
      [
        [nr('writev'), NONE, vectors(Buffer.from('ab')), 1],
        'writev',
        { res: EBADF, data: 'ab', fd: NONE, size: 2, fdinfo: undefined },
      ],
      [
        [nr('preadv'), NONE, vectors(Buffer.from('ab')), 1, 3],
        'preadv',
        { res: EBADF, size: 0, data: undefined, fd: NONE, pos: 3, fdinfo: undefined },
      ],
      [[nr('getdents'), NONE, output(9), 9], 'getdents', { res: EBADF, fd: NONE, fdinfo: undefined }],
      [
        [nr('copy_file_range'), NONE, null, 78, null, 9, 0],
        'copy_file_range',
        { res: EBADF, fdout: 78, offout: 0, fdin: NONE, offin: 0, len: 9, fdinfo: undefined },
      ],
      [[nr('dup2'), NONE, 60], 'dup2', { res: EBADF, oldfd: NONE, newfd: 60, fdinfo: undefined }],
      [
        [nr('bind'), NONE, Uint8Array.from([2, 0, 0, 80, 127, 0, 0, 1, ...Array(8).fill(0)]), 16],
        'bind',
        { res: EBADF, addr: '127.0.0.1 80', fd: NONE, fdinfo: undefined },
      ],
      [[nr('listen'), NONE, 5], 'listen', { res: EBADF, fd: NONE, backlog: 5, fdinfo: undefined }],
      [
        [nr('accept'), NONE, null, null],
        'accept',
        { fd: EBADF, tuple: undefined, queuepct: 0, queuelen: 0, queuemax: 0, fdinfo: undefined },
      ],
    ]));

  test('a socket that is none', async () => {
    const { events, results } = await make([[nr('getsockname'), NONE, output(120), words(4, 100)]], {
      events: ['getsockname'],
    });
    assert.deepEqual(results, [EBADF]);
    expectEvent(events[0], 'getsockname', {});
    noteCase('getsockname', 'failure');
  });

  test('names that are none', () =>
    expectFailures([
      [[nr('stat'), 'absent', output(200)], 'stat', { res: ENOENT, path: 'absent', base: folder }],
      [
        [nr('renameat'), AT_FDCWD, 'absent', AT_FDCWD, 'new'],
        'renameat',
        {
          ...{ res: ENOENT, olddirfd: AT_FDCWD, oldpath: 'absent', newdirfd: AT_FDCWD, newpath: 'new' },
          ...{ oldbase: folder, newbase: folder },
        },
      ],
      [
        [nr('symlinkat'), 'target', AT_FDCWD, 'absent/soft'],
        'symlinkat',
        { res: ENOENT, target: 'target', linkdirfd: AT_FDCWD, linkpath: 'absent/soft', base: folder },
      ],
      [
        [nr('linkat'), AT_FDCWD, 'absent', AT_FDCWD, 'new', 0],
        'linkat',
        {
          ...{ res: ENOENT, olddir: AT_FDCWD, oldpath: 'absent', newdir: AT_FDCWD, newpath: 'new', flags: 0 },
          ...{ oldbase: folder, newbase: folder },
        },
      ],
      [
        [nr('fchmodat'), AT_FDCWD, 'absent', 0o640],
        'fchmodat',
        { res: ENOENT, dirfd: AT_FDCWD, filename: 'absent', mode: 0o640, base: folder },
      ],
      [
        [nr('lchown'), 'absent', 1, 2],
        'lchown',
        { res: ENOENT, path: 'absent', uid: 1, gid: 2, base: folder },
      ],
      [
        [nr('fchownat'), AT_FDCWD, 'absent', 1, 2, 0],
        'fchownat',
        { res: ENOENT, dirfd: AT_FDCWD, pathname: 'absent', uid: 1, gid: 2, flags: 0, base: folder },
      ],
    ]));

  test('addresses and processes that are none', () =>
    expectFailures([
      [
        [nr('getresgid'), 1, 1, 1],
        'getresgid',
        { res: EFAULT, rgid: 2 ** 32 - 1, egid: 2 ** 32 - 1, sgid: 2 ** 32 - 1 },
      ],
      [[nr('ppoll'), 1, 1, null, null], 'ppoll', { res: EFAULT, fds: '', timeout: 0, sigmask: 0 }],
      [
        [
          nr('process_vm_writev'),
          NO_PROCESS,
          vectors(Buffer.from('ab')),
          1,
          vectors(Buffer.from('cd')),
          1,
          0,
        ],
        'process_vm_writev',
        { res: ESRCH, pid: NO_PROCESS, data: undefined },
      ],
    ]));

  test('descriptors that cannot be had', () =>
    expectFailures([
      [
        [nr('signalfd'), NONE, words(8, 0), 8],
        'signalfd',
        { res: EBADF, fd: NONE, mask: 0, flags: 0, fdinfo: undefined },
      ],
      [[nr('setrlimit'), NOFILE, words(8, 0, 0)], 'setrlimit', { res: 0, cur: 0, max: 0, resource: NOFILE }],
      [[nr('eventfd'), 7], 'eventfd', { res: EMFILE, initval: 7, flags: 0, fdinfo: undefined }],
      [[nr('inotify_init')], 'inotify_init', { res: EMFILE, flags: 0, fdinfo: undefined }],
    ]));

  test('calls that only 32-bit programs have', async (context) => {
    const number = (name: string) => (entriesOf(name, 'ia32')[0] as number) - CALLS_COMPAT;
    const { events } = await place.make(
      [
        [-3, number('stat64'), 'absent', output(200)],
        [-3, number('mmap2'), 0, 0, 1, 2, NONE],
      ],
      ['stat64', 'mmap2'],
    );
    if (events.length === 0) {
      excuseCases('stat64 failure', 'mmap2 failure');
      return context.skip('the kernel has no 32-bit calls');
    }
    expectEvent(events[0], 'stat64', { res: ENOENT, path: 'absent', base: folder });
    const { vm_size, vm_rss, vm_swap, pgoffset } = events[1]?.values ?? {};
    assert.ok(Number(vm_size) > Number(vm_rss) && vm_swap === 0);
    expectEvent(events[1], 'mmap2', {
      ...{ res: EBADF, vm_size, vm_rss, vm_swap, addr: 0, length: 0, prot: 1, flags: 2, fd: NONE },
      ...{ pgoffset, fdinfo: undefined },
    });
  });

  test('programs that do not begin', async () => {
    const { events } = await make(
      [
        [nr('execve'), './absent', strings('zero', 'one', 'two'), strings('A=1')],
        [nr('execveat'), AT_FDCWD, './absent', strings('zero', 'one'), strings('B=2'), 0],
      ],
      { events: ['execve', 'execveat'] },
    );
    const about = (index: number) => ({ ...events[index]?.values });
    // The caller belongs to root, who runs it: it is writable.
    const failed = { res: ENOENT, exe: 'zero', flags: 1 };
    assert.deepEqual(withoutProcess(events[0]), {
      ...failed,
      ...{ args: 'one\0two\0', env: 'A=1\0', filename: './absent' },
    });
    assert.deepEqual(withoutProcess(events[1]), {
      ...failed,
      ...{ args: 'one\0', env: 'B=2\0', filename: undefined },
    });
    // What is told of the process is the same for both, and is the caller's.
    const { pgft_min: one, res: _r, exe: _e, args: _a, env: _v, filename: _f, ...first } = about(0);
    const { pgft_min: other, res: _s, exe: _x, args: _g, env: _n, ...second } = about(1);
    assert.ok(Number(one) > 0 && Number(other) >= Number(one));
    assert.deepEqual(first, second);
    assert.deepEqual([first.pid, first.uid, first.comm], [events[0]?.tid, 0, 'begin']);
    expectEvent(events[0], 'execve', about(0));
    expectEvent(events[1], 'execveat', about(1));
  });

  test('processes that are not made', async () => {
    const NPROC = 6;
    const { events } = await make(
      [
        [nr('setrlimit'), NPROC, words(8, 0, 0)],
        [nr('fork')],
        [-1],
        [nr('clone'), 0x10000, null],
        [nr('clone3'), words(8, 0), 1],
      ],
      { events: ['fork', 'vfork', 'clone', 'clone3'], uid: 65534, gid: 65534 },
    );
    const expected = [
      ['fork', EAGAIN, 0],
      ['vfork', EAGAIN, 0],
      ['clone', EINVAL, 0x2000],
      ['clone3', EINVAL, 0],
    ] as const;
    assert.equal(events.length, expected.length);
    expected.forEach(([name, res, flags], index) => {
      const event = events[index];
      const { vm_size, vm_rss, vm_swap, pgft_maj, pgft_min, ptid, cwd, fdlimit, cgroups, ...values } =
        event?.values ?? {};
      assert.ok(Number(vm_size) > Number(vm_rss) && Number(vm_rss) > 0 && Number(pgft_min) > 0);
      assert.ok(vm_swap === 0 && Number(pgft_maj) >= 0 && Number(fdlimit) > 0 && cgroups);
      assert.deepEqual([ptid, cwd], [process.pid, process.cwd()]);
      const tid = event?.tid;
      expectEvent(event && { ...event, values }, name, {
        ...{ res, exe: undefined, args: undefined, tid, pid: tid, comm: 'begin', flags },
        ...{ uid: 65534, gid: 65534, vtid: tid, vpid: tid, pidns_init_start_ts: 0, kin: 0 },
        ...(name.startsWith('clone') ? capabilitiesNow(0, 0, 0) : {}),
      });
    });
  });
});

testCases(import.meta.filename, { skip });
