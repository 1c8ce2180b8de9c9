/** An object of Kubernetes with the place that each of its fields has in a file. */
import type { FieldPath } from './field-path.ts';

/** Plain data as JSON has it. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** Where something was read. Objects that a server told have no line. */
export interface Place {
  /** A file's path as the user gave it, `<stdin>`, or what a server calls the object. */
  readonly origin: string;
  /** Both from 1; columns count UTF-16 units. */
  readonly line?: number;
  readonly column?: number;
}

export interface Manifest {
  readonly origin: string;
  /** Which YAML document of the file, from 0. */
  readonly document: number;
  /** Where the object lies in that document: nowhere deeper, or an item of a List. */
  readonly root: FieldPath;
  readonly value: JsonMap;
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where the object has none, such as with `generateName`. */
  readonly name: string;
  /** Empty where the object does not say it. */
  readonly namespace: string;
  /**
   * Place of a field, by its path in this object: of its key, of an item of a list. What is not there has the
   * place of the innermost field around it that is.
   */
  locate(path: FieldPath): Place;
}

/** What cannot be read as an object of Kubernetes, and where. */
export interface ManifestProblem {
  readonly place: Place;
  readonly message: string;
}

/** `file:line:column`, as far as it is known. */
export function placeText({ origin, line, column }: Place): string {
  return line === undefined ? origin : `${origin}:${line}:${column ?? 1}`;
}

/** The value if it is a mapping. */
export function mapOf(value: unknown): JsonMap | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonMap)
    : undefined;
}

/** The value if it is a list; an empty list otherwise. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value if it is text; empty text otherwise. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Any value of a manifest as a message shows it. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An object as a person names it: `Deployment shop/web`. */
export function objectName({ kind, name, namespace }: Pick<Manifest, 'kind' | 'name' | 'namespace'>): string {
  const shown = name === '' ? '(without a name)' : name;
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${shown}`;
}
