/** System calls that read, write, copy, wait for and control open descriptors. */
import {
  bits,
  bytes,
  type CallRow,
  type Collect,
  descriptor,
  enumerated,
  id,
  joined,
  number,
  plain,
  pointed,
  pollList,
  result,
  time,
  vectorBytes,
  vectorSize,
  wideTime,
} from './collect.ts';

const READ: Readonly<Record<string, Collect>> = {
  res: result,
  data: bytes(1, 2, 'received'),
  fd: id(0),
  size: number(2),
  fdinfo: descriptor,
};
const WRITTEN: Readonly<Record<string, Collect>> = { ...READ, data: bytes(1, 2, 'sent') };
const READ_VECTOR: Readonly<Record<string, Collect>> = {
  res: result,
  size: plain('RESULT_SIZE'),
  data: vectorBytes(1, 2, 'received'),
  fd: id(0),
  fdinfo: descriptor,
};
const WRITTEN_VECTOR: Readonly<Record<string, Collect>> = {
  res: result,
  data: vectorBytes(1, 2, 'sent'),
  fd: id(0),
  size: vectorSize(1, 2),
  fdinfo: descriptor,
};
/** A position in the file: one argument, or two halves in 32-bit programs. */
const positioned = (
  event: string,
  parameters: Readonly<Record<string, Collect>>,
  call = event,
): readonly CallRow[] => [
  {
    event,
    calls: [call],
    interfaces: ['x64', 'arm64', 'x32'],
    subject: 'argument',
    parameters: { ...parameters, pos: number(3) },
  },
  {
    event,
    calls: [call],
    interfaces: ['ia32'],
    subject: 'argument',
    parameters: { ...parameters, pos: joined(3, 4) },
  },
];
const SENT_FILE = (wordSize: 'native' | 'wide'): Readonly<Record<string, Collect>> => ({
  res: result,
  offset: pointed(2, wordSize === 'wide' ? { width: 8 } : {}),
  out_fd: id(0),
  in_fd: id(1),
  size: number(3),
  fdinfo: descriptor,
});
const POLLED: Readonly<Record<string, Collect>> = {
  res: result,
  fds: pollList,
  timeout: time(2),
  sigmask: pointed(3, { width: 4 }),
};

export const TRANSFER_CALLS: readonly CallRow[] = [
  { event: 'read', subject: 'argument', parameters: READ },
  { event: 'write', subject: 'argument', parameters: WRITTEN },
  ...positioned('pread', READ, 'pread64'),
  ...positioned('pwrite', WRITTEN, 'pwrite64'),
  { event: 'readv', subject: 'argument', parameters: READ_VECTOR },
  { event: 'writev', subject: 'argument', parameters: WRITTEN_VECTOR },
  ...positioned('preadv', READ_VECTOR),
  ...positioned('pwritev', WRITTEN_VECTOR),
  { event: 'sendfile', subject: 'argument', parameters: SENT_FILE('native') },
  { event: 'sendfile', calls: ['sendfile64'], subject: 'argument', parameters: SENT_FILE('wide') },
  {
    event: 'splice',
    subject: 'argument',
    parameters: {
      res: result,
      fd_in: id(0),
      fd_out: id(2),
      size: number(4),
      flags: bits(5, 0xf),
      fdinfo: descriptor,
    },
  },
  {
    event: 'copy_file_range',
    subject: 'argument',
    subjectArgument: 2,
    parameters: {
      res: result,
      fdout: id(2),
      offout: number(3),
      fdin: id(0),
      offin: number(1),
      len: number(4),
      fdinfo: descriptor,
    },
  },

  // Positions, locks, control.
  {
    event: 'lseek',
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      offset: number(1),
      whence: enumerated(2, 'seekOrigins'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'llseek',
    calls: ['_llseek'],
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      offset: joined(2, 1),
      whence: enumerated(4, 'seekOrigins'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'flock',
    subject: 'argument',
    parameters: { res: result, fd: id(0), operation: bits(1, 0xf), fdinfo: descriptor },
  },
  {
    event: 'ioctl',
    subject: 'argument',
    parameters: { res: result, fd: id(0), request: number(1), argument: number(2), fdinfo: descriptor },
  },
  {
    event: 'fcntl',
    calls: ['fcntl', 'fcntl64'],
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      cmd: enumerated(1, 'fcntlCommands'),
      arg: number(2),
      fdinfo: descriptor,
    },
  },

  // Waiting.
  { event: 'poll', parameters: { res: result, fds: pollList, timeout: id(2) } },
  { event: 'ppoll', parameters: POLLED },
  { event: 'ppoll', calls: ['ppoll_time64'], parameters: { ...POLLED, timeout: wideTime(2) } },
  { event: 'select', parameters: { res: result } },
  { event: 'epoll_wait', parameters: { res: result, maxevents: id(2) } },
];
