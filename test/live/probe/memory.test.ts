/** System calls on memory: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { expectEvent, fdinfoOf, make, nr, result, skipReason, vectors, X64 } from './calls.ts';
import { testCases } from './cases.ts';

const EINVAL = -22;
const PAGE = 4096;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('memory', { skip }, () => {
  test('mmap, mprotect, munmap, brk', async () => {
    const { events, results } = await make(
      [
        [nr('mmap'), 0, PAGE, 3, 0x22, -1, 0],
        [nr('mprotect'), result(0), PAGE, 0x01000007],
        [nr('mprotect'), 1, PAGE, 4],
        [nr('munmap'), result(0), PAGE],
        [nr('munmap'), 1, PAGE],
        [nr('mmap'), 0, PAGE, 1, 0x8002, 0, 1],
        [nr('brk'), 7],
      ],
      { events: ['mmap', 'mprotect', 'munmap', 'brk'] },
    );
    // The C library allocates too.
    const own = events.filter(({ values }) => values.length === PAGE || values.addr === 7);
    for (const { name, values } of own.filter(({ name }) => name !== 'mprotect')) {
      assert.ok(Number(values.vm_size) >= Number(values.vm_rss) && Number(values.vm_rss) > 100, name);
      assert.equal(values.vm_swap, 0);
    }
    const sizes = (index: number) => {
      const { vm_size, vm_rss, vm_swap } = own[index]?.values ?? {};
      return { vm_size, vm_rss, vm_swap };
    };
    const address = results[0];
    expectEvent(own[0], 'mmap', {
      ...sizes(0),
      res: address,
      addr: 0,
      length: PAGE,
      prot: 3,
      flags: 2 | 8,
      fd: -1,
      offset: 0,
      fdinfo: undefined,
    });
    expectEvent(own[1], 'mprotect', { res: EINVAL, addr: address, length: PAGE, prot: 7 | 16 });
    expectEvent(own[2], 'mprotect', { res: EINVAL, addr: 1, length: PAGE, prot: 4 });
    expectEvent(own[3], 'munmap', { ...sizes(3), res: 0, addr: address, length: PAGE });
    expectEvent(own[4], 'munmap', { ...sizes(4), res: EINVAL, addr: 1, length: PAGE });
    assert.equal(fdinfoOf(own[5]).kind, 'u', 'standard input is a socket');
    expectEvent(own[5], 'mmap', {
      ...sizes(5),
      res: EINVAL,
      addr: 0,
      length: PAGE,
      prot: 1,
      flags: 2 | 128,
      fd: 0,
      offset: 1,
      fdinfo: own[5]?.values.fdinfo,
    });
    expectEvent(own[6], 'brk', { ...sizes(6), res: results[6], addr: 7 });
  });

  test('mlock, mlock2, munlock, mlockall, munlockall', async () => {
    const names = ['mlock', 'mlock2', 'munlock', 'mlockall', 'munlockall'];
    const { events, results } = await make(
      [
        [nr('mlock'), 1 << 30, 10],
        [nr('mlock2'), 1 << 30, 10, 1],
        [nr('munlock'), 1 << 30, 10],
        [nr('mlockall'), 4],
        [nr('munlockall')],
      ],
      { events: names },
    );
    const range = { addr: 1 << 30, len: 10 };
    expectEvent(events[0], 'mlock', { res: results[0], ...range });
    expectEvent(events[1], 'mlock2', { res: results[1], ...range, flags: 1 });
    expectEvent(events[2], 'munlock', { res: results[2], ...range });
    expectEvent(events[3], 'mlockall', { res: EINVAL, flags: 4 });
    expectEvent(events[4], 'munlockall', { res: 0 });
    assert.ok(results.slice(0, 3).every((code) => code === -12));
  });

  test('process_vm_readv and process_vm_writev', async () => {
    const parts = [Buffer.from('mine')];
    const { events } = await make(
      [
        [nr('getpid')],
        [nr('process_vm_readv'), result(0), vectors(...parts), 1, vectors(Buffer.from('theirs')), 1, 0],
        [nr('process_vm_writev'), result(0), vectors(...parts), 1, vectors(Buffer.from('theirs')), 1, 0],
        [nr('process_vm_readv'), 2 ** 22 + 1, vectors(...parts), 1, vectors(...parts), 1, 0],
      ],
      { events: ['process_vm_readv', 'process_vm_writev'] },
    );
    const pid = events[0]?.tid;
    assert.notEqual(pid, process.pid);
    expectEvent(events[0], 'process_vm_readv', { res: 4, pid, data: 'thei' });
    expectEvent(events[1], 'process_vm_writev', { res: 4, pid, data: 'mine' });
    expectEvent(events[2], 'process_vm_readv', { res: -3, pid: 2 ** 22 + 1, data: undefined });
  });
});

testCases(import.meta.filename, { skip });
