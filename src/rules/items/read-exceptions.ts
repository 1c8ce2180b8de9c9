/** Exceptions of rules as they are written. */
import type { Context } from '../problem.ts';
import type { YamlMap, YamlNode } from '../source/yaml.ts';
import type { ExceptionEntry, ExceptionItem } from './items.ts';
import { has, isNullNode, type Reader } from './reader.ts';

/** How deep values may be nested: tuples of lists. */
const NESTING_LIMIT = 4;

/** Keys of an exception. */
export const EXCEPTION_KEYS = ['name', 'fields', 'comps', 'values'];

export function readExceptions(
  reader: Reader,
  map: YamlMap,
  parent: Context,
  append: boolean,
): ExceptionItem[] {
  const value = map.entries.get('exceptions')?.value;
  if (value === undefined || isNullNode(value)) return [];
  const context = reader.context(parent, 'exceptions', '', value);
  if (value.kind !== 'sequence') reader.invalid("'exceptions' must be a list", context);
  const names = new Set<string>();
  return value.items.map((node) => {
    const exception = readException(reader, node, parent, context, append);
    if (names.has(exception.name)) {
      reader.problem(
        'LOAD_EXCEPTION_NAME_NOT_UNIQUE',
        `exception '${exception.name}' is defined twice in this rule`,
        exception.context,
      );
    }
    names.add(exception.name);
    return exception;
  });
}

function readException(
  reader: Reader,
  node: YamlNode,
  rule: Context,
  parent: Context,
  append: boolean,
): ExceptionItem {
  const unnamed = reader.context(parent, 'exception', '', node);
  if (node.kind !== 'map') reader.invalid('an exception must be a mapping', unnamed);
  const name = reader.text(node, 'name', unnamed).text;
  const context = reader.context(rule, 'exception', name, node);
  reader.unknownKeys(node, EXCEPTION_KEYS, context, 'LINT_EXCEPTION');
  if (!append && !has(node, 'fields')) reader.invalid("key 'fields' is missing", context);
  const fields = readEntry(reader, node, 'fields', context);
  const comps = readEntry(reader, node, 'comps', context);
  return { name, fields, comps, values: readValues(reader, node, context, append), context };
}

function readValues(reader: Reader, map: YamlMap, context: Context, append: boolean): ExceptionEntry[] {
  const values = map.entries.get('values')?.value;
  if (values === undefined) {
    if (append) {
      reader.problem('LOAD_APPEND_NO_VALUES', 'the exception is changed without any values', context);
    } else {
      const message = `exception '${context.itemName}' has no values yet: it does nothing until some are appended`;
      reader.problem('LINT_EXCEPTION', message, context);
    }
    return [];
  }
  const place = reader.context(context, 'exception values', '', values);
  if (values.kind !== 'sequence') reader.invalid("'values' must be a list", place);
  return values.items.map((value) =>
    entryOf(reader, value, reader.context(place, 'exception value', '', value), 1),
  );
}

function readEntry(reader: Reader, map: YamlMap, key: string, context: Context): ExceptionEntry | undefined {
  const value = map.entries.get(key)?.value;
  if (value === undefined) return undefined;
  return entryOf(reader, value, reader.context(context, 'value for', key, value), 1);
}

function entryOf(reader: Reader, node: YamlNode, context: Context, depth: number): ExceptionEntry {
  if (depth > NESTING_LIMIT) reader.invalid('the values are nested too deep', context);
  if (node.kind === 'map') reader.invalid('expected a text or a list of texts', context);
  if (node.kind === 'sequence') {
    const items = node.items.map((item) =>
      entryOf(reader, item, reader.context(context, 'exception', '', item), depth + 1),
    );
    return { kind: 'list', items, start: node.start };
  }
  if (node.text.text === '') reader.invalid('a value cannot be empty', context);
  return { kind: 'text', text: node.text };
}
