/** Tells whether two conditions are the same, lists and macros put in, wherever they were written and checked. */
import { createHash } from 'node:crypto';
import type { Condition } from '../rules/checked.ts';

/** A short text that is the same for the same condition, and another for any other. */
export function digestOf(condition: Condition): string {
  return createHash('sha256').update(JSON.stringify(condition, plain)).digest('hex').slice(0, 32);
}

/** Places are no part of the meaning, and of a field the name is enough. */
function plain(key: string, value: unknown): unknown {
  if (key === 'location') return undefined;
  if (key === 'field') return (value as { readonly name: string }).name;
  return typeof value === 'bigint' ? `${value}n` : value;
}
