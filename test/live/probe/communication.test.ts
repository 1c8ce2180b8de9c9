/** Pipes, event descriptors, rings, semaphores, futexes and keys: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectEvent, fdinfoOf, make, nr, output, result, skipReason, words, X64 } from './calls.ts';
import { excuseCases, testCases } from './cases.ts';

const EINVAL = -22;
const EFAULT = -14;
const O_NONBLOCK = 0o4000;
const O_DIRECT = 0o40000;
const O_CLOEXEC = 0o2000000;

/** Values of the event layout (events/symbols.ts). */
const NONBLOCK = 64;
const DIRECT = 512;
const CLOEXEC = 4096;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('communication', { skip }, () => {
  test('pipe and pipe2', async () => {
    const { events } = await make(
      [
        [nr('pipe'), output(8)],
        [nr('pipe2'), output(8), O_CLOEXEC | O_DIRECT | O_NONBLOCK],
        [nr('pipe'), 1],
        [nr('pipe2'), output(8), 1],
      ],
      { events: ['pipe', 'pipe2'] },
    );
    const first = fdinfoOf(events[0]);
    assert.equal(first.kind, 'p');
    assert.ok(first.inode > 0);
    expectEvent(events[0], 'pipe', { res: 0, fd1: 3, fd2: 4, ino: first.inode, fdinfo: first });
    const second = fdinfoOf(events[1]);
    expectEvent(events[1], 'pipe2', {
      res: 0,
      fd1: 5,
      fd2: 6,
      ino: second.inode,
      flags: CLOEXEC | DIRECT | NONBLOCK,
      fdinfo: second,
    });
    const nothing = { fd1: -1, fd2: -1, ino: 0, fdinfo: undefined };
    expectEvent(events[2], 'pipe', { res: EFAULT, ...nothing });
    expectEvent(events[3], 'pipe2', { res: EINVAL, ...nothing, flags: 0 });
  });

  test('descriptors for events, signals, times, changes of files, epoll, faults, processes', async () => {
    const flags = O_CLOEXEC | O_NONBLOCK;
    const told = CLOEXEC | NONBLOCK;
    const { events, results, pid } = await make(
      [
        [nr('eventfd'), 7],
        [nr('eventfd2'), 7, flags],
        [nr('eventfd2'), 7, 2],
        [nr('signalfd'), -1, words(8, 0), 8],
        [nr('signalfd4'), -1, words(8, 0), 8, flags],
        [nr('signalfd4'), 77, words(8, 0), 8, 0],
        [nr('timerfd_create'), 1, O_NONBLOCK],
        [nr('timerfd_create'), 99, 0],
        [nr('inotify_init')],
        [nr('inotify_init1'), flags],
        [nr('inotify_init1'), 1],
        [nr('epoll_create'), 5],
        [nr('epoll_create'), 0],
        [nr('epoll_create1'), O_CLOEXEC],
        [nr('epoll_create1'), 1],
        [nr('userfaultfd'), 0x40000000],
        [nr('getpid')],
        [nr('pidfd_open'), result(16), O_NONBLOCK],
        [nr('pidfd_open'), -1, 0],
        [nr('pidfd_getfd'), result(17), 0, 0],
        [nr('pidfd_getfd'), 77, 0, 1],
      ],
      {
        events: [
          ...['eventfd', 'eventfd2', 'signalfd', 'signalfd4', 'timerfd_create', 'inotify_init'],
          ...['inotify_init1', 'epoll_create', 'epoll_create1', 'userfaultfd', 'pidfd_open', 'pidfd_getfd'],
        ],
      },
    );
    const made = [
      ['eventfd', { res: results[0], initval: 7, flags: 0 }, 'e'],
      ['eventfd2', { res: results[1], flags: told, initval: 7 }, 'e'],
      ['eventfd2', { res: EINVAL, flags: 0, initval: 7 }],
      ['signalfd', { res: results[3], fd: -1, mask: 0, flags: 0 }, 's'],
      ['signalfd4', { res: results[4], flags: told, fd: -1, mask: 0 }, 's'],
      ['signalfd4', { res: -9, flags: 0, fd: 77, mask: 0 }],
      ['timerfd_create', { res: results[6], clockid: 1, flags: NONBLOCK }, 't'],
      ['timerfd_create', { res: EINVAL, clockid: 99, flags: 0 }],
      ['inotify_init', { res: results[8], flags: 0 }, 'i'],
      ['inotify_init1', { res: results[9], flags: told }, 'i'],
      ['inotify_init1', { res: EINVAL, flags: 0 }],
      ['epoll_create', { res: results[11], size: 5 }, 'l'],
      ['epoll_create', { res: EINVAL, size: 0 }],
      ['epoll_create1', { res: results[13], flags: 1 }, 'l'],
      ['epoll_create1', { res: EINVAL, flags: 0 }],
      ['userfaultfd', { res: EINVAL, flags: 0x40000000 }],
      ['pidfd_open', { fd: results[17], pid, flags: 1 }, 'P'],
      ['pidfd_open', { fd: EINVAL, pid: -1, flags: 0 }],
      ['pidfd_getfd', { fd: results[19], pid_fd: results[17], target_fd: 0, flags: 0 }, 'u'],
      ['pidfd_getfd', { fd: EINVAL, pid_fd: 77, target_fd: 0, flags: 1 }],
    ] as const;
    assert.equal(events.length, made.length);
    made.forEach(([name, values, kind], index) => {
      const fdinfo = kind ? fdinfoOf(events[index]) : undefined;
      assert.equal(fdinfo?.kind, kind, name);
      const event = events[index];
      // A descriptor of a process that is none tells nothing, and so does one that was not made.
      expectEvent(event, name, event && 'fdinfo' in event.values ? { ...values, fdinfo } : values);
    });
  });

  test('io_uring_setup, io_uring_enter, io_uring_register', async (context) => {
    const CQSIZE = 8;
    const { events, results } = await make(
      [
        [nr('io_uring_setup'), 4, words(4, 0, 16, CQSIZE, 1, 100, ...Array(30).fill(0))],
        [nr('io_uring_enter'), result(0), 1, 0, 1, 5, 0],
        [nr('io_uring_register'), result(0), 8, 123, 7],
        [nr('io_uring_setup'), 0, words(4, ...Array(35).fill(0))],
        [nr('io_uring_enter'), 77, 1, 2, 3, 0, 0],
        [nr('io_uring_register'), 77, 21, 123, 7],
      ],
      { events: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'] },
    );
    const fd = results[0] as number;
    if (fd < 0) {
      for (const name of ['setup', 'enter', 'register'])
        excuseCases(`io_uring_${name} success`, `io_uring_${name} failure`);
      return context.skip(`the kernel lets nobody use io_uring (${fd})`);
    }
    const { features } = events[0]?.values ?? {};
    assert.ok((Number(features) & 1) !== 0);
    const fdinfo = fdinfoOf(events[0]);
    assert.equal(fdinfo.kind, 'r');
    expectEvent(events[0], 'io_uring_setup', {
      res: fd,
      entries: 4,
      sq_entries: 4,
      cq_entries: 16,
      flags: 16,
      sq_thread_cpu: 1,
      sq_thread_idle: 100,
      features,
      fdinfo,
    });
    expectEvent(events[1], 'io_uring_enter', {
      res: results[1],
      fd,
      to_submit: 1,
      min_complete: 0,
      flags: 1,
      sig: 5,
      fdinfo,
    });
    expectEvent(events[2], 'io_uring_register', {
      res: results[2],
      fd,
      opcode: 8,
      arg: 123,
      nr_args: 7,
      fdinfo,
    });
    expectEvent(events[3], 'io_uring_setup', {
      res: EINVAL,
      entries: 0,
      sq_entries: 0,
      cq_entries: 0,
      flags: 0,
      sq_thread_cpu: 0,
      sq_thread_idle: 0,
      features: 0,
      fdinfo: undefined,
    });
    expectEvent(events[4], 'io_uring_enter', {
      res: results[4],
      fd: 77,
      to_submit: 1,
      min_complete: 2,
      flags: 3,
      sig: 0,
      fdinfo: undefined,
    });
    expectEvent(events[5], 'io_uring_register', {
      res: results[5],
      fd: 77,
      opcode: 21,
      arg: 123,
      nr_args: 7,
      fdinfo: undefined,
    });
  });

  test('semget, semop, semctl', async () => {
    const IPC_NOWAIT = 0o4000;
    const SEM_UNDO = 0x1000;
    const two = words(2, 0, 1, SEM_UNDO, 1, -1, IPC_NOWAIT);
    const one = words(2, 1, 2, IPC_NOWAIT, 9, 9, 9);
    const { events, results } = await make(
      [
        [nr('semget'), 0, 2, 0o1000 | 0o600],
        [nr('semop'), result(0), one, 1],
        [nr('semop'), result(0), two, 2],
        [nr('semctl'), result(0), 1, 16, 33],
        [nr('semctl'), result(0), 1, 12, 33],
        [nr('semctl'), result(0), 0, 0, 0],
        [nr('semop'), result(0), two, 2],
        [nr('semget'), 0, -1, 0o2000],
        [nr('semctl'), -1, 0, 99, 1],
      ],
      { events: ['semget', 'semop', 'semctl'] },
    );
    const semid = results[0];
    const none = { sem_num_0: 0, sem_op_0: 0, sem_flg_0: 0, sem_num_1: 0, sem_op_1: 0, sem_flg_1: 0 };
    expectEvent(events[0], 'semget', { res: semid, key: 0, nsems: 2, semflg: 8192 });
    expectEvent(events[1], 'semop', {
      ...none,
      res: 0,
      nsops: 1,
      sem_num_0: 1,
      sem_op_0: 2,
      sem_flg_0: 1,
      semid,
    });
    expectEvent(events[2], 'semop', {
      res: 0,
      nsops: 2,
      sem_num_0: 0,
      sem_op_0: 1,
      sem_flg_0: 2,
      sem_num_1: 1,
      sem_op_1: -1,
      sem_flg_1: 1,
      semid,
    });
    expectEvent(events[3], 'semctl', { res: 0, semid, semnum: 1, cmd: 4096, val: 33 });
    expectEvent(events[4], 'semctl', { res: 33, semid, semnum: 1, cmd: 512, val: 0 });
    expectEvent(events[5], 'semctl', { res: 0, semid, semnum: 0, cmd: 4, val: 0 });
    expectEvent(events[6], 'semop', { ...none, res: results[6], nsops: 2, semid });
    assert.ok((results[6] as number) < 0, 'the semaphores are removed');
    expectEvent(events[7], 'semget', { res: EINVAL, key: 0, nsems: -1, semflg: 16384 });
    expectEvent(events[8], 'semctl', { res: EINVAL, semid: -1, semnum: 0, cmd: 0, val: 0 });
  });

  test('futex', async () => {
    const { events } = await make(
      [
        [nr('futex'), words(4, 5), 1 | 128, 3],
        [nr('futex'), words(4, 5), 9 | 256, 6, null, null, 1],
        [nr('futex'), 1, 99, 3],
      ],
      { events: ['futex'] },
    );
    const { addr } = events[0]?.values ?? {};
    expectEvent(events[0], 'futex', { res: 0, addr, op: 1 | 128, val: 3 });
    assert.ok(Number(addr) > 4096);
    expectEvent(events[1], 'futex', { res: -11, addr: events[1]?.values.addr, op: 9 | 256, val: 6 });
    expectEvent(events[2], 'futex', { res: -38, addr: 1, op: 0, val: 3 });
  });

  test('keyctl: what its arguments are depends on the operation', async () => {
    const number = (value: number | bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      return `0:${bytes.toString('hex')}`;
    };
    const text = (value: string) => `1:${Buffer.from(`${value}\0`).toString('hex')}`;
    const none = number(0);
    const { events, results } = await make(
      [
        [nr('keyctl'), 1, 'a ring', 5, 5, 5],
        [nr('keyctl'), 10, -2, 'user', 'no such key', 0],
        [nr('keyctl'), 3, 12, 34],
        [nr('keyctl'), 29, 7, null, 'x'],
        [nr('keyctl'), 99, 1, 2, 3, 4],
      ],
      { events: ['keyctl'] },
    );
    const expected = [
      [1, text('a ring'), none, none, none],
      [10, number(-2), text('user'), text('no such key'), none],
      [3, number(12), none, none, none],
      [29, number(7), '1:', text('x'), none],
      [99, none, none, none, none],
    ] as const;
    expected.forEach(([operation, arg2, arg3, arg4, arg5], index) => {
      expectEvent(events[index], 'keyctl', { res: results[index], operation, arg2, arg3, arg4, arg5 });
    });
  });
});

testCases(import.meta.filename, { skip });
