/** The modifiers behind a field's name, sorted by what they do. */
import { base64, base64Offsets, open, type Pattern, utf16, windash } from './pattern.ts';

/** What is done with the values of a field. */
export interface Modifiers {
  readonly operation: 'text' | 're' | 'cidr' | 'exists' | 'fieldref' | 'lt' | 'lte' | 'gt' | 'gte';
  /** In the order in which they are applied: each makes of a text one or several. */
  readonly transformations: readonly ((pattern: Pattern) => readonly Pattern[])[];
  /** Every value must fit, instead of one. */
  readonly all: boolean;
  readonly negated: boolean;
  readonly cased: boolean;
  /** Names in values that stand for lists of values are replaced. */
  readonly expand: boolean;
  readonly starts: boolean;
  readonly ends: boolean;
  readonly flags: { readonly i: boolean; readonly m: boolean; readonly s: boolean };
}

/** There is no such modifier, or not here. */
export class ModifierError extends Error {}

const TRANSFORMATIONS: Readonly<Record<string, (pattern: Pattern) => readonly Pattern[]>> = {
  contains: (pattern) => [open(pattern, true, true)],
  startswith: (pattern) => [open(pattern, false, true)],
  endswith: (pattern) => [open(pattern, true, false)],
  windash,
  base64: (pattern) => [base64(pattern)],
  base64offset: base64Offsets,
  wide: (pattern) => [utf16(pattern, 'little', false)],
  utf16le: (pattern) => [utf16(pattern, 'little', false)],
  utf16be: (pattern) => [utf16(pattern, 'big', false)],
  utf16: (pattern) => [utf16(pattern, 'little', true)],
};

const OPERATIONS: ReadonlySet<string> = new Set([
  're',
  'cidr',
  'exists',
  'fieldref',
  'lt',
  'lte',
  'gt',
  'gte',
]);
const SWITCHES: ReadonlySet<string> = new Set(['all', 'neq', 'cased', 'expand']);
const REGEX_FLAGS: Readonly<Record<string, 'i' | 'm' | 's'>> = {
  ...{ i: 'i', ignorecase: 'i', m: 'm', multiline: 'm', s: 's', dotall: 's' },
};
const PARTS_OF_TIMES: ReadonlySet<string> = new Set(['minute', 'hour', 'day', 'week', 'month', 'year']);

/** Reads the modifiers of a field. Throws {@link ModifierError}. */
export function readModifiers(names: readonly string[]): Modifiers {
  const switches = new Set(names.filter((name) => SWITCHES.has(name)));
  const flags = new Set(names.flatMap((name) => REGEX_FLAGS[name] ?? []));
  const operations = names.filter((name) => OPERATIONS.has(name));
  const transformations = names.flatMap((name) => {
    const transformation = Object.hasOwn(TRANSFORMATIONS, name) ? TRANSFORMATIONS[name] : undefined;
    if (transformation !== undefined) return [transformation];
    if (PARTS_OF_TIMES.has(name)) throw new ModifierError(`parts of times (${name}) are not compared`);
    if (!OPERATIONS.has(name) && !SWITCHES.has(name) && REGEX_FLAGS[name] === undefined)
      throw new ModifierError(`there is no modifier ${name}`);
    return [];
  });
  const [operation = 'text'] = operations as Modifiers['operation'][];
  if (operations.length > 1) throw new ModifierError(`${operations.join(' and ')} do not go together`);
  if (flags.size > 0 && operation !== 're') throw new ModifierError('flags of regular expressions need re');
  // On a regular expression contains and its like change nothing: it is looked for anywhere.
  const keeps = operation === 'text' || names.every((name) => !ENCODINGS.has(name));
  if (!keeps) throw new ModifierError(`${operation} does not go together with a change of the value`);
  return {
    ...{ operation, transformations },
    all: switches.has('all'),
    negated: switches.has('neq'),
    cased: switches.has('cased'),
    expand: switches.has('expand'),
    starts: names.includes('startswith') || names.includes('contains'),
    ends: names.includes('endswith') || names.includes('contains'),
    flags: { i: flags.has('i'), m: flags.has('m'), s: flags.has('s') },
  };
}

const ENCODINGS: ReadonlySet<string> = new Set(
  Object.keys(TRANSFORMATIONS).filter((name) => !/^(?:contains|startswith|endswith)$/.test(name)),
);

/** All texts that the transformations make of one. */
export function transform(pattern: Pattern, { transformations }: Modifiers): Pattern[] {
  let patterns: Pattern[] = [pattern];
  for (const each of transformations) patterns = patterns.flatMap(each);
  return patterns;
}
