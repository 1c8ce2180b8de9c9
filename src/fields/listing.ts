/** What `--list` prints: all fields, by class, as text, Markdown or JSON. */
import { FIELD_CLASSES } from './catalog.ts';
import type { FieldClass } from './define.ts';
import type { ArgumentRule, Field, ValueType } from './field.ts';

export type ListingFormat = 'text' | 'markdown' | 'json';

export interface FieldListingOptions {
  readonly format?: ListingFormat;
  /** Only fields that events of this source have; all when absent. */
  readonly source?: string | undefined;
  /** Names alone. */
  readonly namesOnly?: boolean;
  /** With the type of every field, in the text format. */
  readonly verbose?: boolean;
}

/** Event sources whose fields the catalogue holds. */
export const FIELD_SOURCES: readonly string[] = [
  ...new Set(FIELD_CLASSES.flatMap(({ sources }) => sources)),
].sort();

/** The whole listing, ending with a line break. Hidden, deprecated and output-only fields are left out. */
export function listFields(options: FieldListingOptions = {}): string {
  const { format = 'text', source, namesOnly = false, verbose = false } = options;
  const classes = FIELD_CLASSES.map((fieldClass) => ({
    ...fieldClass,
    sources: sourcesOf(fieldClass).filter((name) => source === undefined || name === source),
    fields: fieldClass.fields.filter(isListed),
  })).filter(({ sources, fields }) => sources.length > 0 && fields.length > 0);
  if (namesOnly) return namesText(classes, format);
  switch (format) {
    case 'text':
      return classes.map((fieldClass) => `${classText(fieldClass, verbose)}\n`).join('');
    case 'markdown':
      return classes.map((fieldClass) => `${classMarkdown(fieldClass)}\n`).join('');
    case 'json':
      return json({ fieldclasses: classes.map(classJson) });
  }
}

function isListed({ hidden, deprecated, outputOnly }: Field): boolean {
  return !hidden && !deprecated && !outputOnly;
}

/** A class of all sources names them all. */
function sourcesOf({ sources }: FieldClass): readonly string[] {
  return sources.length > 0 ? sources : FIELD_SOURCES;
}

function namesText(classes: readonly FieldClass[], format: ListingFormat): string {
  const names = classes.flatMap(({ fields }) => fields.map(({ name }) => name));
  return format === 'json' ? json({ fieldnames: names }) : `${names.join('\n')}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Column in which descriptions begin, and where they end. */
const LEFT = 30;
const WIDTH = 120;

function classText({ name, title, description, sources, fields }: FieldClass, verbose: boolean): string {
  const heading = title === '' ? name : `${name} (${title})`;
  return [
    '-------------------------------',
    `${'Field Class:'.padEnd(LEFT)}${heading}`,
    entry('Description:', description),
    entry('Event Sources:', sources.join(' ')),
    '',
    ...fields.map((field) => entry(field.name, fieldText(field, verbose))),
    '',
  ].join('\n');
}

function fieldText(field: Field, verbose: boolean): string {
  const tags = tagsOf(field);
  const type = verbose ? `(Type: ${typeName(field.type)}) ` : '';
  return `${type}${tags.length > 0 ? `(${tags.join(',')}) ` : ''}${field.description}`;
}

/** Falco's words for what a field demands. */
function tagsOf({ argument, conditionOnly, isList, noRightHandSide, noTransformer }: Field): string[] {
  const tags: string[] = [];
  if (argument.presence === 'optional') tags.push('ARG_ALLOWED');
  if (argument.presence === 'required') tags.push('ARG_REQUIRED');
  tags.push(...argumentKinds(argument).map((kind) => `ARG_${kind}`));
  if (isList) tags.push('EPF_IS_LIST');
  if (noRightHandSide) tags.push('EPF_NO_RHS');
  if (noTransformer) tags.push('EPF_NO_TRANSFORMER');
  if (conditionOnly) tags.push('FILTER_ONLY');
  return tags.sort();
}

function argumentKinds({ kind }: ArgumentRule): string[] {
  return kind === undefined ? [] : kind.toUpperCase().split(' OR ');
}

function typeName(type: ValueType): string {
  return type === 'DYN' ? 'DYNAMIC' : type;
}

/** A name on the left and text on the right of it, broken between words. */
function entry(name: string, text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - LEFT) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(line);
  const indented = lines.join(`\n${' '.repeat(LEFT)}`);
  return name.length < LEFT ? name.padEnd(LEFT) + indented : `${name}\n${' '.repeat(LEFT)}${indented}`;
}

function classMarkdown({ name, description, sources, fields }: FieldClass): string {
  return [
    `## Field Class: ${name}`,
    '',
    description,
    '',
    `Event Sources: ${sources.join(' ')}`,
    '',
    'Name | Type | Description',
    ':----|:-----|:-----------',
    ...fields.map(({ name, type, isList, description }) => {
      const shown = isList ? `LIST(${typeName(type)})` : typeName(type);
      return `\`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')}`;
    }),
    '',
  ].join('\n');
}

function classJson({ name, description, sources, fields }: FieldClass): unknown {
  return {
    name,
    desc: description,
    event_sources: sources,
    fields: fields.map(({ name, type, description, isList, argument }) => ({
      name,
      type: typeName(type),
      desc: description,
      is_list: isList,
      argument:
        argument.presence === 'none'
          ? null
          : { required: argument.presence === 'required', type: argumentKinds(argument) },
    })),
  };
}
