/** System calls that read, write, copy, wait for and control descriptors: every parameter. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { type Call, expectEvent, nr, output, result, skipReason, vectors, words, X64 } from './calls.ts';
import { testCases } from './cases.ts';
import { descriptor, TestFolder } from './folder.ts';

const EBADF = -9;
const O_RDWR = 2;
const text = (value: string) => Buffer.from(value);

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('transfers', { skip }, () => {
  const place = new TestFolder();
  after(() => place.remove());
  const path = (...parts: string[]) => place.path(...parts);
  const at = (events: readonly string[], calls: readonly Call[]) => place.make(calls, events);
  const open: Call = [nr('open'), 'old', O_RDWR, 0];
  const fdinfo = () => descriptor(path('old'));
  /** The open is the first call; its event comes first too. */
  const FD = result(0);

  test('read, write, pread, pwrite', async () => {
    writeFileSync(path('old'), 'text');
    const { events, results } = await at(
      ['read', 'write', 'pread', 'pwrite'],
      [
        open,
        [nr('read'), FD, output(10), 10],
        [nr('write'), FD, 'more', 4],
        [nr('pread64'), FD, output(10), 3, 1],
        [nr('pwrite64'), FD, 'XY', 2, 2 ** 33],
        [nr('read'), 77, output(10), 10],
        [nr('write'), 77, 'never', 5],
        [nr('write'), FD, 'x'.repeat(200), 200],
      ],
    );
    const fd = results[0];
    expectEvent(events[0], 'read', { res: 4, data: 'text', fd, size: 10, fdinfo: fdinfo() });
    expectEvent(events[1], 'write', { res: 4, data: 'more', fd, size: 4, fdinfo: fdinfo() });
    expectEvent(events[2], 'pread', { res: 3, data: 'ext', fd, size: 3, pos: 1, fdinfo: fdinfo() });
    expectEvent(events[3], 'pwrite', { res: 2, data: 'XY', fd, size: 2, pos: 2 ** 33, fdinfo: fdinfo() });
    expectEvent(events[4], 'read', { res: EBADF, data: undefined, fd: 77, size: 10, fdinfo: undefined });
    expectEvent(events[5], 'write', { res: EBADF, data: 'never', fd: 77, size: 5, fdinfo: undefined });
    assert.equal(events[6]?.values.data, 'x'.repeat(80), 'data is cut');
    assert.equal(events[6]?.values.size, 200);
  });

  test('readv, writev, preadv, pwritev', async () => {
    writeFileSync(path('old'), 'abcdefgh');
    const parts = [text('12'), text('345')];
    const { events, results } = await at(
      ['readv', 'writev', 'preadv', 'pwritev'],
      [
        open,
        [nr('readv'), FD, vectors(...parts), 2],
        [nr('preadv'), FD, vectors(...parts), 2, 6, 0],
        [nr('writev'), FD, vectors(...parts), 2],
        [nr('pwritev'), FD, vectors(...parts), 1, 1, 0],
        [nr('readv'), 77, vectors(...parts), 2],
        [nr('pwritev'), 77, vectors(...parts), 2, 1, 0],
      ],
    );
    const fd = results[0];
    expectEvent(events[0], 'readv', { res: 5, size: 5, data: 'abcde', fd, fdinfo: fdinfo() });
    expectEvent(events[1], 'preadv', { res: 2, size: 2, data: 'gh', fd, pos: 6, fdinfo: fdinfo() });
    expectEvent(events[2], 'writev', { res: 5, data: '12345', fd, size: 5, fdinfo: fdinfo() });
    expectEvent(events[3], 'pwritev', { res: 2, data: '12', fd, size: 2, pos: 1, fdinfo: fdinfo() });
    expectEvent(events[4], 'readv', { res: EBADF, size: 0, data: undefined, fd: 77, fdinfo: undefined });
    expectEvent(events[5], 'pwritev', {
      res: EBADF,
      data: '12345',
      fd: 77,
      size: 5,
      pos: 1,
      fdinfo: undefined,
    });
  });

  test('sendfile, splice, copy_file_range', async () => {
    writeFileSync(path('old'), 'abcdefgh');
    writeFileSync(path('other'), '');
    const { events, results } = await at(
      ['sendfile', 'splice', 'copy_file_range'],
      [
        open,
        [nr('open'), 'other', O_RDWR, 0],
        [nr('sendfile'), result(1), FD, words(8, 2), 3],
        [nr('copy_file_range'), FD, null, result(1), null, 4, 0],
        [nr('splice'), FD, null, result(1), null, 9, 3],
        [nr('sendfile'), 77, FD, null, 3],
      ],
    );
    const [fd, other] = results;
    const otherInfo = descriptor(path('other'));
    expectEvent(events[0], 'sendfile', {
      res: 3,
      offset: 5,
      out_fd: other,
      in_fd: fd,
      size: 3,
      fdinfo: otherInfo,
    });
    expectEvent(events[1], 'copy_file_range', {
      res: 4,
      fdout: other,
      offout: 0,
      fdin: fd,
      offin: 0,
      len: 4,
      fdinfo: otherInfo,
    });
    expectEvent(events[2], 'splice', {
      res: -22,
      fd_in: fd,
      fd_out: other,
      size: 9,
      flags: 3,
      fdinfo: fdinfo(),
    });
    expectEvent(events[3], 'sendfile', {
      res: EBADF,
      offset: 0,
      out_fd: 77,
      in_fd: fd,
      size: 3,
      fdinfo: undefined,
    });
  });

  test('lseek, flock, ioctl, fcntl', async () => {
    const { events, results } = await at(
      ['lseek', 'flock', 'ioctl', 'fcntl'],
      [
        open,
        [nr('lseek'), FD, 2, 1],
        [nr('lseek'), FD, -1, 0],
        [nr('flock'), FD, 6],
        [nr('flock'), 77, 8],
        [nr('ioctl'), FD, 0x5401, 123],
        [nr('fcntl'), FD, 1030, 50],
        [nr('fcntl'), FD, 4, 0o4000],
        [nr('fcntl'), 77, 9999, 1],
      ],
    );
    const fd = results[0];
    expectEvent(events[0], 'lseek', { res: 2, fd, offset: 2, whence: 1, fdinfo: fdinfo() });
    expectEvent(events[1], 'lseek', { res: -22, fd, offset: 2n ** 64n - 1n, whence: 0, fdinfo: fdinfo() });
    expectEvent(events[2], 'flock', { res: 0, fd, operation: 6, fdinfo: fdinfo() });
    expectEvent(events[3], 'flock', { res: EBADF, fd: 77, operation: 8, fdinfo: undefined });
    expectEvent(events[4], 'ioctl', { res: -25, fd, request: 0x5401, argument: 123, fdinfo: fdinfo() });
    expectEvent(events[5], 'fcntl', { res: results[6], fd, cmd: 26, arg: 50, fdinfo: fdinfo() });
    expectEvent(events[6], 'fcntl', { res: 0, fd, cmd: 5, arg: 0o4000, fdinfo: fdinfo() });
    expectEvent(events[7], 'fcntl', { res: EBADF, fd: 77, cmd: 0, arg: 1, fdinfo: undefined });
  });

  test('poll, ppoll, select, epoll_wait', async () => {
    const POLLIN = 1;
    const POLLOUT = 4;
    /** struct pollfd. */
    const wanted = (...list: [fd: number, events: number][]) =>
      Buffer.concat(list.map(([fd, events]) => Buffer.concat([words(4, fd), words(2, events, 0)])));
    const many = wanted(...Array.from({ length: 20 }, (): [number, number] => [70, 0]));
    const { events } = await at(
      ['poll', 'ppoll', 'select', 'epoll_wait'],
      [
        [nr('open'), 'old', O_RDWR, 0],
        [nr('dup2'), FD, 70],
        [nr('poll'), wanted([70, POLLIN | POLLOUT], [71, POLLIN]), 2, -1],
        [nr('poll'), many, 20, 5],
        [nr('poll'), 1, 3, 5],
        [nr('ppoll'), wanted([70, POLLIN]), 1, words(8, 1, 5), words(8, 0x10_0000_0201), 8],
        [nr('ppoll'), null, 0, words(8, 0, 1000), null, 8],
        [nr('select'), 0, null, null, null, words(8, 0, 1)],
        [nr('select'), -1, null, null, null, null],
        [nr('epoll_wait'), 77, output(100), 3, 0],
      ],
    );
    expectEvent(events[0], 'poll', { res: 2, fds: '70:5 71:64', timeout: -1 });
    expectEvent(events[1], 'poll', { res: 0, fds: Array(16).fill('70:0').join(' '), timeout: 5 });
    expectEvent(events[2], 'poll', { res: -14, fds: '', timeout: 5 });
    expectEvent(events[3], 'ppoll', {
      res: 1,
      fds: '70:1',
      timeout: events[3]?.values.timeout,
      sigmask: 0x201,
    });
    assert.ok(Number(events[3]?.values.timeout) > 0 && Number(events[3]?.values.timeout) <= 1_000_000_005);
    expectEvent(events[4], 'ppoll', { res: 0, fds: '', timeout: 0, sigmask: 0 });
    expectEvent(events[5], 'select', { res: 0 });
    expectEvent(events[6], 'select', { res: -22 });
    expectEvent(events[7], 'epoll_wait', { res: EBADF, maxevents: 3 });
  });
});

testCases(import.meta.filename, { skip });
