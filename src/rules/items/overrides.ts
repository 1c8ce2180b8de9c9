/** The key `override` and its deprecated predecessor `append: true`. */
import type { Context } from '../problem.ts';
import type { YamlMap } from '../source/yaml.ts';
import { nearest } from '../suggest.ts';
import type { Reader } from './reader.ts';

/** Which keys of an item may be appended to and which replaced. */
export interface Overridable {
  readonly append: readonly string[];
  readonly replace: readonly string[];
}

export class Overrides {
  readonly append = new Set<string>();
  readonly replace = new Set<string>();
  readonly #reader: Reader;
  readonly #context: Context;

  constructor(reader: Reader, context: Context) {
    this.#reader = reader;
    this.#context = context;
  }

  get any(): boolean {
    return this.append.size > 0 || this.replace.size > 0;
  }

  /** Reports an item that has both `append: true` and overrides. */
  notTogetherWith(appendFlag: boolean): void {
    if (!appendFlag || !this.any) return;
    this.#reader.invalid(
      "'append: true' and 'override' do not go together: say it with 'override' alone",
      this.#context,
    );
  }
}

/**
 * The deprecated `append: true`. Where the item has no other keys that could be meant, the problem
 * comes with its repair: the same said by `override`.
 */
export function appendFlag(
  reader: Reader,
  map: YamlMap,
  appendable: readonly string[],
  context: Context,
): boolean {
  if (reader.flag(map, 'append', context) !== true) return false;
  const entry = map.entries.get('append');
  if (entry === undefined) return false;
  const { start } = entry.key;
  const keys = [...map.entries.keys()].filter(
    (key) => !['list', 'macro', 'rule', 'append', 'source'].includes(key),
  );
  const fixable = keys.length > 0 && keys.every((key) => appendable.includes(key));
  const text = `override: {${keys.map((key) => `${key}: append`).join(', ')}}`;
  reader.problem(
    'LOAD_DEPRECATED_ITEM',
    "'append: true' is deprecated: name what is appended under 'override', such as 'condition: append'",
    context,
    {
      at: start,
      length: 'append'.length,
      ...(fixable ? { fix: { file: reader.file.name, start, end: entry.value.end, text } } : {}),
    },
  );
  return true;
}

export function readOverrides(
  reader: Reader,
  map: YamlMap,
  overridable: Overridable,
  parent: Context,
): Overrides {
  const overrides = new Overrides(reader, parent);
  const value = map.entries.get('override')?.value;
  if (value === undefined) return overrides;
  const context = reader.context(parent, 'overrides', '', value);
  if (value.kind !== 'map') reader.invalid("'override' must be a mapping", context);
  for (const [key, entry] of value.entries) {
    const place = reader.context(context, 'overrides', key, entry.key);
    const operation = entry.value.kind === 'scalar' ? entry.value.text.text : '';
    const length = key.length;
    const suggestion = nearest(key, overridable.replace);
    if (operation === 'append') {
      if (!overridable.append.includes(key)) {
        const message = overridable.replace.includes(key)
          ? `'${key}' cannot be appended to, only replaced`
          : `'${key}' cannot be appended to`;
        reader.invalid(message, place, { length, suggestion: suggestion === key ? undefined : suggestion });
      }
      overrides.append.add(key);
    } else if (operation === 'replace') {
      if (!overridable.replace.includes(key)) {
        reader.invalid(`'${key}' cannot be replaced`, place, { length, suggestion });
      }
      overrides.replace.add(key);
    } else {
      const allowed = [
        ...(overridable.append.includes(key) ? ['append'] : []),
        ...(overridable.replace.includes(key) ? ['replace'] : []),
      ];
      reader.invalid(
        `'${operation}' cannot be done to '${key}': expected ${allowed.join(' or ')}`,
        reader.context(context, 'value for', key, entry.value),
        { length: Math.max(1, operation.length), suggestion: nearest(operation, allowed) },
      );
    }
  }
  return overrides;
}
