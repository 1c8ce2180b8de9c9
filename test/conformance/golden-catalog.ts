/** The catalogue with the values that real Falco printed: fields read a golden alert instead of an event. */

import type { AlertValue, RuleAlert } from '../../src/alerts/alert.ts';
import { type ByteString, toByteString } from '../../src/events/bytes.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import type { Field, FieldCatalog, FieldValue, Scalar, ValueType } from '../../src/fields/field.ts';
import type { EventContext } from '../../src/system/context.ts';
import { parseIp } from '../../src/system/ip.ts';

const valuesOf = new WeakMap<EventContext, ReadonlyMap<string, AlertValue>>();

/** A context for {@link GOLDEN_CATALOG} that stands for the event of an alert. */
export function goldenContext({ fields, time, hostname }: RuleAlert, code = 0): EventContext {
  const context = { event: { wallTime: time, code }, system: { hostname } } as EventContext;
  valuesOf.set(context, new Map(fields.map(({ key, value }) => [key, value])));
  return context;
}

/** Fields that match on either end, and whose ends are printed only one by one. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'fd.ip': ['fd.cip', 'fd.sip'],
  'fd.net': ['fd.cip', 'fd.sip'],
  'fd.port': ['fd.cport', 'fd.sport'],
  'fd.proto': ['fd.cproto', 'fd.sproto'],
};

/** Fields that are never printed, by the field with the same value that is. */
const PRINTED_AS: Readonly<Record<string, string>> = {
  'fd.cnet': 'fd.cip',
  'fd.snet': 'fd.sip',
  'fd.lnet': 'fd.lip',
  'fd.rnet': 'fd.rip',
};

export const GOLDEN_CATALOG: FieldCatalog<Field> = {
  fields: FIELD_CATALOG.fields,
  find(name) {
    const reference = FIELD_CATALOG.find(name);
    if (!reference) return undefined;
    // What events told Falco was printed, and the type alone does not tell it.
    const { format, json, byEventType, ...field } = reference.field;
    return { ...reference, field: { ...field, read: reader(field) } };
  },
};

function reader({ name, type }: Pick<Field, 'name' | 'type'>): Field['read'] {
  const ends = ENDS[name];
  if (ends) {
    return (context) => {
      const values = ends
        .map((end) => goldenValue(context, [end], type))
        .filter((value) => value !== undefined);
      return values.length === 0 ? undefined : (values as Scalar[]);
    };
  }
  return (context, argument) => goldenValue(context, goldenKeys(name, argument), type);
}

/** Keys under which the value of a field may have been printed. */
export function goldenKeys(name: string, argument: string | undefined): readonly string[] {
  const printed = PRINTED_AS[name] ?? name;
  return argument === undefined
    ? (ENDS[name] ?? [printed])
    : [`${printed}.${argument}`, `${printed}[${argument}]`];
}

function goldenValue(context: EventContext, keys: readonly string[], type: ValueType): FieldValue {
  const values = valuesOf.get(context);
  const key = keys.find((candidate) => values?.has(candidate));
  if (key === undefined) throw new Error(`the golden alert has no ${keys.join(' or ')}`);
  const value = values?.get(key) ?? undefined;
  if (typeof value !== 'object') return scalar(value as Scalar | undefined, type);
  return value.map((element) => scalar(element as Scalar, type) as Scalar);
}

function scalar(value: Scalar | undefined, type: ValueType): Scalar | undefined {
  if (typeof value !== 'string') return value;
  return type === 'IPADDR' || type === 'IPNET' ? address(value) : toByteString(value);
}

function address(text: string): ByteString {
  const bytes = parseIp(text);
  if (bytes === undefined) throw new Error(`${text} is no address`);
  return bytes;
}
