/**
 * The transformers of the rule language as functions of their operands' values. An operand that the event
 * does not have makes the whole missing. Text transformers apply to every element of a list.
 */
import type { ByteString } from '../events/bytes.ts';
import type { FieldValue, Scalar } from '../fields/field.ts';
import { lowerAscii, upperAscii } from './ascii.ts';
import { decodeBase64 } from './base64.ts';
import { listOptions, selectOption } from './getopt.ts';

/** A byte buffer as a byte string, so that operators deal with one kind of text; other values as they are. */
export function bytesAsText(value: Scalar): Exclude<Scalar, Uint8Array> {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}

function asList(value: Scalar | readonly Scalar[]): readonly Scalar[] {
  return Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar];
}

/** Text of a scalar; numbers in decimal, as when they stand in a list with text. */
function asText(value: Scalar): ByteString {
  return String(bytesAsText(value));
}

function mapText(value: FieldValue, map: (text: ByteString) => ByteString | undefined): FieldValue {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return map(asText(value as Scalar));
  const mapped: ByteString[] = [];
  for (const element of value as readonly Scalar[]) {
    const text = map(asText(element));
    if (text === undefined) return undefined;
    mapped.push(text);
  }
  return mapped;
}

export function toLower(value: FieldValue): FieldValue {
  return mapText(value, lowerAscii);
}

export function toUpper(value: FieldValue): FieldValue {
  return mapText(value, upperAscii);
}

/** Decodes base64; missing when the text is no base64. Decoded text ends at its first NUL. */
export function decodeB64(value: FieldValue): FieldValue {
  return mapText(value, (text) => {
    const decoded = decodeBase64(text);
    if (decoded === undefined || value instanceof Uint8Array) return decoded;
    const nul = decoded.indexOf('\0');
    return nul < 0 ? decoded : decoded.slice(0, nul);
  });
}

/** What follows the last `/`; empty when nothing does. */
export function baseName(value: FieldValue): FieldValue {
  return mapText(value, (path) => path.slice(path.lastIndexOf('/') + 1));
}

/** Number of bytes of a text or buffer, number of elements of a list. */
export function lengthOf(value: FieldValue): FieldValue {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length;
  return value instanceof Uint8Array ? value.length : asText(value as Scalar).length;
}

/** A list of operands as one flat list. */
export function listOf(...values: FieldValue[]): FieldValue {
  const list: Scalar[] = [];
  for (const value of values) {
    if (value === undefined) return undefined;
    list.push(...asList(value));
  }
  return list;
}

export function join(separator: FieldValue, list: FieldValue): FieldValue {
  if (separator === undefined || list === undefined) return undefined;
  return asList(list)
    .map(asText)
    .join(asText(separator as Scalar));
}

export function concat(...values: FieldValue[]): FieldValue {
  let text = '';
  for (const value of values) {
    if (value === undefined) return undefined;
    text += asText(value as Scalar);
  }
  return text;
}

/** With `selected`, one option's value; without, the list of all options and values. */
export function getopt(args: FieldValue, optionString: FieldValue, selected: string | undefined): FieldValue {
  if (args === undefined || optionString === undefined) return undefined;
  const texts = asList(args).map(asText);
  const letters = asText(optionString as Scalar);
  return selected === undefined ? listOptions(texts, letters) : selectOption(texts, letters, selected);
}
