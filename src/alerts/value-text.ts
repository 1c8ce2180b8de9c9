/** Values of fields as alerts show them. */
import { type ByteString, toByteString, toText } from '../events/bytes.ts';
import type { FieldValue, Scalar, ValueType } from '../fields/field.ts';
import { formatIp } from '../system/ip.ts';
import type { AlertValue } from './alert.ts';

/** What stands for a missing value in text. */
export const MISSING_TEXT = '<NA>';

/** A value as text, in bytes: an output is joined from bytes, since a width may cut a character in two. */
export function valueText(value: FieldValue, type: ValueType): ByteString {
  if (value === undefined) return MISSING_TEXT;
  if (!Array.isArray(value)) return scalarText(value as Scalar, type);
  return `(${(value as readonly Scalar[]).map((element) => scalarText(element, type)).join(',')})`;
}

function scalarText(value: Scalar, type: ValueType): ByteString {
  if (value instanceof Uint8Array) return printable(Buffer.from(value).toString('latin1'));
  if (typeof value === 'number') return type === 'DOUBLE' ? oneDecimal(value) : String(value);
  if (typeof value !== 'string') return String(value);
  if (type === 'IPADDR' || type === 'IPNET') return toByteString(formatIp(value));
  return type === 'BYTEBUF' ? printable(value) : value;
}

/** A value as JSON has it; see {@link AlertValue}. */
export function alertValue(value: FieldValue, type: ValueType): AlertValue {
  if (value === undefined) return null;
  if (!Array.isArray(value)) return alertScalar(value as Scalar, type);
  // Falco's JSON library cannot tell an empty list from none.
  if (value.length === 0) return null;
  return (value as readonly Scalar[]).map((element) => alertScalar(element, type));
}

function alertScalar(value: Scalar, type: ValueType): AlertValue {
  const isText = typeof value === 'string' || value instanceof Uint8Array;
  return isText ? toText(scalarText(value, type)) : value;
}

const UNPRINTABLE = /[^ -~]/g;

/** A byte buffer as text: what is not printable ASCII becomes a dot. */
function printable(bytes: ByteString): ByteString {
  return bytes.replace(UNPRINTABLE, '.');
}

/** A number with one decimal as printf writes it: a tie goes to the even digit. */
export function oneDecimal(value: number): string {
  const isTie = Number.isInteger(value * 4) && !Number.isInteger(value * 2);
  if (!isTie) return value.toFixed(1);
  const tenths = Math.floor(value * 10);
  return ((tenths % 2 === 0 ? tenths : tenths + 1) / 10).toFixed(1);
}
