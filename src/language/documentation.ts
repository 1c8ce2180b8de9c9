/** What fields, operators and transformers mean, in Markdown. */
import type { FieldInfo } from '../fields/field-info.ts';
import { describeType, operatorsFor } from '../rules/check/types.ts';

/** Type of a field as people read it. */
export function typeLabel({ type, isList }: FieldInfo): string {
  return describeType(type, isList);
}

export function fieldDocumentation(field: FieldInfo): string {
  const { name, description, sources, argument } = field;
  const operators = [...operatorsFor(field.type, field.isList)];
  const notes = [
    argument.presence === 'none'
      ? ''
      : `Takes ${ARGUMENTS[argument.kind ?? 'key']} in brackets${argument.presence === 'optional' ? ', if wanted' : ''}: \`${name}[${argument.kind === 'index' ? '0' : 'NAME'}]\`.`,
    field.equalsUpTo
      ? 'Compared with `=` alone.'
      : operators.length === 0
        ? ''
        : `Compared with ${operators.map((operator) => `\`${operator}\``).join(' ')} \`exists\`.`,
    field.conditionOnly ? 'For conditions only.' : '',
    field.outputOnly ? 'For outputs only.' : '',
    field.deprecated ? 'Obsolete.' : '',
    sources.length === 0 ? 'For events of all sources.' : `For events of ${sources.join(', ')}.`,
  ].filter((note) => note !== '');
  return `**${name}** (${typeLabel(field)})\n\n${description}\n\n${notes.join(' ')}`;
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  index: 'a number',
  key: 'a name',
  'index or key': 'a number or a name',
};

const OPERATORS: Readonly<Record<string, string>> = {
  exists: 'The event has a value for the field.',
  '=': 'Is equal.',
  '==': 'Is equal; the same as `=`.',
  '!=': 'Is not equal. Does not hold where there is no value: `not field = value` does.',
  '<': 'Is less.',
  '<=': 'Is less or equal.',
  '>': 'Is greater.',
  '>=': 'Is greater or equal.',
  glob: 'Matches a pattern with `*`, `?` and `[…]`.',
  iglob: 'Matches a pattern with `*`, `?` and `[…]`; upper and lower case are the same.',
  contains: 'Has the text in it.',
  icontains: 'Has the text in it; upper and lower case are the same.',
  bcontains: 'Has the bytes in it, written in hexadecimal.',
  startswith: 'Begins with the text.',
  bstartswith: 'Begins with the bytes, written in hexadecimal.',
  endswith: 'Ends with the text.',
  regex: 'A regular expression (RE2) fits the whole of it.',
  in: 'Is one of the values of a list; of a field with many values, all are.',
  intersects: 'Is one of the values of a list; of a field with many values, any is.',
  pmatch: 'Is one of the paths of a list or lies below it; parts of the paths may be patterns.',
};

const MODIFIERS: Readonly<Record<string, string>> = {
  oneof: 'for exactly one value of the list',
  anyof: 'for at least one value of the list',
  allof: 'for every value of the list',
};

export function operatorDescription(written: string): string {
  const [operator = '', modifier = ''] = written.split(/\s+/);
  const meaning = OPERATORS[operator] ?? '';
  const extent = MODIFIERS[modifier];
  return extent === undefined ? meaning : `${meaning} Must hold ${extent}.`;
}

export const TRANSFORMER_DOCUMENTATION: Readonly<Record<string, string>> = {
  tolower: '`tolower(field)`: the text in lower case.',
  toupper: '`toupper(field)`: the text in upper case.',
  b64: '`b64(field)`: what the Base64 text stands for; missing when it is none.',
  basename: '`basename(field)`: the last part of the path.',
  len: '`len(field)`: the number of bytes of a text, or of values of a list.',
  join: '`join(separator, (field, "text", …))`: the values with the separator between.',
  concat: '`concat(field, "text", …)`: the values one after another.',
  getopt:
    '`getopt(list, "ab:c")`: short options of a command line and their values; with `[b]` the value of that one.',
  val: '`val(field)`: the value of another field, on the right of an operator.',
};
