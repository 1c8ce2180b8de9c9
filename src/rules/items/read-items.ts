/** Items of one rule file, in order. What is wrong is reported; a bad item does not spoil the next. */
import type { Context, Report } from '../problem.ts';
import { schemaWarnings } from '../schema.ts';
import type { SourceFile } from '../source/source-file.ts';
import { readYaml, type YamlMap, type YamlNode } from '../source/yaml.ts';
import { nearest } from '../suggest.ts';
import type { Item } from './items.ts';
import { readList, readMacro } from './read-definitions.ts';
import { readEngineRequirement, readPluginRequirements } from './read-requirements.ts';
import { readRule } from './read-rule.ts';
import { has, ItemError, isNullNode, Reader } from './reader.ts';

/** What an item is, is told by the first of these keys that it has. */
const KINDS: readonly {
  readonly key: string;
  readonly read: (reader: Reader, map: YamlMap, parent: Context) => Item[];
}[] = [
  { key: 'required_engine_version', read: readEngineRequirement },
  { key: 'required_plugin_versions', read: readPluginRequirements },
  { key: 'list', read: readList },
  { key: 'macro', read: readMacro },
  { key: 'rule', read: readRule },
];

/** Takes each item as it is read; throwing an ItemError gives up the item. */
export type Collect = (item: Item) => void;

export interface ReadItems {
  /** Names of items that could not be read: others may refer to them. */
  readonly broken: readonly string[];
  readonly schemaWarnings: readonly string[];
}

/** Reads a file; `yaml` is what is in it, where that is known. */
export function readItems(
  file: SourceFile,
  report: Report,
  collect: Collect,
  yaml = readYaml(file),
): ReadItems {
  const reader = new Reader(file, report);
  const root = reader.root();
  const { documents, errors } = yaml;
  for (const { message, offset, length } of errors) {
    const place = reader.context(root, 'value for', '', { start: offset });
    reader.problem('LOAD_ERR_YAML_PARSE', message, place, { length });
  }
  const broken: string[] = [];
  for (const document of documents) {
    if (isNullNode(document)) continue;
    if (document.kind !== 'sequence') {
      const message =
        document.kind === 'map'
          ? 'expected a list of items, not a mapping'
          : 'expected a list of items, not a text';
      reader.problem('LOAD_ERR_YAML_VALIDATE', message, reader.context(root, 'rules content', '', document));
      continue;
    }
    for (const node of document.items) {
      if (isNullNode(node)) continue;
      try {
        for (const item of readItem(reader, node, root)) collect(item);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        broken.push(...namesOf(node));
      }
    }
  }
  return { broken, schemaWarnings: schemaWarnings(documents.filter((node) => !isNullNode(node))) };
}

function readItem(reader: Reader, node: YamlNode, root: Context): Item[] {
  const context = reader.context(root, 'rules content item', '', node);
  if (node.kind !== 'map') {
    reader.invalid('expected a mapping, such as `rule: NAME` and what follows', context);
  }
  const kind = KINDS.find(({ key }) => has(node, key));
  if (kind !== undefined) return kind.read(reader, node, root);
  const [first] = node.entries.keys();
  const known = KINDS.map(({ key }) => key);
  reader.problem('LOAD_UNKNOWN_ITEM', 'unknown kind of item', context, {
    suggestion: first === undefined ? undefined : nearest(first, known),
    length: first?.length ?? 1,
  });
  return [];
}

/** Names under which an item that cannot be read would have been known. */
function namesOf(node: YamlNode): string[] {
  if (node.kind !== 'map') return [];
  return ['list', 'macro', 'rule'].flatMap((key) => {
    const value = node.entries.get(key)?.value;
    return value?.kind === 'scalar' ? [value.text.text] : [];
  });
}
