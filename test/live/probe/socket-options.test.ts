/** Pairs of sockets, options, several messages at once: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  expectEvent,
  fdinfoOf,
  make,
  message,
  messages,
  nr,
  output,
  result,
  skipReason,
  words,
  X64,
} from './calls.ts';
import { noteCase, testCases } from './cases.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const EBADF = -9;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');
const text = (value: string) => Buffer.from(value);

describe('pairs and options of sockets', { skip }, () => {
  test('socketpair, shutdown, getsockname, getpeername', async () => {
    const { events, results } = await make(
      [
        [nr('socketpair'), AF_UNIX, SOCK_STREAM, 0, output(8)],
        [nr('dup2'), 3, 60],
        [nr('shutdown'), 60, 1],
        [nr('shutdown'), 77, 2],
        [nr('shutdown'), 60, 9],
        [nr('getsockname'), 60, output(120), words(4, 100)],
        [nr('getpeername'), 77, output(120), words(4, 100)],
        [nr('socketpair'), AF_INET, SOCK_STREAM, 6, output(8)],
      ],
      { events: ['socketpair', 'shutdown', 'getsockname', 'getpeername'] },
    );
    const fdinfo = fdinfoOf(events[0]);
    assert.equal(fdinfo.kind, 'u');
    const { source, peer } = events[0]?.values ?? {};
    assert.ok(source && peer && source !== peer, 'both ends are told by their addresses');
    expectEvent(events[0], 'socketpair', {
      ...{ res: 0, fd1: 3, fd2: 4, source, peer, domain: AF_UNIX, type: SOCK_STREAM, proto: 0, fdinfo },
    });
    expectEvent(events[1], 'shutdown', { res: 0, fd: 60, how: 1, fdinfo });
    expectEvent(events[2], 'shutdown', { res: EBADF, fd: 77, how: 2, fdinfo: undefined });
    expectEvent(events[3], 'shutdown', { res: -22, fd: 60, how: 255, fdinfo });
    assert.deepEqual([results[5], results[6]], [0, EBADF]);
    expectEvent(events[4], 'getsockname', {});
    noteCase('getsockname', 'success');
    expectEvent(events[5], 'getpeername', {});
    noteCase('getpeername', 'failure');
    expectEvent(events[6], 'socketpair', {
      ...{ res: -95, fd1: -1, fd2: -1, source: 0, peer: 0, domain: AF_INET, type: SOCK_STREAM, proto: 6 },
      fdinfo: undefined,
    });
  });

  test('setsockopt and getsockopt: the type of the value follows the option', async () => {
    const SOL_SOCKET = 1;
    const size = (bytes: number) => words(4, bytes);
    const { events, results } = await make(
      [
        [nr('socket'), AF_INET, SOCK_STREAM, 0],
        [nr('setsockopt'), result(0), SOL_SOCKET, 2, words(4, 1), 4],
        [nr('setsockopt'), result(0), SOL_SOCKET, 20, words(8, 2, 500_000), 16],
        [nr('setsockopt'), result(0), SOL_SOCKET, 13, words(4, 1, 7), 8],
        [nr('setsockopt'), result(0), 6, 1, words(4, 1), 4],
        [nr('setsockopt'), 77, 41, 26, text('ab'), 2],
        [nr('getsockopt'), result(0), SOL_SOCKET, 3, output(4), size(4)],
        [nr('getsockopt'), result(0), SOL_SOCKET, 20, output(16), size(16)],
        [nr('getsockopt'), result(0), SOL_SOCKET, 4, output(4), size(4)],
        [nr('getsockopt'), result(0), SOL_SOCKET, 57, output(8), size(8)],
        [nr('getsockopt'), result(0), 6, 1, output(8), size(8)],
        [nr('getsockopt'), 77, SOL_SOCKET, 999, text('xyz'), size(3)],
      ],
      { events: ['setsockopt', 'getsockopt'] },
    );
    const fd = results[0];
    const hex = (...bytes: Uint8Array[]) => Buffer.concat(bytes).toString('hex');
    const fdinfo = fdinfoOf(events[0]);
    const cookie = events[8]?.values.val;
    assert.match(String(cookie), /^3:(?!0{16})[0-9a-f]{16}$/);
    const expected = [
      ['setsockopt', { level: 1, optname: 2, val: `2:${hex(words(4, 1))}`, optlen: 4 }],
      ['setsockopt', { level: 1, optname: 20, val: `4:${hex(words(8, 2_500_000_000))}`, optlen: 16 }],
      ['setsockopt', { level: 1, optname: 13, val: `0:${hex(words(4, 1, 7))}`, optlen: 8 }],
      ['setsockopt', { level: 2, optname: 0, val: `0:${hex(words(4, 1))}`, optlen: 4 }],
      ['setsockopt', { level: 0, optname: 0, val: `0:${hex(text('ab'))}`, optlen: 2 }],
      ['getsockopt', { level: 1, optname: 3, val: `2:${hex(words(4, SOCK_STREAM))}`, optlen: 4 }],
      ['getsockopt', { level: 1, optname: 20, val: `4:${hex(words(8, 2_500_000_000))}`, optlen: 16 }],
      ['getsockopt', { level: 1, optname: 4, val: `1:${hex(words(8, 0))}`, optlen: 4 }],
      ['getsockopt', { level: 1, optname: 53, val: cookie, optlen: 8 }],
      ['getsockopt', { level: 2, optname: 0, val: `0:${hex(words(4, 1))}`, optlen: 4 }],
      ['getsockopt', { level: 1, optname: 0, val: `0:${hex(text('xyz'))}`, optlen: 3 }],
    ] as const;
    expected.forEach(([name, values], index) => {
      const bad = events[index]?.values.fd === 77;
      expectEvent(events[index], name, {
        ...{ res: bad ? EBADF : 0, fd: bad ? 77 : fd, ...values },
        fdinfo: bad ? undefined : fdinfo,
      });
    });
  });

  test('sendmmsg and recvmmsg: an event for each message', async () => {
    const parts = (...texts: string[]) => message(undefined, undefined, ...texts.map(text));
    const { events } = await make(
      [
        [nr('socketpair'), AF_UNIX, SOCK_DGRAM, 0, output(8)],
        [nr('sendmmsg'), 3, messages(parts('one', 'two'), parts('three'), parts('')), 3, 0],
        [nr('recvmmsg'), 4, messages(parts('......'), parts('.....'), parts('.')), 3, 0, null],
        [nr('sendmmsg'), 77, messages(parts('never')), 1, 0],
        [nr('recvmmsg'), 77, messages(parts('never')), 1, 0, null],
      ],
      { events: ['sendmmsg', 'recvmmsg'] },
    );
    const sent = fdinfoOf(events[0]);
    const received = fdinfoOf(events[3]);
    for (const [index, data] of ['onetwo', 'three', undefined].entries()) {
      const res = data?.length ?? 0;
      expectEvent(events[index], 'sendmmsg', {
        ...{ res, fd: 3, size: res, data, tuple: events[index]?.values.tuple, fdinfo: sent },
      });
      assert.match(String(events[index]?.values.tuple), /^unix \* \*/);
      expectEvent(events[3 + index], 'recvmmsg', {
        ...{ res, fd: 4, size: res, data, tuple: events[3 + index]?.values.tuple },
        ...{ msgcontrol: undefined, fdinfo: received },
      });
    }
    const nothing = { size: 0, data: undefined, tuple: undefined, fdinfo: undefined };
    expectEvent(events[6], 'sendmmsg', { res: EBADF, fd: 77, ...nothing });
    expectEvent(events[7], 'recvmmsg', { res: EBADF, fd: 77, ...nothing, msgcontrol: undefined });
    assert.equal(events.length, 8);
  });
});

testCases(import.meta.filename, { skip });
