/** Sigma's files: their documents, with the places of what is in them. */

import type { RuleFile } from '../rules/load.ts';
import type { Location } from '../rules/location.ts';
import type { Problem } from '../rules/problem.ts';
import { decodeFile } from '../rules/source/decode.ts';
import type { SourceFile } from '../rules/source/source-file.ts';
import { readYaml, type YamlMap, type YamlNode, type YamlScalar } from '../rules/source/yaml.ts';

/** Something is wrong with a document, and where. */
export class DocumentError extends Error {
  readonly location: Location;

  constructor(message: string, location: Location) {
    super(message);
    this.location = location;
  }
}

export interface SigmaDocument {
  readonly kind: 'rule' | 'filter' | 'correlation';
  readonly file: SourceFile;
  readonly map: YamlMap;
  readonly location: Location;
  readonly title: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly logsource: LogSourceName;
}

export interface LogSourceName {
  readonly product: string | undefined;
  readonly category: string | undefined;
  readonly service: string | undefined;
  /** How the source is to be set up, in words. */
  readonly definition: string;
}

/** A file, or a document of it, that cannot be read. */
export interface Unreadable {
  readonly location: Location;
  readonly message: string;
}

/** The documents of a file. Those that are nothing of Sigma's (no `logsource` and no `title`) are passed over. */
export function readDocuments(input: RuleFile): { documents: SigmaDocument[]; unreadable: Unreadable[] } {
  const unreadable: Unreadable[] = [];
  const { source, valid } = decodeFile(input, ({ location, message }: Problem) =>
    unreadable.push({ location, message }),
  );
  if (!valid) return { documents: [], unreadable };
  const { documents, errors } = readYaml(source);
  for (const { message, offset } of errors) unreadable.push({ location: source.locate(offset), message });
  return { documents: documents.flatMap((node) => documentOf(node, source)), unreadable };
}

function documentOf(map: YamlNode, file: SourceFile): SigmaDocument[] {
  if (map.kind !== 'map' || !(map.entries.has('title') || map.entries.has('logsource'))) return [];
  const kind = map.entries.has('correlation') ? 'correlation' : map.entries.has('filter') ? 'filter' : 'rule';
  const place = map.entries.get('title')?.key.start ?? map.start;
  const logsource = map.entries.get('logsource')?.value;
  const part = (key: string): string | undefined =>
    logsource?.kind === 'map' ? scalarOf(logsource.entries.get(key)?.value)?.toLowerCase() : undefined;
  return [
    {
      ...{ kind, file, map, location: file.locate(place) },
      title: textAt(map, 'title') ?? '',
      id: textAt(map, 'id'),
      name: textAt(map, 'name'),
      logsource: {
        ...{ product: part('product'), category: part('category'), service: part('service') },
        definition: part('definition') ?? '',
      },
    },
  ];
}

/** The text of a key; `undefined` where it is absent, empty or no text. Blanks and control characters are one blank. */
export function textAt(map: YamlMap, key: string): string | undefined {
  const text = scalarOf(map.entries.get(key)?.value);
  return text === undefined ? undefined : oneLine(text) || undefined;
}

/** The texts of a key with a list, or with one text. */
export function textsAt(map: YamlMap, key: string): string[] {
  const value = map.entries.get(key)?.value;
  const nodes = value?.kind === 'sequence' ? value.items : value === undefined ? [] : [value];
  return nodes.flatMap((node) => oneLine(scalarOf(node) ?? '') || []);
}

function scalarOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && !node.isNull ? node.text.text : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029\ufeff]+/gu, ' ').trim();
}

/** Place of a node, or of a character in a scalar. */
export function placeOf(file: SourceFile, node: YamlNode, offset = 0): Location {
  return node.kind === 'scalar' ? node.text.locate(offset) : file.locate(node.start);
}

/** The map of a key that must be one. Throws {@link DocumentError}. */
export function mapAt({ map, file, location }: SigmaDocument, key: string): YamlMap {
  const entry = map.entries.get(key);
  if (entry === undefined) throw new DocumentError(`the rule has no ${key}`, location);
  if (entry.value.kind !== 'map') throw new DocumentError(`${key} must be a map`, placeOf(file, entry.value));
  return entry.value;
}

/** The scalars of a value: itself, or those of a list. Throws {@link DocumentError}. */
export function scalars(file: SourceFile, node: YamlNode): YamlScalar[] {
  if (node.kind === 'scalar') return [node];
  if (node.kind === 'map') throw new DocumentError('a map is no value', placeOf(file, node));
  if (node.items.length === 0) throw new DocumentError('the list of values is empty', placeOf(file, node));
  return node.items.map((item) => {
    if (item.kind !== 'scalar')
      throw new DocumentError('a value must be a text or a number', placeOf(file, item));
    return item;
  });
}
