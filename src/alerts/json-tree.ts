/** Nested JSON for formats of other worlds. */
import type { AlertValue } from './alert.ts';

export type JsonValue = AlertValue | readonly JsonValue[] | JsonTree;

export interface JsonTree {
  [key: string]: JsonValue;
}

/** Puts a value at a dotted place, making what lies above; what is there already stays. */
export function plant(tree: JsonTree, place: string, value: JsonValue): void {
  const names = place.split('.');
  const last = names.pop() as string;
  let branch = tree;
  for (const name of names) {
    branch[name] ??= {};
    branch = branch[name] as JsonTree;
  }
  branch[last] ??= value;
}

/** One line of JSON; integers are written exactly, however large. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as JsonTree).map(
    ([key, each]) => `${JSON.stringify(key)}:${jsonText(each)}`,
  );
  return `{${members.join(',')}}`;
}
