/** Writes events in the layout that cursor.ts reads: for tests, converters and the recorder. */
import { HEADER_SIZE } from './cursor.ts';
import { EVENT_TYPES, PARAMETER_SIZES, type Parameter } from './table.ts';

/**
 * Value of one parameter: a number for fixed sizes, a byte string for text (its NUL is added), a list
 * of byte strings for NUL-separated text, bytes for the rest, `undefined` for an empty parameter.
 */
export type ParameterValue = number | bigint | string | readonly string[] | Uint8Array | undefined;

export interface EventFields {
  readonly code: number;
  readonly tid?: number;
  /** Nanoseconds since the epoch. */
  readonly timestamp?: bigint;
  /** Values in the order of the event table, extensions after the parameters. */
  readonly values: readonly ParameterValue[];
}

/** The bytes of one event. Throws a RangeError when a value does not fit its parameter. */
export function encodeEvent({ code, tid = 1, timestamp = 0n, values }: EventFields): Buffer {
  const type = EVENT_TYPES[code];
  if (!type) throw new RangeError(`event code ${code} does not exist`);
  const parameters = [...type.parameters, ...type.extensions];
  if (values.length > parameters.length)
    throw new RangeError(`${type.name} has ${parameters.length} parameters, ${values.length} were given`);
  const encoded = values.map((value, index) => encodeParameter(parameters[index] as Parameter, value));
  const lengthSize = type.flags.has('LARGE_PAYLOAD') ? 4 : 2;
  const header = Buffer.alloc(HEADER_SIZE + encoded.length * lengthSize);
  encoded.forEach((bytes, index) => {
    header.writeUIntLE(bytes.length, HEADER_SIZE + index * lengthSize, lengthSize);
  });
  const event = Buffer.concat([header, ...encoded]);
  event.writeBigUInt64LE(timestamp, 0);
  event.writeBigInt64LE(BigInt(tid), 8);
  event.writeUInt32LE(event.length, 16);
  event.writeUInt16LE(code, 20);
  event.writeUInt32LE(encoded.length, 22);
  return event;
}

function encodeParameter(parameter: Parameter, value: ParameterValue): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  if (typeof value === 'string') return Buffer.from(`${value}\0`, 'latin1');
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'object') return Buffer.from(value.map((text) => `${text}\0`).join(''), 'latin1');
  const size = PARAMETER_SIZES[parameter.type];
  if (size === undefined)
    throw new RangeError(`parameter ${parameter.name} (${parameter.type}) takes no number`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes.subarray(0, size);
}
