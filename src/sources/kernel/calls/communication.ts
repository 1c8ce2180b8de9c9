/** System calls between processes: pipes, event descriptors, rings, semaphores, keys. */
import { enumerationNumber } from '../enumerations.ts';
import {
  bits,
  type CallRow,
  type Collect,
  constant,
  descriptor,
  enumerated,
  flags,
  id,
  inode,
  number,
  pointed,
  result,
  valueIf,
} from './collect.ts';

const PIPE: Readonly<Record<string, Collect>> = {
  res: result,
  fd1: pointed(0, { width: 4, signed: true, afterSuccess: true, orMinusOne: true }),
  fd2: pointed(0, { offset: 4, width: 4, signed: true, afterSuccess: true, orMinusOne: true }),
  ino: inode,
  fdinfo: descriptor,
};

/** One member of element `index` of the array of struct sembuf. */
const operation = (index: number, offset: number): Collect =>
  pointed(1, {
    offset: 6 * index + offset,
    width: 2,
    afterSuccess: true,
    element: { countArgument: 2, index },
  });
const operationFlags = (index: number): Collect =>
  pointed(
    1,
    { offset: 6 * index + 4, width: 2, afterSuccess: true, element: { countArgument: 2, index } },
    'semaphoreFlags',
  );

const SETVAL = 16;

/** Words of 32 bits of struct io_uring_params, by their place. */
const RING = { submissions: 0, completions: 4, flags: 8, cpu: 12, idle: 16, features: 20 } as const;
const ring = (place: keyof typeof RING, table?: 'ringFlags' | 'ringFeatures'): Collect =>
  pointed(1, { offset: RING[place], width: 4 }, table);

const keyctl =
  (argument: number): Collect =>
  () => ({ kind: 'KEYCTL', a: argument, c: enumerationNumber('keyArguments') });

export const COMMUNICATION_CALLS: readonly CallRow[] = [
  // Descriptors of several kinds.
  { event: 'pipe', subject: 'pointed', parameters: PIPE },
  { event: 'pipe2', subject: 'pointed', parameters: { ...PIPE, flags: flags(1, 'pipeFlags') } },
  {
    event: 'eventfd',
    subject: 'result',
    parameters: { res: result, initval: number(0), flags: constant(0), fdinfo: descriptor },
  },
  {
    event: 'eventfd2',
    subject: 'result',
    parameters: {
      res: result,
      flags: flags(1, 'descriptorFlags'),
      initval: bits(0, 0xffffffff),
      fdinfo: descriptor,
    },
  },
  {
    // The mask is not told, as in Falco.
    event: 'signalfd',
    subject: 'result',
    parameters: { res: result, fd: id(0), mask: constant(0), flags: constant(0), fdinfo: descriptor },
  },
  {
    event: 'signalfd4',
    subject: 'result',
    parameters: {
      res: result,
      flags: flags(3, 'descriptorFlags'),
      fd: id(0),
      mask: constant(0),
      fdinfo: descriptor,
    },
  },
  {
    event: 'timerfd_create',
    subject: 'result',
    parameters: {
      res: result,
      clockid: number(0),
      flags: flags(1, 'descriptorFlags'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'inotify_init',
    subject: 'result',
    parameters: { res: result, flags: constant(0), fdinfo: descriptor },
  },
  {
    event: 'inotify_init1',
    subject: 'result',
    parameters: { res: result, flags: flags(0, 'descriptorFlags'), fdinfo: descriptor },
  },
  {
    event: 'epoll_create',
    subject: 'result',
    parameters: { res: result, size: number(0), fdinfo: descriptor },
  },
  {
    event: 'epoll_create1',
    subject: 'result',
    parameters: { res: result, flags: flags(0, 'epollFlags'), fdinfo: descriptor },
  },
  {
    event: 'userfaultfd',
    subject: 'result',
    parameters: { res: result, flags: number(0), fdinfo: descriptor },
  },
  {
    event: 'pidfd_open',
    subject: 'result',
    parameters: { fd: result, pid: id(0), flags: flags(1, 'pidfdFlags'), fdinfo: descriptor },
  },
  {
    event: 'pidfd_getfd',
    subject: 'result',
    parameters: { fd: result, pid_fd: id(0), target_fd: id(1), flags: number(2), fdinfo: descriptor },
  },

  // io_uring.
  {
    event: 'io_uring_setup',
    subject: 'result',
    parameters: {
      res: result,
      entries: number(0),
      sq_entries: ring('submissions'),
      cq_entries: ring('completions'),
      flags: ring('flags', 'ringFlags'),
      sq_thread_cpu: ring('cpu'),
      sq_thread_idle: ring('idle'),
      features: ring('features', 'ringFeatures'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'io_uring_enter',
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      to_submit: number(1),
      min_complete: number(2),
      flags: bits(3, 0xf),
      sig: number(4),
      fdinfo: descriptor,
    },
  },
  {
    event: 'io_uring_register',
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      opcode: number(1),
      arg: number(2),
      nr_args: number(3),
      fdinfo: descriptor,
    },
  },

  // Semaphores, futexes, keys.
  {
    event: 'semget',
    parameters: { res: result, key: number(0), nsems: number(1), semflg: flags(2, 'creationFlags') },
  },
  {
    event: 'semop',
    parameters: {
      res: result,
      nsops: number(2),
      sem_num_0: operation(0, 0),
      sem_op_0: operation(0, 2),
      sem_flg_0: operationFlags(0),
      sem_num_1: operation(1, 0),
      sem_op_1: operation(1, 2),
      sem_flg_1: operationFlags(1),
      semid: number(0),
    },
  },
  {
    event: 'semctl',
    parameters: {
      res: result,
      semid: number(0),
      semnum: number(1),
      cmd: enumerated(2, 'semaphoreCommands'),
      val: valueIf(3, 2, SETVAL),
    },
  },
  {
    event: 'futex',
    calls: ['futex', 'futex_time64'],
    parameters: {
      res: result,
      addr: number(0),
      op: () => ({ kind: 'FUTEX_OPERATION', a: 1 }),
      val: number(2),
    },
  },
  {
    event: 'keyctl',
    parameters: {
      res: result,
      operation: number(0),
      arg2: keyctl(1),
      arg3: keyctl(2),
      arg4: keyctl(3),
      arg5: keyctl(4),
    },
  },
];
