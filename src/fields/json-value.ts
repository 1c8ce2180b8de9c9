/** Parts of JSON documents, and their text as fields show it. */
import { type ByteString, toByteString } from '../events/bytes.ts';

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an object holds under a key, or a list at a place; `undefined` when there is nothing. */
export function member(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isList(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at the end of a path of keys. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = member(found, key);
  return found;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A string as it is, everything else as JSON without spaces. */
export function jsonText(value: Json): ByteString {
  return toByteString(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Text of those that are there; `undefined` when none is, for a field has no empty list. */
export function jsonTexts(values: readonly (Json | undefined)[] | undefined): ByteString[] | undefined {
  const texts = values?.filter((value) => value !== undefined).map(jsonText);
  return texts === undefined || texts.length === 0 ? undefined : texts;
}

/** The value that a JSON pointer (RFC 6901) leads to; its first `/` may be left out. */
export function atPointer(document: Json, pointer: string): Json | undefined {
  if (pointer === '') return document;
  const path = pointer.replace(/^\//, '').split('/');
  return at(document, ...path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
}
