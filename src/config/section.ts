/** Sections of the configuration: mappings with known keys, each with its meaning. */
import { isDeepStrictEqual } from 'node:util';
import { nearest } from '../rules/suggest.ts';
import type { ConfigNode } from './node.ts';
import {
  type Findings,
  isAbsent,
  type JsonSchema,
  type Key,
  type Keys,
  type Marks,
  mismatch,
  type Shape,
  type ValueOf,
} from './shape.ts';

/** For how many unknown keys a suggestion is looked for. */
const SUGGESTION_LIMIT = 100;

type Values<K extends Keys> = { readonly [Name in keyof K]: ValueOf<K[Name]> };

/**
 * A key of a section: what it means, in words for the documentation, and what it holds. Of a key that has no
 * effect, a value other than the default is reported.
 */
export function key<T>(about: string, shape: Shape<T>, marks: Marks = {}): Key<T> {
  const { idle: why } = marks;
  return {
    ...shape,
    about,
    marks,
    read(node, path, findings) {
      const value = shape.read(node, path, findings);
      if (why !== undefined && isUsed(value, shape.fallback)) findings.idle.push({ path, why });
      return value;
    },
  };
}

/** Settings of something that is switched off, and defaults, ask for nothing. */
function isUsed(value: unknown, fallback: unknown): boolean {
  if ((value as { enabled?: unknown } | undefined)?.enabled === false) return false;
  return !isDeepStrictEqual(value, fallback);
}

/** A mapping with known keys. Others are reported with the known key that looks most like them. */
export function section<K extends Keys>(keys: K): Shape<Values<K>> {
  const fallback = Object.fromEntries(Object.entries(keys).map(([name, { fallback }]) => [name, fallback]));
  return {
    fallback: fallback as Values<K>,
    expected: 'a mapping of keys to values',
    schema: {
      type: ['object', 'null'],
      properties: Object.fromEntries(Object.entries(keys).map(([name, each]) => [name, keySchema(each)])),
      additionalProperties: false,
    },
    keys,
    read(node, path, findings) {
      if (isAbsent(node)) return this.fallback;
      if (node.kind !== 'map') return mismatch(this, node, path, findings);
      const values = { ...fallback };
      for (const [name, child] of node.entries) {
        const childPath = path === '' ? name : `${path}.${name}`;
        const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
        if (known !== undefined) values[name] = known.read(child, childPath, findings);
        else {
          const known = findings.warnings.length < SUGGESTION_LIMIT ? Object.keys(keys) : [];
          findings.warnings.push(unknownKey(child, childPath, name, known));
        }
      }
      return values as Values<K>;
    },
  };
}

function keySchema({ schema, about, keys, fallback, fallbackText }: Key<unknown>): JsonSchema {
  const shown = fallback instanceof Map ? Object.fromEntries(fallback) : (fallbackText ?? fallback);
  return { description: about, ...schema, ...(keys || shown === undefined ? {} : { default: shown }) };
}

function unknownKey(node: ConfigNode, path: string, name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${node.keyPlace ?? node.place}: unknown key ${path}, left out${hint}`;
}

/** What the findings say of keys without effect: one line for all that come later, one for each of the others. */
export function idleWarnings({ idle }: Findings): string[] {
  const later = idle.filter(({ why }) => why === 'later').map(({ path }) => path);
  const others = idle.filter(({ why }) => why !== 'later').map(({ path, why }) => `${path}: ${why}`);
  return later.length === 0 ? others : [`these settings have no effect yet: ${later.join(', ')}`, ...others];
}
