/** Literals as the type on the other side of the operator reads them. */
import type { Scalar, ValueType } from '../../fields/field-info.ts';
import type { IpNetwork, Value } from '../checked.ts';
import { textOfBytes } from '../source/byte-text.ts';
import { parseAddress } from './addresses.ts';

/** A literal in its type, and a warning where it does not mean what it says. */
export interface TypedValue {
  readonly value: Value;
  readonly warning?: string;
}

/** A literal cannot be read as the type; the message says why. */
export class ValueError extends Error {}

/** Bits of the integer types; negative for signed ones. */
const INTEGER_BITS: Readonly<Partial<Record<ValueType, number>>> = {
  INT8: -8,
  INT16: -16,
  INT32: -32,
  INT64: -64,
  UINT8: 8,
  UINT16: 16,
  UINT32: 32,
  UINT64: 64,
  RELTIME: 64,
  ABSTIME: 64,
};

/** Reads a literal (a byte string). Throws a ValueError. `services` are port numbers by name. */
export function parseValue(
  literal: string,
  type: ValueType,
  services: ReadonlyMap<string, number>,
): TypedValue {
  const bits = INTEGER_BITS[type];
  if (bits !== undefined) return parseInteger(literal, bits);
  switch (type) {
    case 'BYTEBUF':
      return { value: literal };
    case 'BOOL':
      if (literal === 'true' || literal === 'false') return { value: literal === 'true' };
      throw new ValueError(`"${textOfBytes(literal)}" is not true or false`);
    case 'DOUBLE':
      return parseInteger(literal, -32);
    case 'PORT':
      return parsePort(literal, services);
    case 'IPADDR':
      return { value: parseIpAddress(literal) };
    case 'IPNET':
      return { value: parseNetwork(literal) };
    default:
      if (literal.includes('\0')) throw new ValueError('a text cannot contain a NUL byte (\\x00)');
      return { value: literal };
  }
}

/** Bytes written in hexadecimal, as `bcontains` and `bstartswith` take them. */
export function parseHex(literal: string): string {
  if (literal.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(literal)) {
    throw new ValueError(
      `"${textOfBytes(literal)}" is not a byte buffer: expected an even number of hexadecimal digits`,
    );
  }
  return literal.replace(/../g, (digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** As Falco, an integer that does not fit wraps around; unlike Falco, that is not kept silent. */
function parseInteger(literal: string, bits: number): TypedValue {
  const text = literal.trimStart();
  if (!/^(?:[+-]?[0-9]+|0[xX][0-9a-fA-F]+)$/.test(text)) {
    throw new ValueError(`"${textOfBytes(literal)}" is not a whole number`);
  }
  const written = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace(/^\+/, ''));
  const wrapped = bits < 0 ? BigInt.asIntN(-bits, written) : BigInt.asUintN(bits, written);
  const value = plainNumber(wrapped);
  if (wrapped === written) return { value };
  const range = bits < 0 ? `signed ${-bits} bits` : `unsigned ${bits} bits`;
  return { value, warning: `${text} does not fit into ${range} and is taken as ${wrapped}` };
}

function plainNumber(value: bigint): Scalar {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function parsePort(literal: string, services: ReadonlyMap<string, number>): TypedValue {
  if (literal === '') return { value: 0 };
  if (/^[0-9]+$/.test(literal)) return parseInteger(literal, 16);
  const port = services.get(literal);
  if (port === undefined) throw new ValueError(`"${textOfBytes(literal)}" is neither a port nor a service`);
  return { value: port };
}

function parseIpAddress(literal: string): string {
  const address = parseAddress(literal);
  if (address === undefined) throw new ValueError(`"${textOfBytes(literal)}" is not an IP address`);
  return address;
}

function parseNetwork(literal: string): IpNetwork {
  const slash = literal.indexOf('/');
  const wrong = (why: string): ValueError =>
    new ValueError(`"${textOfBytes(literal)}" is not an IP network: ${why}`);
  if (slash < 0) throw wrong('expected ADDRESS/PREFIX, such as 10.0.0.0/8');
  const address = parseAddress(literal.slice(0, slash));
  if (address === undefined) throw wrong('there is no IP address before the /');
  const digits = literal.slice(slash + 1);
  const prefix = Number(digits);
  const bits = address.length * 8;
  const least = bits === 128 ? 1 : 0;
  if (!/^[0-9]{1,3}$/.test(digits) || prefix > bits || prefix < least) {
    throw wrong(`the prefix must be a number from ${least} to ${bits}`);
  }
  return { address, prefix };
}
