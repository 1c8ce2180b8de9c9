/** Reading the bodies of requests, which may hold anything. */
import { Refusal } from '../server/refusal.ts';

/** Characters of a text of rules. */
const MOST_TEXT = 1_000_000;

interface Kinds {
  readonly boolean: boolean;
  readonly string: string;
}

/** A value of a body. Throws a {@link Refusal} when it is not of the kind. */
export function fieldOf<K extends keyof Kinds>(body: unknown, name: string, kind: K): Kinds[K] {
  const value = optionalField(body, name, kind);
  if (value === undefined) throw new Refusal(400, `${name} is missing`, { counted: 'malformed' });
  return value;
}

/** The same; `undefined` where it is not given. */
export function optionalField<K extends keyof Kinds>(
  body: unknown,
  name: string,
  kind: K,
): Kinds[K] | undefined {
  const values = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) return undefined;
  if (typeof value !== kind) throw new Refusal(400, `${name} must be a ${kind}`, { counted: 'malformed' });
  return value as Kinds[K];
}

/** A text of rules. Throws a {@link Refusal}. */
export function textOf(body: unknown, name: string): string {
  const text = fieldOf(body, name, 'string');
  if (text.length > MOST_TEXT)
    throw new Refusal(413, `${name} has more than ${MOST_TEXT} characters`, { counted: 'too_large' });
  // Half a character cannot be written to a file as it is.
  if (!text.isWellFormed()) throw new Refusal(400, `${name} is no Unicode`, { counted: 'malformed' });
  return text;
}
