/**
 * System calls of 32-bit programs: a 64-bit process makes them by `int $0x80` too, which has been used to
 * pass by those who watch only the other table. Pointers, longs and structures are half as wide.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { entriesOf } from '../../../src/sources/kernel/calls/numbers.ts';
import { CALLS_COMPAT } from '../../../src/sources/kernel/layout.ts';
import {
  type Argument,
  type Call,
  capabilitiesNow,
  expectEvent,
  fdinfoOf,
  make,
  output,
  result,
  skipReason,
  vectors32,
  words,
  X64,
} from './calls.ts';
import { testCases } from './cases.ts';
import { descriptor, identity, TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const ENOENT = -2;
const EBADF = -9;
const EFAULT = -14;
const EINVAL = -22;

/** Why 32-bit calls cannot be made; the kernel may be built or started without them. */
async function reason(): Promise<string | false> {
  if (skipReason) return skipReason;
  if (!X64) return 'x64 only';
  const { results } = await make([call('getppid')]);
  return (results[0] as number) < 0 && 'the kernel has no 32-bit calls';
}

function call(name: string, ...rest: Argument[]): Call {
  const [entry] = entriesOf(name, 'ia32');
  assert.ok(entry !== undefined, `32-bit x86 has no ${name}`);
  return [-3, entry - CALLS_COMPAT, ...rest];
}

/** socketcall(2) by the number of the call behind it. */
const socketCall = (number: number, ...rest: number[]): Call =>
  call('socketcall', number, words(4, ...rest, ...Array(6 - rest.length).fill(0)));

const skip = await reason();

describe('calls of 32-bit programs', { skip }, () => {
  const place = new TestFolder();
  const { folder } = place;
  after(() => place.remove());
  const path = (...parts: string[]) => place.path(...parts);
  const at = (events: readonly string[], calls: readonly Call[]) => place.make(calls, events);

  test('open, openat, openat2', async () => {
    const { events, results } = await at(
      ['open', 'openat', 'openat2'],
      [
        call('open', 'old', 0, 0),
        call('openat', AT_FDCWD, 'sub/../old', 2, 0),
        call('openat2', AT_FDCWD, 'missing', words(8, 0o100, 0, 0), 24),
      ],
    );
    const file = { ...identity(path('old')), fdinfo: descriptor(path('old')), base: folder };
    expectEvent(events[0], 'open', { fd: results[0], name: 'old', flags: 1, mode: 0, ...file });
    expectEvent(events[1], 'openat', {
      ...{ fd: results[1], dirfd: AT_FDCWD, name: 'sub/../old', flags: 3, mode: 0, ...file },
    });
    assert.ok((results[2] as number) > 0);
    assert.deepEqual([events[2]?.values.name, events[2]?.values.flags], ['missing', 1 | 4 | 16384]);
  });

  test('failed execve: pointers of 32 bits', async () => {
    const { events } = await at(['execve'], [call('execve', '/no/such/program', words(4, 0), words(4, 0))]);
    const { res, filename, args } = events[0]?.values ?? {};
    assert.deepEqual([res, filename, args], [ENOENT, '/no/such/program', undefined]);
  });

  test('stat64, lstat64, fstat64, fstatat64, umount', async () => {
    const { events, results } = await at(
      ['stat64', 'lstat64', 'fstat64', 'newfstatat', 'umount'],
      [
        call('open', 'old', 0, 0),
        call('stat64', 'old', output(200)),
        call('lstat64', 'absent', output(200)),
        call('fstat64', result(0), output(200)),
        call('fstat64', 77, output(200)),
        call('fstatat64', AT_FDCWD, 'old', output(200), 0x100),
        call('umount', 'old'),
      ],
    );
    assert.ok((results[0] as number) > 0);
    expectEvent(events[0], 'stat64', { res: 0, path: 'old', base: folder });
    expectEvent(events[1], 'lstat64', { res: ENOENT, path: 'absent', base: folder });
    expectEvent(events[2], 'fstat64', { res: 0, fdinfo: descriptor(path('old')) });
    expectEvent(events[3], 'fstat64', { res: EBADF, fdinfo: undefined });
    expectEvent(events[4], 'newfstatat', {
      ...{ res: 0, dirfd: AT_FDCWD, path: 'old', flags: 0x100, base: folder },
    });
    expectEvent(events[5], 'umount', { res: EINVAL, name: 'old', base: folder });
  });

  test('llseek, pread: positions in two halves', async () => {
    const { events, results } = await at(
      ['llseek', 'pread'],
      [
        call('open', 'old', 0, 0),
        call('_llseek', result(0), 1, 5, output(8), 0),
        call('_llseek', 77, 0, 5, output(8), 1),
        call('pread64', result(0), output(4), 3, 1, 0),
        call('pread64', result(0), output(4), 3, 7, 2),
      ],
    );
    const fd = results[0];
    const fdinfo = descriptor(path('old'));
    expectEvent(events[0], 'llseek', { res: 0, fd, offset: 2 ** 32 + 5, whence: 0, fdinfo });
    expectEvent(events[1], 'llseek', { res: EBADF, fd: 77, offset: 5, whence: 1, fdinfo: undefined });
    expectEvent(events[2], 'pread', { res: 3, data: 'ext', fd, size: 3, pos: 1, fdinfo });
    const pos = 2 * 2 ** 32 + 7;
    expectEvent(events[3], 'pread', { res: 0, data: undefined, fd, size: 3, pos, fdinfo });
  });

  test('writev and readv: pointers and lengths of 32 bits', async () => {
    const { events, results } = await at(
      ['writev', 'readv'],
      [
        call('open', 'written', 0o102, 0o600),
        call('writev', result(0), vectors32(Buffer.from('ab'), Buffer.from('cde')), 2),
        call('readv', 77, vectors32(Buffer.from('ab')), 1),
      ],
    );
    const fdinfo = descriptor(path('written'));
    expectEvent(events[0], 'writev', { res: 5, data: 'abcde', fd: results[0], size: 5, fdinfo });
    expectEvent(events[1], 'readv', { res: EBADF, size: 0, data: undefined, fd: 77, fdinfo: undefined });
  });

  test('mmap2, and mmap with its arguments in memory', async () => {
    const { events } = await at(
      ['mmap2', 'mmap'],
      [
        call('mmap2', 0, 4096, 3, 0x21, -1),
        call('mmap', words(4, 0, 4097, 1, 0x22, -1, 1)),
        call('mmap2', 0, 0, 0, 0, 0),
      ],
    );
    const own = events.filter(({ name, values }) => name === 'mmap2' || values.length === 4097);
    const about = (index: number) => {
      const { addr, length, prot, flags, fd, offset, pgoffset } = own[index]?.values ?? {};
      return { addr, length, prot, flags, fd, offset: offset ?? pgoffset };
    };
    assert.ok(Number(own[0]?.values.res) > 0 && Number(own[0]?.values.res) < 2 ** 32);
    assert.deepEqual(about(0), {
      addr: 0,
      length: 4096,
      prot: 3,
      flags: 1 | 8,
      fd: -1,
      offset: about(0).offset,
    });
    assert.deepEqual(about(1), { addr: 0, length: 4097, prot: 1, flags: 2 | 8, fd: -1, offset: 1 });
    assert.equal(own[1]?.values.res, EINVAL);
    assert.equal(own[2]?.values.res, EINVAL);
  });

  test('limits and times: words of 32 bits', async () => {
    const { events } = await at(
      ['setrlimit', 'getrlimit', 'nanosleep'],
      [
        call('setrlimit', 4, words(4, 100, 200)),
        call('ugetrlimit', 4, output(8)),
        call('ugetrlimit', 4, 1),
        call('nanosleep', words(4, 0, 1_000_000), null),
        call('nanosleep', words(4, 3, -1), null),
      ],
    );
    expectEvent(events[0], 'setrlimit', { res: 0, cur: 100, max: 200, resource: 4 });
    expectEvent(events[1], 'getrlimit', { res: 0, cur: 100, max: 200, resource: 4 });
    expectEvent(events[2], 'getrlimit', { res: EFAULT, cur: -1, max: -1, resource: 4 });
    expectEvent(events[3], 'nanosleep', { res: 0, interval: 1_000_000 });
    expectEvent(events[4], 'nanosleep', { res: EINVAL, interval: 2_999_999_999 });
  });

  test('users by their numbers of 32 bits', async () => {
    const { events } = await make(
      [call('getuid32'), call('getresuid32', output(4), output(4), output(4)), call('setuid32', 0)],
      { events: ['getuid', 'getresuid', 'setuid'], uid: 65534, gid: 65534 },
    );
    expectEvent(events[0], 'getuid', { uid: 65534 });
    expectEvent(events[1], 'getresuid', { res: 0, ruid: 65534, euid: 65534, suid: 65534 });
    expectEvent(events[2], 'setuid', { res: -1, uid: 0, euid_now: 65534, ...capabilitiesNow(0, 0, 0) });
  });

  test('calls on sockets by themselves and behind socketcall', async () => {
    const [SOCKET, SEND, RECV] = [1, 9, 10];
    const names = ['socket', 'send', 'recv', 'connect'];
    const { events, results } = await make(
      [
        call('socket', 2, 1, 0),
        socketCall(SOCKET, 2, 2, 0),
        call('connect', result(0), Uint8Array.from([2, 0, 0, 1, 127, 0, 0, 1, ...Array(8).fill(0)]), 16),
        socketCall(SEND, 77, 1, 5, 0),
        socketCall(RECV, 77, 1, 6, 0),
        socketCall(99, 1),
      ],
      { events: names },
    );
    const info = fdinfoOf(events[0]);
    expectEvent(events[0], 'socket', {
      ...{ fd: results[0], domain: 2, type: 1, proto: 0, flags: 0, fdinfo: info },
    });
    assert.equal(fdinfoOf(events[1]).kind, '4');
    assert.deepEqual([events[1]?.values.fd, events[1]?.values.type], [results[1], 2]);
    assert.equal(events[2]?.values.addr, '127.0.0.1 1');
    const nothing = { data: undefined, tuple: undefined, fdinfo: undefined };
    expectEvent(events[3], 'send', { res: EBADF, fd: 77, size: 5, ...nothing });
    expectEvent(events[4], 'recv', { res: EBADF, fd: 77, size: 6, ...nothing });
    assert.equal(events.length, 5);
  });

  test('a call without an event of its own has the number of 64-bit programs', async () => {
    const { events } = await make([call('getppid')], { events: ['getppid'] });
    expectEvent(events[0], 'syscall', { ID: 41, nativeID: 110 });
  });
});

testCases(import.meta.filename, { skip });
