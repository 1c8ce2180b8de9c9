/** Calls that the other files see fail only: every parameter after success. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { entriesOf } from '../../../src/sources/kernel/calls/numbers.ts';
import { CALLS_COMPAT } from '../../../src/sources/kernel/layout.ts';
import {
  type Argument,
  type Call,
  expectEvent,
  fdinfoOf,
  make,
  message,
  nr,
  output,
  result,
  skipReason,
  words,
  X64,
} from './calls.ts';
import { excuseCases, noteCase, testCases } from './cases.ts';
import { descriptor, TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const PAGE = 4096;
/** Where nothing else is in the caller, and 32 bits are enough. */
const FIXED = 0x2000_0000;
const [READ_WRITE, PRIVATE_ANONYMOUS, MAP_FIXED] = [3, 0x22, 0x10];

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

async function without32Bits(): Promise<string | false> {
  if (skip) return skip;
  const { results } = await make([call32('getppid')]);
  return (results[0] as number) < 0 && 'the kernel has no 32-bit calls';
}

function call32(name: string, ...rest: Argument[]): Call {
  return [-3, (entriesOf(name, 'ia32')[0] as number) - CALLS_COMPAT, ...rest];
}

const NO_32_BITS = await without32Bits();
if (NO_32_BITS)
  excuseCases(...['send', 'recv', 'lstat64', 'mmap2', 'umount'].map((event) => `${event} success`));

describe('success', { skip }, () => {
  const place = new TestFolder();
  after(() => place.remove());
  const { folder } = place;
  const path = (...parts: string[]) => place.path(...parts);

  test('memory that is locked and unlocked', async () => {
    const { events, results } = await make(
      [
        [nr('mmap'), 0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0],
        [nr('mlock'), result(0), PAGE],
        [nr('munlock'), result(0), PAGE],
        [nr('mlock2'), result(0), PAGE, 1],
        [nr('mprotect'), result(0), PAGE, 1],
        [nr('mlockall'), 4 | 2],
      ],
      { events: ['mlock', 'mlock2', 'munlock', 'mlockall', 'mprotect'] },
    );
    const own = events.filter(({ name, values }) => name !== 'mprotect' || values.addr === results[0]);
    const range = { res: 0, addr: results[0], len: PAGE };
    expectEvent(own[0], 'mlock', range);
    expectEvent(own[1], 'munlock', range);
    expectEvent(own[2], 'mlock2', { ...range, flags: 1 });
    expectEvent(own[3], 'mprotect', { res: 0, addr: results[0], length: PAGE, prot: 1 });
    expectEvent(own[4], 'mlockall', { res: 0, flags: 6 });
  });

  test('names, nodes and folders', async () => {
    const { events, results } = await place.make(
      [
        [nr('lstat'), 'old', output(200)],
        [nr('mknodat'), AT_FDCWD, 'pipe', 0o010640, 0],
        [nr('open'), 'sub', 0o200000],
        [nr('getdents64'), result(2), output(1000), 1000],
      ],
      ['lstat', 'mknodat', 'getdents64'],
    );
    expectEvent(events[0], 'lstat', { res: 0, path: 'old', base: folder });
    expectEvent(events[1], 'mknodat', {
      ...{ res: 0, dirfd: AT_FDCWD, path: 'pipe', mode: 0o010640, dev: 0, base: folder },
    });
    assert.ok((results[3] as number) > 0);
    expectEvent(events[2], 'getdents64', {
      ...{ res: results[3], fd: results[2], fdinfo: descriptor(path('sub'), 'd') },
    });
  });

  test('what goes through descriptors', async () => {
    const { events, results } = await place.make(
      [
        [nr('pipe'), output(8)],
        [nr('open'), 'old', 0],
        [nr('splice'), result(1), null, 4, null, 3, 2],
        [nr('ioctl'), result(1), 0x5451, 7],
        [nr('epoll_create1'), 0],
        [nr('epoll_wait'), result(4), output(12), 1, 0],
        [nr('socketpair'), 1, 2, 0, output(8)],
        [nr('dup2'), 7, 60],
        [nr('getpeername'), 60, output(120), words(4, 100)],
        [nr('sendmsg'), 60, message(undefined, undefined, Buffer.from('ab'), Buffer.from('cde')), 0],
      ],
      ['splice', 'ioctl', 'epoll_wait', 'getpeername', 'sendmsg'],
    );
    const file = { fdinfo: descriptor(path('old')) };
    expectEvent(events[0], 'splice', { res: 3, fd_in: results[1], fd_out: 4, size: 3, flags: 2, ...file });
    expectEvent(events[1], 'ioctl', { res: 0, fd: results[1], request: 0x5451, argument: 7, ...file });
    expectEvent(events[2], 'epoll_wait', { res: 0, maxevents: 1 });
    assert.equal(results[8], 0);
    expectEvent(events[3], 'getpeername', {});
    noteCase('getpeername', 'success');
    const { tuple } = events[4]?.values ?? {};
    assert.match(String(tuple), /^unix \* \* $/);
    expectEvent(events[4], 'sendmsg', {
      ...{ res: 5, data: 'abcde', fd: 60, size: 5, tuple, fdinfo: fdinfoOf(events[4]) },
    });
  });

  test('the rest: process group, map, page faults in user space, ring', async (context) => {
    const probed = 8;
    const { events, results, pid } = await make(
      [
        [nr('setpgid'), 0, 0],
        [nr('bpf'), 0, words(4, 2, 4, 8, 1, ...Array(14).fill(0)), 72],
        [nr('userfaultfd'), 0o2000000 | 0o4000],
        [nr('io_uring_setup'), 4, words(4, ...Array(36).fill(0))],
        [nr('io_uring_register'), result(3), 8, output(16 + 8 * probed), probed],
      ],
      { events: ['setpgid', 'bpf', 'userfaultfd', 'io_uring_register'] },
    );
    expectEvent(events[0], 'setpgid', { res: 0, pid: 0, pgid: 0 });
    assert.ok(pid > 0 && (results[1] as number) > 0);
    expectEvent(events[1], 'bpf', { fd: results[1], cmd: 0 });
    assert.ok((results[2] as number) > 0);
    const faults = fdinfoOf(events[2]);
    assert.deepEqual([faults.kind, faults.name], ['u', '[userfaultfd]']);
    expectEvent(events[2], 'userfaultfd', { res: results[2], flags: 0o2000000 | 0o4000, fdinfo: faults });
    if ((results[3] as number) < 0)
      return context.skip(`the kernel lets nobody use io_uring (${results[3]})`);
    const { arg } = events[3]?.values ?? {};
    assert.ok(Number(arg) > PAGE);
    expectEvent(events[3], 'io_uring_register', {
      ...{ res: 0, fd: results[3], opcode: 8, arg, nr_args: probed, fdinfo: fdinfoOf(events[3]) },
    });
  });

  test('quotactl: all quota of the machine is written', async () => {
    const Q_SYNC_USER = 0x80000100;
    const { events, results } = await make([[nr('quotactl'), Q_SYNC_USER, null, 0, null]], {
      events: ['quotactl'],
    });
    assert.equal(results[0], 0);
    expectEvent(events[0], 'quotactl', {
      ...{ res: 0, special: undefined, quotafilepath: undefined, cmd: 128, type: 1, id: 0, quota_fmt: 1 },
      ...{ dqb_bhardlimit: 0, dqb_bsoftlimit: 0, dqb_curspace: 0, dqb_ihardlimit: 0, dqb_isoftlimit: 0 },
      ...{ dqb_btime: 0, dqb_itime: 0, dqi_bgrace: 0, dqi_igrace: 0, dqi_flags: 0, quota_fmt_out: 1 },
    });
  });

  test('calls that only 32-bit programs have', { skip: NO_32_BITS }, async () => {
    const [SEND, RECV] = [9, 10];
    const socketCall = (number: number, ...rest: number[]): Call =>
      call32('socketcall', number, words(4, ...rest, 0, 0));
    const { events, results } = await place.make(
      [
        [nr('mmap'), FIXED, PAGE, READ_WRITE, PRIVATE_ANONYMOUS | MAP_FIXED, -1, 0],
        [nr('open'), 'old', 0],
        [nr('read'), result(1), FIXED, 4],
        [nr('socketpair'), 1, 2, 0, output(8)],
        [nr('dup2'), 4, 60],
        [nr('dup2'), 5, 61],
        socketCall(SEND, 60, FIXED, 4, 0),
        socketCall(RECV, 61, FIXED, 99, 0),
        call32('lstat64', 'old', output(200)),
        call32('mmap2', 0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1),
        [nr('unshare'), 0x20000],
        [nr('mount'), 'none', '/', null, 0x44000, null],
        [nr('mount'), 'none', 'sub', 'tmpfs', 0, null],
        call32('umount', path('sub')),
      ],
      ['send', 'recv', 'lstat64', 'mmap2', 'umount'],
    );
    const pair = fdinfoOf(events[0]);
    assert.equal(pair.kind, 'u');
    const { tuple } = events[0]?.values ?? {};
    assert.match(String(tuple), /^unix \* \* $/);
    expectEvent(events[0], 'send', { res: 4, data: 'text', fd: 60, size: 4, tuple, fdinfo: pair });
    const other = events[1]?.values ?? {};
    assert.match(String(other.tuple), /^unix \* \* $/);
    expectEvent(events[1], 'recv', {
      ...{ res: 4, data: 'text', fd: 61, size: 99, tuple: other.tuple, fdinfo: fdinfoOf(events[1]) },
    });
    expectEvent(events[2], 'lstat64', { res: 0, path: 'old', base: folder });
    const { vm_size, vm_rss, vm_swap, pgoffset } = events[3]?.values ?? {};
    assert.ok(Number(vm_size) > Number(vm_rss) && vm_swap === 0);
    expectEvent(events[3], 'mmap2', {
      ...{ res: (results[9] as number) >>> 0, vm_size, vm_rss, vm_swap, addr: 0, length: PAGE, prot: 3 },
      ...{ flags: 2 | 8, fd: -1, pgoffset, fdinfo: undefined },
    });
    expectEvent(events[4], 'umount', { res: 0, name: path('sub'), base: undefined });
  });
});

testCases(import.meta.filename, { skip });
