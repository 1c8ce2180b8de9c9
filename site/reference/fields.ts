/** The page of all fields, from src/fields. */
import { FIELD_CLASSES } from '../../src/fields/catalog.ts';
import type { FieldClass } from '../../src/fields/define.ts';
import type { Field } from '../../src/fields/field.ts';
import { FIELD_SOURCES } from '../../src/fields/listing.ts';
import { code, table } from './table.ts';

export function fieldsReference(): string {
  const count = FIELD_CLASSES.reduce((sum, { fields }) => sum + fields.filter(isShown).length, 0);
  return [
    '# Every field',
    `The ${count} fields that conditions and outputs of rules may use, as \`lanner --list\` prints them. [Writing rules](writing-rules.md#fields) says how they are written and compared. *Argument* is what stands in brackets behind the name, as in \`proc.aname[2]\` or \`evt.arg[flags]\`.`,
    ...FIELD_CLASSES.map(classText).filter((text) => text !== ''),
  ].join('\n\n');
}

function isShown({ hidden }: Field): boolean {
  return !hidden;
}

function classText({ name, title, description, sources, fields }: FieldClass): string {
  const rows = fields
    .filter(isShown)
    .map((field) => [code(field.name), typeOf(field), argumentOf(field), meaningOf(field)]);
  if (rows.length === 0) return '';
  return [
    `## ${title === '' ? name : `${name} (${title})`}`,
    `${description} Events of ${(sources.length > 0 ? sources : FIELD_SOURCES).map(code).join(' and ')} have them.`,
    table(['Field', 'Type', 'Argument', 'Meaning'], rows),
  ].join('\n\n');
}

function typeOf({ type, isList }: Field): string {
  return code(isList ? `${type} list` : type);
}

function argumentOf({ argument }: Field): string {
  if (argument.presence === 'none') return '';
  return `${argument.kind ?? 'any'}${argument.presence === 'optional' ? ', may be left out' : ''}`;
}

function meaningOf(field: Field): string {
  const remarks = [
    field.conditionOnly && '*In conditions only.*',
    field.outputOnly && '*In outputs only.*',
    field.deprecated && '*Deprecated.*',
    field.noRightHandSide && '*Not on the right-hand side.*',
    field.noTransformer && '*Takes no transformer.*',
  ];
  return [field.description, ...remarks].filter(Boolean).join(' ');
}
