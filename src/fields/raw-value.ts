/** Parameters of events as values: what `evt.rawarg` compares. */
import type { EventCursor } from '../events/cursor.ts';
import { PARAMETER_SIZES, type ParameterType } from '../events/table.ts';
import type { FieldValue } from './field.ts';
import { integer } from './number.ts';

const SIGNED: ReadonlySet<ParameterType> = new Set([
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'ERRNO',
  'FD',
  'PID',
  'FD32',
  'PID32',
]);

/** Value of a parameter with a fixed size up to 64 bits; `undefined` when the bytes are too few. */
export function rawNumber(bytes: Buffer, type: ParameterType): number | bigint | undefined {
  const size = PARAMETER_SIZES[type];
  if (size === undefined || size > 8 || bytes.length < size) return undefined;
  if (size === 8) return integer(SIGNED.has(type) ? bytes.readBigInt64LE(0) : bytes.readBigUInt64LE(0));
  return SIGNED.has(type) ? bytes.readIntLE(0, size) : bytes.readUIntLE(0, size);
}

/** Value of parameter `index`; `undefined` when the event does not have it or has it empty. */
export function rawValue(event: EventCursor, index: number): FieldValue {
  const parameter = event.type.parameters[index];
  if (!parameter || event.sizeOf(index) === 0) return undefined;
  const bytes = event.raw(index) as Buffer;
  if (parameter.type !== 'DYN') return typedValue(bytes, parameter.type);
  const variant = parameter.variants?.[bytes[0] as number];
  return variant && typedValue(bytes.subarray(1), variant.type);
}

function typedValue(bytes: Buffer, type: ParameterType): FieldValue {
  switch (type) {
    case 'CHARBUF':
    case 'FSPATH':
    case 'FSRELPATH': {
      const text = bytes.toString('latin1');
      const nul = text.indexOf('\0');
      return nul < 0 ? text : text.slice(0, nul);
    }
    case 'IPV4ADDR':
    case 'IPV6ADDR':
      return bytes.toString('latin1');
    default:
      return rawNumber(bytes, type) ?? bytes;
  }
}
