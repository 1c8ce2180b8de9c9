/** Whether objects have the shape that Kubernetes' API wants: unknown fields, types, what is required. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Shape {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape;
  readonly items?: Shape;
  readonly required?: readonly string[];
}

interface Api {
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Shape>>;
}

const API: Api = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'kubernetes-1.20.json'), 'utf8'),
);

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const SCALARS = new Set(['string', 'boolean', 'number']);

/** What is wrong with an object, each with the path of its field; `undefined` for a kind that is not known. */
export function shapeErrors(object: KubernetesObject): string[] | undefined {
  const name = API.kinds[`${object.apiVersion}/${object.kind}`];
  if (name === undefined) return undefined;
  return errorsIn(object, { $ref: `#/definitions/${name}` }, object.kind);
}

function errorsIn(value: unknown, shape: Shape, path: string): string[] {
  if (shape.$ref !== undefined) {
    const target = API.definitions[shape.$ref.slice('#/definitions/'.length)];
    return target === undefined ? [`${path}: no definition ${shape.$ref}`] : errorsIn(value, target, path);
  }
  if (value === null) return [];
  // Kubernetes takes 2 for "2" in amounts.
  if (path.includes('.resources.') && typeof value === 'number') return [];
  if (shape.format === 'int-or-string')
    return Number.isInteger(value) || typeof value === 'string'
      ? []
      : [`${path}: a number or text is wanted`];
  if (shape.type === 'array')
    return Array.isArray(value)
      ? value.flatMap((item, index) => errorsIn(item, shape.items ?? {}, `${path}[${index}]`))
      : [`${path}: a list is wanted`];
  if (shape.type === 'integer') return Number.isInteger(value) ? [] : [`${path}: an integer is wanted`];
  if (SCALARS.has(shape.type ?? ''))
    return shape.type === typeof value ? [] : [`${path}: ${shape.type} is wanted, not ${typeof value}`];
  if (shape.properties === undefined && shape.additionalProperties === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: a mapping is wanted`];
  return errorsInFields(value as Record<string, unknown>, shape, path);
}

function errorsInFields(value: Record<string, unknown>, shape: Shape, path: string): string[] {
  const missing = (shape.required ?? []).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, field]) => {
      const known = shape.properties?.[name] ?? shape.additionalProperties;
      return known === undefined ? [`${path}.${name} is unknown`] : errorsIn(field, known, `${path}.${name}`);
    }),
  ];
}
