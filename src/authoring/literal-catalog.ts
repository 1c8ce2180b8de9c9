/**
 * The fields as rules read them at literal events: the given value; otherwise what follows from given values or
 * from the event itself. At all other events they are the fields of every day.
 */
import { valueText } from '../alerts/value-text.ts';
import { toText } from '../events/bytes.ts';
import type { Field, FieldCatalog, FieldValue } from '../fields/field.ts';
import type { EventContext } from '../system/context.ts';
import { contextOfLiteral, type GivenValues, type LiteralEvent, parameterOf } from './literal-event.ts';

const givenTo = new WeakMap<EventContext, GivenValues>();

/** The event for rules that were compiled with a {@link literalCatalog}. */
export function literalContext(event: LiteralEvent): EventContext {
  const context = contextOfLiteral(event);
  const inEvent = (key: string, value: FieldValue): boolean =>
    parameterOf(context.event.type, key, value) !== undefined;
  // Of what its parameters hold the event tells numbers, names and texts itself.
  const values = event.values.entries().filter(([key, value]) => !inEvent(key, value));
  givenTo.set(context, withWhatFollows(new Map(values)));
  return context;
}

/** The fields of a catalogue, which at literal events have the values that are given. */
export function literalCatalog(catalog: FieldCatalog<Field>): FieldCatalog<Field> {
  const fields = catalog.fields.map(literalField);
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    fields,
    find(name) {
      const found = catalog.find(name);
      return found && { ...found, field: byName.get(found.field.name) as Field };
    },
  };
}

/** How a field is written in a rule. */
export function keyOf(name: string, argument: string | undefined): string {
  return argument === undefined ? name : `${name}[${argument}]`;
}

function literalField(field: Field): Field {
  const given = (context: EventContext, argument: string | undefined): { value: FieldValue } | undefined => {
    const values = givenTo.get(context);
    const key = keyOf(field.name, argument);
    return values?.has(key) ? { value: values.get(key) } : undefined;
  };
  const read: Field['read'] = (context, argument) => {
    const found = given(context, argument);
    return found ? found.value : field.read(context, argument);
  };
  const { format, json } = field;
  return {
    ...field,
    read,
    // Literal events know nothing that is still to come.
    ...(format && {
      format(context, argument) {
        const found = given(context, argument);
        if (!found) return format(context, argument);
        return found.value === undefined ? undefined : valueText(found.value, field.type);
      },
    }),
    ...(json && {
      json(context, argument) {
        const found = given(context, argument);
        return found ? found.value : json(context, argument);
      },
    }),
  };
}

/** Facts of the parent and of the ancestor of the same kind: `proc.pname` is `proc.aname[1]`. */
const ANCESTRAL: readonly (readonly [own: string, parent: string, ancestor: string])[] = [
  ['proc.name', 'proc.pname', 'proc.aname'],
  ['proc.exe', 'proc.pexe', 'proc.aexe'],
  ['proc.exepath', 'proc.pexepath', 'proc.aexepath'],
  ['proc.cmdline', 'proc.pcmdline', 'proc.acmdline'],
  ['proc.pid', 'proc.ppid', 'proc.apid'],
];

/** So many ancestors are looked for. */
const MAX_ANCESTORS = 20;

function withWhatFollows(given: GivenValues): GivenValues {
  const values = new Map(given);
  const follows = (key: string, value: FieldValue): void => {
    if (value !== undefined && !values.has(key)) values.set(key, value);
  };
  // An event is the host's unless it says otherwise, as all events have one of both.
  follows('container.id', 'host');
  const line = values.get('proc.cmdline');
  if (typeof line === 'string' && line.includes(' ')) follows('proc.args', line.slice(line.indexOf(' ') + 1));
  const args = values.get('proc.args');
  if (typeof args === 'string') {
    for (const [index, arg] of args.split(' ').entries()) follows(`proc.args[${index}]`, arg);
    const name = values.get('proc.name');
    if (typeof name === 'string') follows('proc.cmdline', `${name} ${args}`.trim());
  }
  for (const [own, parent, ancestor] of ANCESTRAL) {
    follows(parent, values.get(`${ancestor}[1]`));
    follows(`${ancestor}[0]`, values.get(own));
    follows(`${ancestor}[1]`, values.get(parent));
    const line = Array.from({ length: MAX_ANCESTORS }, (_, level) => values.get(`${ancestor}[${level + 1}]`));
    const known = line.filter((value) => value !== undefined) as (string | number)[];
    if (known.length > 0) follows(ancestor, known);
  }
  return values;
}

/** A value for people. */
export function shownValue(value: FieldValue, type: Field['type']): string {
  return toText(valueText(value, type));
}
