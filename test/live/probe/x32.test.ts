/**
 * System calls of the x32 interface: 64-bit registers, pointers and structures of 32-bit programs. Where the kernel
 * lacks it, as most do, the calls fail and are told all the same.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entriesOf } from '../../../src/sources/kernel/calls/numbers.ts';
import { CALLS_X32 } from '../../../src/sources/kernel/layout.ts';
import { type Argument, type Call, make, nr, skipReason, vectors32, words, X64 } from './calls.ts';
import { testCases } from './cases.ts';

const MARK = 0x4000_0000;
const AT_FDCWD = -100;
const ENOENT = -2;
const EBADF = -9;
const ENOSYS = -38;

const skip = skipReason || (X64 ? false : 'x64 only');

/** A call by the number that it has in x32 alone, or by that of 64-bit programs. */
function call(name: string, ...rest: Argument[]): Call {
  const [own] = entriesOf(name, 'x32');
  return [MARK + (own === undefined ? nr(name) : own - CALLS_X32 + 512), ...rest];
}

/** Makes one call and gives what its event tells. `failure`: its result where the kernel has the interface. */
async function told(event: string, failure: number, made: Call) {
  const { events, results, statistics } = await make([made], { events: [event] });
  assert.ok(results[0] === failure || results[0] === ENOSYS, `${event}: ${results[0]}`);
  assert.deepEqual(
    events.map(({ name }) => name),
    [event],
  );
  assert.equal(statistics.compatCalls, 0);
  const values = events[0]?.values ?? {};
  assert.equal(values.res ?? values.fd, results[0]);
  return values;
}

describe('calls of the x32 interface', { skip }, () => {
  test('openat, with the number of 64-bit programs', async () => {
    const { name, dirfd } = await told('openat', ENOENT, call('openat', AT_FDCWD, '/no/such/file', 0, 0));
    assert.deepEqual([name, dirfd], ['/no/such/file', AT_FDCWD]);
  });

  test('execve: pointers of 32 bits', async () => {
    const made = call('execve', '/no/such/program', words(4, 0), words(4, 0));
    assert.equal((await told('execve', ENOENT, made)).filename, '/no/such/program');
  });

  test('writev: pointers and lengths of 32 bits, and registers whose upper halves do not count', async () => {
    const made = call('writev', 2 ** 32 + 77, vectors32(Buffer.from('ab'), Buffer.from('cd')), 2);
    const { fd, size, data } = await told('writev', EBADF, made);
    assert.deepEqual([fd, size, data], [77, 4, 'abcd']);
  });

  test('preadv: a position in one register', async () => {
    const made = call('preadv', 77, vectors32(Buffer.from('abc')), 1, 2 ** 33 + 5);
    assert.equal((await told('preadv', EBADF, made)).pos, 2 ** 33 + 5);
  });

  test('setsockopt: times of 64 bits', async () => {
    // The value has a type, 4 for times, and 3.5 s in nanoseconds.
    const made = call('setsockopt', 77, 1, 20, words(8, 3, 500_000), 16);
    assert.deepEqual((await told('setsockopt', EBADF, made)).val, '4:00c39dd000000000');
  });
});

testCases(import.meta.filename, { skip });
