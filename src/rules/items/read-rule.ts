/** Rules, changes of rules, and the deprecated item that turns a rule on or off. */
import { PRIORITIES, type Priority } from '../checked.ts';
import type { Context, TextEdit } from '../problem.ts';
import type { YamlMap } from '../source/yaml.ts';
import { nearest } from '../suggest.ts';
import type { RuleChangeItem, RuleItem, RuleProperties, RuleToggleItem } from './items.ts';
import { appendFlag, type Overridable, type Overrides, readOverrides } from './overrides.ts';
import { readExceptions } from './read-exceptions.ts';
import { has, type Reader } from './reader.ts';

const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions'];
const OVERRIDABLE: Overridable = {
  append: APPENDABLE,
  replace: [
    ...APPENDABLE,
    'priority',
    'capture',
    'capture_duration',
    'enabled',
    'warn_evttypes',
    'skip-if-unknown-filter',
  ],
};
const REQUIRED = ['condition', 'output', 'desc', 'priority'];

/** Keys of a rule. */
export const RULE_KEYS: readonly string[] = ['rule', 'source', ...OVERRIDABLE.replace, 'override', 'append'];

export function readRule(
  reader: Reader,
  map: YamlMap,
  parent: Context,
): (RuleItem | RuleChangeItem | RuleToggleItem)[] {
  const name = reader.text(map, 'rule', reader.context(parent, 'rule', '', map)).text;
  const context = reader.context(parent, 'rule', name, map);
  reader.unknownKeys(map, RULE_KEYS, context);
  const append = appendFlag(reader, map, ['condition', 'exceptions'], context);
  const overrides = readOverrides(reader, map, OVERRIDABLE, context);
  overrides.notTogetherWith(append);
  const source = readSource(reader, map, context);
  if (overrides.any) return [readOverride(reader, map, overrides, { name, source, context })];
  if (append) return [readAppend(reader, map, { name, source, context })];
  if (!REQUIRED.some((key) => has(map, key))) return [readToggle(reader, map, { name, context })];
  return [readDefinition(reader, map, { name, source, context })];
}

interface Head {
  readonly name: string;
  readonly source: string;
  readonly context: Context;
}

function readDefinition(reader: Reader, map: YamlMap, head: Head): RuleItem {
  const missing = REQUIRED.filter((key) => !has(map, key));
  if (missing.length > 0) {
    const keys = missing.map((key) => `'${key}'`).join(', ');
    reader.invalid(`missing: ${keys}`, head.context);
  }
  const keys = new Set(OVERRIDABLE.replace);
  const properties = readProperties(reader, map, keys, head.context, false);
  const { condition, output, description, priority } = properties;
  if (
    condition === undefined ||
    output === undefined ||
    description === undefined ||
    priority === undefined
  ) {
    return reader.invalid('a required key is missing', head.context);
  }
  return {
    kind: 'rule',
    ...head,
    properties: { ...properties, condition, output, description, priority },
  };
}

/** `append: true` adds to the condition and the exceptions; other keys count for nothing. */
function readAppend(reader: Reader, map: YamlMap, head: Head): RuleChangeItem {
  const append = readProperties(reader, map, new Set(['condition', 'exceptions']), head.context, true);
  return { kind: 'change', ...head, append, replace: undefined };
}

function readOverride(reader: Reader, map: YamlMap, overrides: Overrides, head: Head): RuleChangeItem {
  const { append, replace } = overrides;
  for (const [kind, keys] of [
    ['append', append],
    ['replace', replace],
  ] as const) {
    for (const key of keys) {
      if (has(map, key)) continue;
      reader.invalid(`'override' says to ${kind} '${key}', but there is no '${key}'`, head.context);
    }
  }
  for (const key of OVERRIDABLE.replace) {
    const entry = map.entries.get(key);
    if (entry === undefined || append.has(key) || replace.has(key)) continue;
    reader.invalid(
      `'override' does not say what to do with '${key}'`,
      reader.context(head.context, 'overrides', key, entry.key),
      { length: key.length },
    );
  }
  return {
    kind: 'change',
    ...head,
    append: append.size === 0 ? undefined : readProperties(reader, map, append, head.context, true),
    replace: replace.size === 0 ? undefined : readProperties(reader, map, replace, head.context, false),
  };
}

function readToggle(reader: Reader, map: YamlMap, head: Pick<Head, 'name' | 'context'>): RuleToggleItem {
  const enabled = reader.flag(map, 'enabled', head.context);
  if (enabled === undefined)
    reader.invalid(
      "key 'enabled' is missing: a rule has 'condition', 'output', 'desc' and 'priority'; 'enabled' alone turns an earlier one on or off",
      head.context,
    );
  reader.problem(
    'LOAD_DEPRECATED_ITEM',
    "an item with nothing but 'enabled' is deprecated: add 'enabled: replace' under 'override'",
    head.context,
    toggleFix(reader, map),
  );
  return { kind: 'toggle', ...head, enabled };
}

/** The same said by `override`. */
function toggleFix(reader: Reader, map: YamlMap): { fix?: TextEdit } {
  const value = map.entries.get('enabled')?.value;
  const others = [...map.entries.keys()].some((key) => key !== 'rule' && key !== 'enabled');
  if (value?.kind !== 'scalar' || others) return {};
  // In a mapping of the block form the new key stands below the old one, in the same column.
  const { start } = map;
  const { column } = reader.file.position(start);
  const flow = reader.file.text.charAt(start) === '{';
  const separator = flow ? ', ' : `\n${' '.repeat(column - 1)}`;
  const text = `${separator}override: {enabled: replace}`;
  return { fix: { file: reader.file.name, start: value.end, end: value.end, text } };
}

/** An empty source is as good as none. */
function readSource(reader: Reader, map: YamlMap, context: Context): string {
  const value = map.entries.get('source')?.value;
  if (value === undefined || (value.kind === 'scalar' && (value.isNull || value.text.text === ''))) return '';
  return reader.text(map, 'source', context).text;
}

function readProperties(
  reader: Reader,
  map: YamlMap,
  keys: ReadonlySet<string>,
  context: Context,
  append: boolean,
): RuleProperties {
  const properties: { -readonly [Key in keyof RuleProperties]: RuleProperties[Key] } = {};
  const wanted = (key: string): boolean => keys.has(key) && has(map, key);
  if (wanted('condition')) {
    const text = reader.text(map, 'condition', context);
    properties.condition = { text, context: reader.context(context, 'rule condition', '', text) };
  }
  if (wanted('output')) {
    const text = reader.text(map, 'output', context);
    properties.output = { text, context: reader.context(context, 'rule output', '', text) };
  }
  if (wanted('desc')) properties.description = reader.text(map, 'desc', context).text;
  if (wanted('priority')) properties.priority = readPriority(reader, map, context);
  if (wanted('tags'))
    properties.tags = (reader.optionalTexts(map, 'tags', context) ?? []).map((tag) => tag.text);
  if (wanted('exceptions')) properties.exceptions = readExceptions(reader, map, context, append);
  const flags = [
    ['enabled', 'enabled'],
    ['capture', 'capture'],
    ['warn_evttypes', 'warnEventTypes'],
    ['skip-if-unknown-filter', 'skipIfUnknownFilter'],
  ] as const;
  for (const [key, property] of flags) {
    const value = wanted(key) ? reader.flag(map, key, context) : undefined;
    if (value !== undefined) properties[property] = value;
  }
  const duration = wanted('capture_duration') ? reader.count(map, 'capture_duration', context) : undefined;
  if (duration !== undefined) properties.captureDuration = duration;
  return properties;
}

function readPriority(reader: Reader, map: YamlMap, context: Context): Priority {
  const text = reader.text(map, 'priority', context);
  const priority = parsePriority(text.text);
  if (priority !== undefined) return priority;
  const place = reader.context(context, 'rule priority', '', text);
  const names = [...PRIORITIES, 'Info'].map((name) => name.toUpperCase());
  const suggestion = nearest(text.text, names);
  const choice = suggestion === undefined ? `, one of ${names.join(', ')}` : '';
  return reader.invalid(`'${text.text}' is not a priority${choice}`, place, {
    length: text.text.length,
    suggestion,
  });
}

/** Priority by its name in any case; `info` is short for informational. */
export function parsePriority(text: string): Priority | undefined {
  const lower = text.toLowerCase();
  if (lower === 'info') return 'Informational';
  return PRIORITIES.find((priority) => priority.toLowerCase() === lower);
}
