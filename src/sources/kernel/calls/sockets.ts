/** System calls on sockets. */
import { NO_ARGUMENT } from '../layout.ts';
import {
  address,
  bytes,
  type CallRow,
  type Collect,
  descriptor,
  flags,
  id,
  inboundEnds,
  LARGE_DATA,
  number,
  outboundEnds,
  plain,
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
const MESSAGE = { name: 6, vectors: 8, count: 9, control: 10, controlLength: 11 } as const;

export const SOCKET_CALLS: readonly CallRow[] = [
  // Sockets.
  {
    event: 'socket',
    number: { x64: 41, arm64: 198 },
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
    number: { x64: 49, arm64: 200 },
    subject: 'argument',
    parameters: { res: result, addr: address(1, 2), fd: id(0), fdinfo: descriptor },
  },
  {
    event: 'listen',
    number: { x64: 50, arm64: 201 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), backlog: number(1), fdinfo: descriptor },
  },
  {
    event: 'connect',
    number: { x64: 42, arm64: 203 },
    subject: 'argument',
    parameters: {
      res: result,
      tuple: outboundEnds(1, 'connecting'),
      fd: id(0),
      addr: address(1, 2),
      fdinfo: descriptor,
    },
  },
  { event: 'accept', number: { x64: 43, arm64: 202 }, subject: 'result', parameters: ACCEPTED },
  {
    event: 'accept4',
    number: { x64: 288, arm64: 242 },
    subject: 'result',
    parameters: { ...ACCEPTED, flags: flags(3, 'descriptorFlags') },
  },
  {
    event: 'sendto',
    number: { x64: 44, arm64: 206 },
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'sent'),
      fd: id(0),
      size: number(2),
      tuple: outboundEnds(4, 'success'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvfrom',
    number: { x64: 45, arm64: 207 },
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
    number: { x64: 46, arm64: 211 },
    subject: 'argument',
    structure: { argument: 1, words: 7 },
    parameters: {
      res: result,
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'sent'),
      fd: id(0),
      size: vectorSize(MESSAGE.vectors, MESSAGE.count),
      tuple: outboundEnds(MESSAGE.name, 'success'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvmsg',
    number: { x64: 47, arm64: 212 },
    subject: 'argument',
    structure: { argument: 1, words: 7 },
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
];
