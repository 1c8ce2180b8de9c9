/** System calls on sockets. */

import { enumerationNumber } from '../enumerations.ts';
import { NO_ARGUMENT } from '../layout.ts';
import {
  address,
  bits,
  bytes,
  type CallRow,
  type Collect,
  descriptor,
  enumerated,
  flags,
  id,
  inboundEnds,
  LARGE_DATA,
  number,
  outboundEnds,
  plain,
  pointed,
  result,
  serverDescriptor,
  vectorBytes,
  vectorSize,
} from './collect.ts';

const ACCEPTED: Readonly<Record<string, Collect>> = {
  fd: result,
  tuple: inboundEnds(NO_ARGUMENT),
  queuepct: () => ({ kind: 'QUEUE_PERCENT', a: 0 }),
  queuelen: () => ({ kind: 'QUEUE_LENGTH', a: 0 }),
  queuemax: () => ({ kind: 'QUEUE_MAXIMUM', a: 0 }),
  fdinfo: serverDescriptor,
};
/** Words of `struct user_msghdr` as arguments. */
const MESSAGE = { name: 6, nameLength: 7, vectors: 8, count: 9, control: 10, controlLength: 11 } as const;

const MESSAGES = { argument: 1, words: 8, native: true, messages: true } as const;
const optionValue =
  (value: 'given' | 'got'): Collect =>
  () => ({
    kind: 'OPTION_VALUE',
    a: 3,
    b: value === 'got' ? 1 : 0,
    c: enumerationNumber('socketOptionTypes'),
  });
const OPTION: Readonly<Record<string, Collect>> = {
  res: result,
  fd: id(0),
  level: enumerated(1, 'socketLevels'),
  optname: ({ size }) => ({ kind: 'SOCKET_OPTION', a: 2, b: size, c: enumerationNumber('socketOptions') }),
  fdinfo: descriptor,
};
const SHUT_UNKNOWN = 0xffff;

export const SOCKET_CALLS: readonly CallRow[] = [
  // Sockets.
  {
    event: 'socket',
    subject: 'result',
    parameters: {
      fd: result,
      domain: flags(0, 'socketFamily'),
      type: number(1),
      proto: number(2),
      flags: flags(1, 'descriptorFlags'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'bind',
    subject: 'argument',
    parameters: { res: result, addr: address(1, 2), fd: id(0), fdinfo: descriptor },
  },
  {
    event: 'listen',
    subject: 'argument',
    parameters: { res: result, fd: id(0), backlog: number(1), fdinfo: descriptor },
  },
  {
    event: 'connect',
    subject: 'argument',
    parameters: {
      res: result,
      tuple: outboundEnds(1, 'connecting', 2),
      fd: id(0),
      addr: address(1, 2),
      fdinfo: descriptor,
    },
  },
  { event: 'accept', subject: 'result', parameters: ACCEPTED },
  {
    event: 'accept4',
    subject: 'result',
    parameters: { ...ACCEPTED, flags: flags(3, 'descriptorFlags') },
  },
  {
    event: 'sendto',
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'sent'),
      fd: id(0),
      size: number(2),
      tuple: outboundEnds(4, 'success', 5),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvfrom',
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'received'),
      tuple: inboundEnds(4),
      fd: id(0),
      size: number(2),
      fdinfo: descriptor,
    },
  },
  {
    event: 'sendmsg',
    subject: 'argument',
    structure: { argument: 1, words: 7, native: true },
    parameters: {
      res: result,
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'sent'),
      fd: id(0),
      size: vectorSize(MESSAGE.vectors, MESSAGE.count),
      tuple: outboundEnds(MESSAGE.name, 'success', MESSAGE.nameLength),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvmsg',
    subject: 'argument',
    structure: { argument: 1, words: 7, native: true },
    parameters: {
      res: result,
      size: plain('RESULT_SIZE'),
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'received'),
      tuple: inboundEnds(MESSAGE.name),
      msgcontrol: bytes(MESSAGE.control, MESSAGE.controlLength, 'control', LARGE_DATA),
      fd: id(0),
      fdinfo: descriptor,
    },
  },
  {
    event: 'sendmmsg',
    subject: 'argument',
    structure: MESSAGES,
    parameters: {
      res: result,
      fd: id(0),
      size: vectorSize(MESSAGE.vectors, MESSAGE.count),
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'sent'),
      tuple: outboundEnds(MESSAGE.name, 'success', MESSAGE.nameLength),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvmmsg',
    calls: ['recvmmsg', 'recvmmsg_time64'],
    subject: 'argument',
    structure: MESSAGES,
    parameters: {
      res: result,
      fd: id(0),
      size: plain('RESULT_SIZE'),
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'received'),
      tuple: inboundEnds(MESSAGE.name),
      msgcontrol: bytes(MESSAGE.control, MESSAGE.controlLength, 'control', LARGE_DATA),
      fdinfo: descriptor,
    },
  },
  {
    // Only behind socketcall(2): others have sendto for it.
    event: 'send',
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'sent'),
      fd: id(0),
      size: number(2),
      tuple: outboundEnds(NO_ARGUMENT, 'success'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recv',
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'received'),
      fd: id(0),
      size: number(2),
      tuple: inboundEnds(NO_ARGUMENT),
      fdinfo: descriptor,
    },
  },
  {
    event: 'shutdown',
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      how: enumerated(1, 'shutdownHow', SHUT_UNKNOWN),
      fdinfo: descriptor,
    },
  },
  { event: 'getsockname', parameters: {} },
  { event: 'getpeername', parameters: {} },
  {
    event: 'socketpair',
    subject: 'pointed',
    subjectArgument: 3,
    parameters: {
      res: result,
      fd1: pointed(3, { width: 4, signed: true, afterSuccess: true, orMinusOne: true }),
      fd2: pointed(3, { offset: 4, width: 4, signed: true, afterSuccess: true, orMinusOne: true }),
      source: plain('SOCKET_HERE'),
      peer: plain('SOCKET_PEER'),
      domain: flags(0, 'socketFamily'),
      type: number(1),
      proto: number(2),
      fdinfo: descriptor,
    },
  },
  {
    event: 'setsockopt',
    subject: 'argument',
    parameters: { ...OPTION, val: optionValue('given'), optlen: bits(4, 0xffff) },
  },
  {
    event: 'getsockopt',
    subject: 'argument',
    parameters: { ...OPTION, val: optionValue('got'), optlen: pointed(4, { width: 4 }) },
  },
];
