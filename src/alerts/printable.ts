/** Text of system events as alerts show it: what does not print is replaced. */
import { type ByteString, toByteString, toText } from '../events/bytes.ts';
import type { FieldValue, Scalar, ValueType } from '../fields/field.ts';

const PLAIN = /^[ -~]*$/;

/** Control characters, and code points that Unicode sets aside as no characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f]|\p{Noncharacter_Code_Point}/gu;

/**
 * The text with U+FFFD for every byte or sequence that is not valid UTF-8 and for every character that
 * does not print, as Falco cleans all text before it shows it. Conditions compare the bytes themselves.
 */
export function printableText(bytes: ByteString): ByteString {
  if (PLAIN.test(bytes)) return bytes;
  return toByteString(toText(bytes).replace(UNPRINTABLE, '\ufffd'));
}

/** The same for a field's value; addresses, buffers and numbers stay. */
export function printableValue(value: FieldValue, type: ValueType): FieldValue {
  if (type === 'IPADDR' || type === 'IPNET' || type === 'BYTEBUF') return value;
  if (typeof value === 'string') return printableText(value);
  return Array.isArray(value) ? (value as readonly Scalar[]).map(printableScalar) : value;
}

function printableScalar(value: Scalar): Scalar {
  return typeof value === 'string' ? printableText(value) : value;
}
