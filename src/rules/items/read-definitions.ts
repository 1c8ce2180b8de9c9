/** Lists and macros. */
import type { Context } from '../problem.ts';
import type { YamlMap } from '../source/yaml.ts';
import type { ListItem, MacroItem } from './items.ts';
import { appendFlag, readOverrides } from './overrides.ts';
import type { Reader } from './reader.ts';

const LIST_NAME = /^[^()"'\t\n\v\f\r =,]+$/;
const MACRO_NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

export function readList(reader: Reader, map: YamlMap, parent: Context): ListItem[] {
  const nameText = reader.text(map, 'list', reader.context(parent, 'list', '', map));
  const name = nameText.text;
  const context = reader.context(parent, 'list', name, map);
  if (!LIST_NAME.test(name)) {
    reader.problem(
      'LOAD_INVALID_LIST_NAME',
      `'${name}' cannot be the name of a list: it has a blank, quote, parenthesis, comma or =`,
      context,
      { at: nameText.start, length: name.length },
    );
  }
  const items = reader.optionalTexts(map, 'items', context);
  if (items === undefined) reader.invalid("key 'items' is missing", context);
  const append = readAppend(reader, map, 'items', context);
  reader.unknownKeys(map, ['list', 'items', 'append', 'override'], context);
  return [{ kind: 'list', name, items, append, context }];
}

export function readMacro(reader: Reader, map: YamlMap, parent: Context): MacroItem[] {
  const nameText = reader.text(map, 'macro', reader.context(parent, 'macro', '', map));
  const name = nameText.text;
  const context = reader.context(parent, 'macro', name, map);
  if (!MACRO_NAME.test(name)) {
    reader.problem(
      'LOAD_INVALID_MACRO_NAME',
      `'${name}' cannot be the name of a macro: expected a letter, then letters, digits and _`,
      context,
      { at: nameText.start, length: name.length },
    );
  }
  const condition = reader.text(map, 'condition', context);
  const conditionContext = reader.context(context, 'macro condition', '', condition);
  const append = readAppend(reader, map, 'condition', context);
  reader.unknownKeys(map, ['macro', 'condition', 'append', 'override'], context);
  return [{ kind: 'macro', name, condition, append, context, conditionContext }];
}

/** Whether the item adds to an earlier one, said in either form. */
function readAppend(reader: Reader, map: YamlMap, key: string, context: Context): boolean {
  const flag = appendFlag(reader, map, [key], context);
  const overrides = readOverrides(reader, map, { append: [key], replace: [key] }, context);
  overrides.notTogetherWith(flag);
  return flag || overrides.append.has(key);
}
