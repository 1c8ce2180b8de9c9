/**
 * Building blocks of the configuration schema: each says what a value must look like, what it is when it
 * is not given, and reads it from a node. TypeScript derives the type of the configuration from them; what
 * people read and the JSON schema come from them too.
 */
import { isIP } from 'node:net';
import type { ConfigNode } from './node.ts';

/** Takes what is wrong with a configuration, as it is found. */
export interface Findings {
  readonly errors: string[];
  readonly warnings: string[];
  /** Keys that were set and have no effect. */
  readonly idle: IdleSetting[];
}

/** A key that was set and has no effect. */
export interface IdleSetting {
  readonly path: string;
  /** Why; `later` for what comes with a later version. */
  readonly why: string;
}

/** As much of JSON schema as configurations need. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: false | JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
}

export interface Shape<T> {
  /** The value when the key is not given. */
  readonly fallback: T;
  /** What fits, as messages and the documentation say it: `true or false`. */
  readonly expected: string;
  /** The same for programs. */
  readonly schema: JsonSchema;
  /** The shapes inside, of a mapping or of a list of mappings. */
  readonly keys?: Keys;
  /** The fallback as it would be written in a file, where that is not JSON. */
  readonly fallbackText?: string;
  /** Reads a value; one that does not fit is reported, and the fallback taken. `path` as in `-o path=…`. */
  read(node: ConfigNode, path: string, findings: Findings): T;
}

/** What is to be said of a key beside its meaning. */
export interface Marks {
  /** Falco does not have it. */
  readonly own?: true;
  /** It is taken and has no effect: why; `later` where it will have one. */
  readonly idle?: string;
  /** A change needs a restart; other changes take effect at a reload. */
  readonly restart?: true;
  /** Falco's default where it is another: when the key is absent, and in the file that Falco ships. */
  readonly falco?: string;
}

/** A shape with a place in the configuration. */
export interface Key<T> extends Shape<T> {
  /** What the key means, in a sentence or two for people. */
  readonly about: string;
  readonly marks: Marks;
}

export type Keys = Readonly<Record<string, Key<unknown>>>;

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

/** true or false; YAML 1.1's `yes`, `on` and so on count too, since Falco takes them. */
export function flag(fallback: boolean): Shape<boolean> {
  return {
    fallback,
    expected: 'true or false',
    schema: { type: 'boolean' },
    read(node, path, findings) {
      const given = scalarText(node);
      if (/^(?:true|yes|on|y)$/i.test(given)) return true;
      if (/^(?:false|no|off|n)$/i.test(given)) return false;
      return mismatch(this, node, path, findings);
    },
  };
}

/** A whole number from `least` to `most`. */
export function integer(fallback: number, least: number, most: number): Shape<number> {
  const kind = most >= Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return {
    fallback,
    expected: `a whole number ${kind}`,
    schema: { type: 'integer', ...range(least, most) },
    read(node, path, findings) {
      const value = numberOf(node);
      return Number.isInteger(value) && value >= least && value <= most
        ? value
        : mismatch(this, node, path, findings);
    },
  };
}

/** Any number from `least` to `most`. */
export function decimal(fallback: number, least: number, most: number): Shape<number> {
  const kind = most >= Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return {
    fallback,
    expected: `a number ${kind}`,
    schema: { type: 'number', ...range(least, most) },
    read(node, path, findings) {
      const value = numberOf(node);
      return Number.isFinite(value) && value >= least && value <= most
        ? value
        : mismatch(this, node, path, findings);
    },
  };
}

function range(minimum: number, most: number): JsonSchema {
  return { minimum, ...(most >= Number.MAX_SAFE_INTEGER ? {} : { maximum: most }) };
}

/** Any text. */
export function text(fallback: string): Shape<string> {
  return {
    fallback,
    expected: 'text',
    schema: { type: 'string' },
    read(node, path, findings) {
      if (node.kind === 'scalar' && node.value !== null) return String(node.value);
      return mismatch(this, node, path, findings);
    },
  };
}

/** An address of this machine or 0.0.0.0, `::`; no name. */
export function ipAddress(fallback: string): Shape<string> {
  return {
    fallback,
    expected: 'an IP address',
    schema: { type: 'string' },
    read(node, path, findings) {
      const given = scalarText(node);
      return isIP(given) > 0 ? given : mismatch(this, node, path, findings);
    },
  };
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const DURATION_PARTS = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** A time such as `10s`, `500ms` or `1m30s`, at most `most`; its value is in milliseconds. `0` needs no unit. */
export function duration(fallback: string, most: string): Shape<number> {
  const limit = milliseconds(most) as number;
  return {
    fallback: milliseconds(fallback) as number,
    fallbackText: fallback,
    expected: `a time of ${most} at most, such as 10s, 500ms or 1m30s`,
    schema: { type: ['string', 'integer'], pattern: `0|${DURATION.source}` },
    read(node, path, findings) {
      const value = milliseconds(scalarText(node));
      return value !== undefined && value <= limit ? value : mismatch(this, node, path, findings);
    },
  };
}

/** A time such as `7d`, `1m30s` or `500ms` in milliseconds; `undefined` for other texts. */
export function milliseconds(given: string): number | undefined {
  if (given === '0') return 0;
  if (!DURATION.test(given)) return undefined;
  let sum = 0;
  for (const [, count, unit = ''] of given.matchAll(DURATION_PARTS))
    sum += Number(count) * (UNITS[unit] ?? 0);
  return sum;
}

/** One of some words, in any case; `aliases` are other words for them, in lower case. */
export function choice<T extends string>(
  words: readonly T[],
  fallback: NoInfer<T>,
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): Shape<T> {
  return {
    fallback,
    expected: `one of ${words.join(', ')}`,
    schema: {
      type: 'string',
      enum: [...new Set([...words, ...words.map((word) => word.toLowerCase()), ...Object.keys(aliases)])],
    },
    read(node, path, findings) {
      const given = scalarText(node).toLowerCase();
      const word = aliases[given] ?? words.find((candidate) => candidate.toLowerCase() === given);
      return word ?? mismatch(this, node, path, findings);
    },
  };
}

/** A list whose items are all of one shape. A single value is a list of one, as in Falco. */
export function list<T>(item: Shape<T>, fallback: readonly T[]): Shape<readonly T[]> {
  return {
    fallback,
    expected: 'a list',
    schema: { type: ['array', 'null'], items: item.schema },
    ...(item.keys ? { keys: item.keys } : {}),
    read(node, path, findings) {
      if (isAbsent(node)) return [];
      if (node.kind === 'scalar' && !item.keys) return [item.read(node, path, findings)];
      if (node.kind !== 'list') return mismatch(this, node, path, findings);
      return node.items.map((entry, index) => item.read(entry, `${path}[${index}]`, findings));
    },
  };
}

/** A mapping whose keys are the user's own. */
export function entries<T>(item: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    fallback: new Map(),
    expected: 'a mapping of names to values',
    schema: { type: ['object', 'null'], additionalProperties: item.schema },
    read(node, path, findings) {
      if (isAbsent(node)) return this.fallback;
      if (node.kind !== 'map') return mismatch(this, node, path, findings);
      return new Map(
        [...node.entries].map(([key, child]) => [key, item.read(child, `${path}.${key}`, findings)]),
      );
    },
  };
}

/** Where absence says something: the value, or `undefined` without the key. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { ...shape, fallback: undefined, read: (...given) => shape.read(...given) };
}

/** Whether a key stands there without a value. */
export function isAbsent(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Reports that a value does not fit, and gives the shape's fallback. */
export function mismatch<T>(shape: Shape<T>, node: ConfigNode, path: string, findings: Findings): T {
  const given = node.kind === 'scalar' ? JSON.stringify(node.value) : `a ${node.kind}`;
  findings.errors.push(`${node.place}: ${path} must be ${shape.expected}, not ${given}`);
  return shape.fallback;
}

function scalarText(node: ConfigNode): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}

function numberOf(node: ConfigNode): number {
  return node.kind === 'scalar' && typeof node.value === 'number' ? node.value : Number.NaN;
}

/** Any value, as plain data. */
export const anything: Shape<unknown> = {
  fallback: undefined,
  expected: 'any value',
  schema: {},
  read: (node) => plainData(node),
};

function plainData(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainData);
    case 'map':
      return Object.fromEntries([...node.entries].map(([name, child]) => [name, plainData(child)]));
  }
}
