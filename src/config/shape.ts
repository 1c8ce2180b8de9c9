/**
 * Building blocks of the configuration schema: each says what a value must look like, what it is when it
 * is not given, and reads it from a node. TypeScript derives the type of the configuration from them.
 */
import { nearest } from '../rules/suggest.ts';
import type { ConfigNode } from './node.ts';

/** Takes what is wrong with a configuration, as it is found. */
export interface Findings {
  readonly errors: string[];
  readonly warnings: string[];
  /** Paths of keys that Falco knows and Lanner does not use yet. */
  readonly unused: string[];
}

export interface Shape<T> {
  /** The value when the key is not given. */
  readonly fallback: T;
  /** Reads a value; one that does not fit is reported, and the fallback taken. `path` as in `-o path=…`. */
  read(node: ConfigNode, path: string, findings: Findings): T;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

/** true or false; YAML 1.1's `yes`, `on` and so on count too, since Falco takes them. */
export function flag(fallback: boolean): Shape<boolean> {
  return {
    fallback,
    read(node, path, findings) {
      const text = node.kind === 'scalar' ? String(node.value) : '';
      if (/^(?:true|yes|on|y)$/i.test(text)) return true;
      if (/^(?:false|no|off|n)$/i.test(text)) return false;
      return mismatch(this, node, path, 'true or false', findings);
    },
  };
}

/** A whole number from `least` to `most`. */
export function integer(fallback: number, least: number, most: number): Shape<number> {
  return number(fallback, least, most, Number.isInteger, `a whole number from ${least} to ${most}`);
}

/** Any number from `least` to `most`. */
export function decimal(fallback: number, least: number, most: number): Shape<number> {
  return number(fallback, least, most, Number.isFinite, `a number from ${least} to ${most}`);
}

function number(
  fallback: number,
  least: number,
  most: number,
  isOfKind: (value: number) => boolean,
  expected: string,
): Shape<number> {
  return {
    fallback,
    read(node, path, findings) {
      const value = node.kind === 'scalar' && typeof node.value === 'number' ? node.value : Number.NaN;
      if (isOfKind(value) && value >= least && value <= most) return value;
      return mismatch(this, node, path, expected, findings);
    },
  };
}

/** Any text. */
export function text(fallback: string): Shape<string> {
  return {
    fallback,
    read(node, path, findings) {
      if (node.kind === 'scalar' && node.value !== null) return String(node.value);
      return mismatch(this, node, path, 'text', findings);
    },
  };
}

/** One of some words, in any case; `aliases` are other words for them, in lower case. */
export function choice<T extends string>(
  words: readonly T[],
  fallback: NoInfer<T>,
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): Shape<T> {
  return {
    fallback,
    read(node, path, findings) {
      const given = node.kind === 'scalar' ? String(node.value).toLowerCase() : '';
      const word = aliases[given] ?? words.find((candidate) => candidate.toLowerCase() === given);
      return word ?? mismatch(this, node, path, `one of ${words.join(', ')}`, findings);
    },
  };
}

/** A list whose items are all of one shape. */
export function list<T>(item: Shape<T>, fallback: readonly T[]): Shape<readonly T[]> {
  return {
    fallback,
    read(node, path, findings) {
      if (node.kind === 'scalar' && node.value === null) return [];
      if (node.kind !== 'list') return mismatch(this, node, path, 'a list', findings);
      return node.items.map((entry, index) => item.read(entry, `${path}[${index}]`, findings));
    },
  };
}

/** A mapping whose keys are the user's own. */
export function entries<T>(item: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    fallback: new Map(),
    read(node, path, findings) {
      if (node.kind === 'scalar' && node.value === null) return this.fallback;
      if (node.kind !== 'map') return mismatch(this, node, path, 'a mapping of names to values', findings);
      return new Map(
        [...node.entries].map(([key, child]) => [key, item.read(child, `${path}.${key}`, findings)]),
      );
    },
  };
}

/** Where absence says something: the value, or `undefined` without the key. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { fallback: undefined, read: (node, path, findings) => shape.read(node, path, findings) };
}

/** A key that Falco knows and Lanner does not use yet: taken, and said. */
export const LATER: Shape<undefined> = {
  fallback: undefined,
  read(_node, path, findings) {
    findings.unused.push(path);
    return undefined;
  },
};

type Keys = Readonly<Record<string, Shape<unknown>>>;
type Values<K extends Keys> = { readonly [Key in keyof K]: ValueOf<K[Key]> };

/** A mapping with known keys. Others are reported with the known key that looks most like them. */
export function section<K extends Keys>(keys: K): Shape<Values<K>> {
  const fallback = Object.fromEntries(Object.entries(keys).map(([key, shape]) => [key, shape.fallback]));
  return {
    fallback: fallback as Values<K>,
    read(node, path, findings) {
      if (node.kind === 'scalar' && node.value === null) return this.fallback;
      if (node.kind !== 'map') return mismatch(this, node, path, 'a mapping of keys to values', findings);
      const values = { ...fallback };
      for (const [key, child] of node.entries) {
        const childPath = path === '' ? key : `${path}.${key}`;
        const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
        if (shape !== undefined) values[key] = shape.read(child, childPath, findings);
        else findings.warnings.push(unknownKey(child, childPath, key, Object.keys(keys)));
      }
      return values as Values<K>;
    },
  };
}

function unknownKey(node: ConfigNode, path: string, key: string, known: readonly string[]): string {
  const suggestion = nearest(key, known);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${node.place}: unknown key ${path}, left out${hint}`;
}

function mismatch<T>(
  shape: Shape<T>,
  node: ConfigNode,
  path: string,
  expected: string,
  findings: Findings,
): T {
  const given = node.kind === 'scalar' ? JSON.stringify(node.value) : `a ${node.kind}`;
  findings.errors.push(`${node.place}: ${path} must be ${expected}, not ${given}`);
  return shape.fallback;
}
