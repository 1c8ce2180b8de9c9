/** Reads values out of YAML nodes and reports what is not as it should be. */
import type { Context, ItemType, Problem, ProblemCode, Report } from '../problem.ts';
import type { ScalarText } from '../source/scalar-text.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { YamlMap, YamlNode, YamlScalar } from '../source/yaml.ts';
import { nearest } from '../suggest.ts';

/** An item cannot be used; the problem was reported. */
export class ItemError extends Error {}

interface Options {
  /** The exact place, where it is not that of the context. */
  readonly at?: number;
  readonly suggestion?: string | undefined;
  readonly length?: number;
  readonly fix?: Problem['fix'];
}

export class Reader {
  readonly file: SourceFile;
  readonly #report: Report;

  constructor(file: SourceFile, report: Report) {
    this.file = file;
    this.#report = report;
  }

  /** Context of the file itself: the root of all others. */
  root(): Context {
    const location = this.file.locate(0);
    return { parent: undefined, itemType: 'rules content', itemName: '', location };
  }

  context(parent: Context, itemType: ItemType, itemName: string, at: { readonly start: number }): Context {
    return { parent, itemType, itemName, location: this.file.locate(at.start) };
  }

  problem(code: ProblemCode, message: string, context: Context, options: Options = {}): void {
    const { at, length = 1, suggestion, fix } = options;
    const location = at === undefined ? context.location : this.file.locate(at);
    this.#report({ code, message, location, length, context, suggestion, fix });
  }

  /** Reports an error in the structure of the file and gives up the item. */
  invalid(message: string, context: Context, options: Options = {}): never {
    this.problem('LOAD_ERR_YAML_VALIDATE', message, context, options);
    throw new ItemError(message);
  }

  /** Text of a required key. */
  text(map: YamlMap, key: string, context: Context): ScalarText {
    const value = this.optionalText(map, key, context);
    if (value === undefined) this.invalid(`key '${key}' is missing`, context);
    return value;
  }

  optionalText(map: YamlMap, key: string, context: Context): ScalarText | undefined {
    const entry = map.entries.get(key);
    if (entry === undefined) return undefined;
    const { value } = entry;
    const place = this.context(context, 'value for', key, value);
    if (value.kind !== 'scalar') this.invalid(`'${key}' must be a single value`, place);
    if (value.isNull) this.invalid(`key '${key}' has no value`, place);
    if (value.text.text === '') this.invalid(`'${key}' cannot be empty`, place);
    return value.text;
  }

  flag(map: YamlMap, key: string, context: Context): boolean | undefined {
    const text = this.optionalText(map, key, context);
    if (text === undefined) return undefined;
    const value = BOOLEANS.get(text.text);
    if (value !== undefined) return value;
    const place = this.context(context, 'value for', key, text);
    const length = text.text.length;
    this.invalid(`'${key}' must be true or false, not '${text.text}'`, place, { length });
  }

  count(map: YamlMap, key: string, context: Context): number | undefined {
    const text = this.optionalText(map, key, context);
    if (text === undefined) return undefined;
    const value = Number(text.text);
    if (/^[0-9]+$/.test(text.text) && Number.isSafeInteger(value)) return value;
    const place = this.context(context, 'value for', key, text);
    const length = text.text.length;
    this.invalid(`'${key}' must be a whole number, not '${text.text}'`, place, { length });
  }

  /** Texts of a sequence; `undefined` when the key is absent. */
  optionalTexts(map: YamlMap, key: string, context: Context): ScalarText[] | undefined {
    const value = map.entries.get(key)?.value;
    if (value === undefined) return undefined;
    const place = this.context(context, 'value for', key, value);
    if (value.kind !== 'sequence') this.invalid(`'${key}' must be a list`, place);
    return value.items.map((item) => {
      if (item.kind === 'scalar' && !item.isNull) return item.text;
      return this.invalid(
        'an item of the list must be a single value',
        this.context(place, 'list item', '', item),
      );
    });
  }

  /** Warns of keys that mean nothing in an item of this kind. */
  unknownKeys(
    map: YamlMap,
    known: readonly string[],
    context: Context,
    code: 'LOAD_UNKNOWN_KEY' | 'LINT_EXCEPTION' = 'LOAD_UNKNOWN_KEY',
  ): void {
    for (const [name, { key }] of map.entries) {
      if (known.includes(name)) continue;
      this.problem(code, `unknown key '${name}': it counts for nothing`, context, {
        at: key.start,
        length: Math.max(1, name.length),
        suggestion: nearest(name, known),
      });
    }
    for (const { key } of map.duplicates) {
      const name = key.text.text;
      this.problem(code, `key '${name}' is given twice: only the first one counts`, context, {
        at: key.start,
        length: Math.max(1, name.length),
      });
    }
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  [
    ['y', 'n'],
    ['yes', 'no'],
    ['true', 'false'],
    ['on', 'off'],
  ].flatMap((pair) =>
    pair.flatMap((word, index) => {
      const capital = word.charAt(0).toUpperCase() + word.slice(1);
      return [word, capital, word.toUpperCase()].map((form): [string, boolean] => [form, index === 0]);
    }),
  ),
);

/** Whether a key is there, whatever its value. */
export function has(map: YamlMap, key: string): boolean {
  return map.entries.has(key);
}

export function isNullNode(node: YamlNode): node is YamlScalar {
  return node.kind === 'scalar' && node.isNull;
}
