/**
 * Reads YAML and JSON as Kubernetes does: many documents in a file, lists of objects, and scalars by the rules of
 * YAML 1.1 (`yes` is true, 0644 is octal), as the Go library reads them that kubectl uses.
 */
import {
  type Document,
  type DocumentOptions,
  LineCounter,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
} from 'yaml';
import { type FieldPath, valueAt } from './field-path.ts';
import { type JsonMap, listOf, type Manifest, type ManifestProblem, mapOf, textOf } from './manifest.ts';
import { placeOf } from './node-places.ts';

export interface ParsedManifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
  /** Documents that are YAML, but no object of Kubernetes: they have no kind. */
  readonly others: readonly ManifestProblem[];
}

/** Options with which manifests are read wherever that happens. */
export const YAML_OPTIONS = {
  version: '1.1',
  prettyErrors: false,
  logLevel: 'silent',
  // Dates and 1:30 are text to the Go library.
  customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !isTime(tag)),
} as const satisfies ParseOptions & DocumentOptions & SchemaOptions;

function isTime({ tag, format }: { readonly tag: string; readonly format?: string }): boolean {
  return format === 'TIME' || tag === 'tag:yaml.org,2002:timestamp';
}

/** Aliases of aliases that one document may ask for; more are a mistake, or an attack. */
const MAX_ALIASES = 1000;
/** Lists in lists are not how Kubernetes writes them; deeper ones are refused. */
const MAX_LIST_DEPTH = 4;

/** Reads all objects in `text`. `origin` is its name in places. */
export function parseManifests(text: string, origin: string): ParsedManifests {
  const lines = new LineCounter();
  const result = {
    manifests: [] as Manifest[],
    problems: [] as ManifestProblem[],
    others: [] as ManifestProblem[],
  };
  const documents = parseAllDocuments(text, { ...YAML_OPTIONS, lineCounter: lines });
  if (!Array.isArray(documents)) return result;
  for (const [index, document] of (documents as Document.Parsed[]).entries()) {
    const at = (path: FieldPath) => placeOf(document, lines, origin, path);
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const reason = error.message.startsWith('Maximum call stack') ? 'nested too deep' : error.message;
      const message = `not valid YAML: ${reason.replace(/\s*\n\s*/g, ' ')}${adviceFor(text)}`;
      result.problems.push({ place: { origin, line, column: col }, message });
      continue;
    }
    const data = plainData(document);
    if (typeof data === 'string') result.problems.push({ place: at([]), message: data });
    else if (data.value !== null && data.value !== undefined)
      collect(data.value, { origin, index, at, root: [], depth: 0 }, result);
  }
  return result;
}

interface Around {
  readonly origin: string;
  readonly index: number;
  readonly at: Manifest['locate'];
  readonly root: FieldPath;
  readonly depth: number;
}

function collect(
  value: unknown,
  around: Around,
  result: { manifests: Manifest[]; problems: ManifestProblem[]; others: ManifestProblem[] },
): void {
  const { origin, index, at, root, depth } = around;
  const map = mapOf(value);
  if (map === undefined) {
    result.others.push({ place: at(root), message: 'this is no object of Kubernetes: it is not a mapping' });
    return;
  }
  const kind = textOf(map.kind);
  if (kind === '') {
    const what = map.kind === undefined ? 'it has no kind' : 'its kind is not text';
    result.others.push({ place: at(root), message: `this is no object of Kubernetes: ${what}` });
    return;
  }
  if (isList(kind, map)) {
    if (depth >= MAX_LIST_DEPTH) {
      result.problems.push({ place: at(root), message: 'lists lie too deep in lists' });
      return;
    }
    for (const [item, inner] of listOf(map.items).entries())
      collect(
        withKindOfList(inner, kind, map),
        { ...around, root: [...root, 'items', item], depth: depth + 1 },
        result,
      );
    return;
  }
  result.manifests.push(manifestOf(map, kind, { origin, index, at, root, depth }));
}

function manifestOf(value: JsonMap, kind: string, { origin, index, at, root }: Around): Manifest {
  return {
    origin,
    document: index,
    root,
    value,
    kind,
    apiVersion: textOf(value.apiVersion),
    name: textOf(valueAt(value, ['metadata', 'name'])),
    namespace: textOf(valueAt(value, ['metadata', 'namespace'])),
    locate: (path) => at([...root, ...path]),
  };
}

/** `List`, and what the API server gives for a question about many: `PodList`. */
function isList(kind: string, value: JsonMap): boolean {
  return kind.endsWith('List') && Array.isArray(value.items);
}

/** Items of a `PodList` do not say that they are pods. */
function withKindOfList(item: unknown, listKind: string, list: JsonMap): unknown {
  const map = mapOf(item);
  if (map === undefined || listKind === 'List' || map.kind !== undefined) return item;
  return { apiVersion: list.apiVersion, kind: listKind.slice(0, -'List'.length), ...map };
}

/** The document as plain data, or what is wrong with it. */
function plainData(document: Document): { readonly value: unknown } | string {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Templates of Helm are no YAML, though some look like it. */
function adviceFor(text: string): string {
  return text.includes('{{') ? '; a template must be rendered first, as by `helm template`' : '';
}
