/** How the type of an event parameter reads as the type of a field. */
import type { ParameterType } from '../events/table.ts';
import type { ValueType } from './field.ts';

/**
 * Type of `evt.rawarg` for a parameter: flags, modes and ids compare as unsigned numbers, results,
 * descriptors and process ids as signed ones, structures as bytes.
 */
export function valueTypeOfParameter(type: ParameterType): ValueType {
  return VALUE_TYPES[type];
}

const VALUE_TYPES: Readonly<Record<ParameterType, ValueType>> = {
  INT8: 'INT8',
  INT16: 'INT16',
  INT32: 'INT32',
  INT64: 'INT64',
  UINT8: 'UINT8',
  UINT16: 'UINT16',
  UINT32: 'UINT32',
  UINT64: 'UINT64',
  CHARBUF: 'CHARBUF',
  BYTEBUF: 'BYTEBUF',
  ERRNO: 'INT64',
  SOCKADDR: 'BYTEBUF',
  SOCKTUPLE: 'BYTEBUF',
  FD: 'INT64',
  PID: 'INT64',
  FDLIST: 'BYTEBUF',
  FSPATH: 'FSPATH',
  SYSCALLID: 'UINT16',
  SIGTYPE: 'UINT8',
  RELTIME: 'RELTIME',
  ABSTIME: 'ABSTIME',
  PORT: 'PORT',
  IPV4ADDR: 'IPADDR',
  IPV6ADDR: 'IPADDR',
  DYN: 'DYN',
  FLAGS8: 'UINT8',
  FLAGS16: 'UINT16',
  FLAGS32: 'UINT32',
  ENUMFLAGS8: 'UINT8',
  ENUMFLAGS16: 'UINT16',
  ENUMFLAGS32: 'UINT32',
  UID: 'UINT32',
  GID: 'UINT32',
  SIGSET: 'UINT32',
  CHARBUFARRAY: 'BYTEBUF',
  CHARBUF_PAIR_ARRAY: 'BYTEBUF',
  MODE: 'UINT32',
  FSRELPATH: 'FSRELPATH',
  FD32: 'INT32',
  PID32: 'INT32',
  DESCRIPTOR: 'BYTEBUF',
};
