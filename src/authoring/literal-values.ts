/** Reads literal events from YAML: names of events and fields, and values in the types of the fields. */
import type { ConfigNode, MapNode, ScalarValue } from '../config/node.ts';
import { SERVICE_PORTS } from '../engine/service-ports.ts';
import { toByteString } from '../events/bytes.ts';
import { syscallNames } from '../events/syscalls.ts';
import { eventNames } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { Field, FieldValue, Scalar, ValueType } from '../fields/field.ts';
import { parseValue, ValueError } from '../rules/check/values.ts';
import { nearest } from '../rules/suggest.ts';
import { keyOf } from './literal-catalog.ts';
import { type LiteralEvent, typeOfLiteral, unknownFlags } from './literal-event.ts';
import { hint, type Report } from './reading.ts';

/** The event `name` with the values of `node`; `undefined` when something is wrong, which is reported. */
export function readLiteral(
  name: string,
  place: string,
  node: ConfigNode,
  report: Report,
): LiteralEvent | undefined {
  const type = typeOfLiteral(name);
  if (type === undefined) {
    const names = [...eventNames(), ...syscallNames(), 'k8s_audit'];
    report(place, `there is no event ${name}${hint(nearest(name, names))}`);
    return undefined;
  }
  const entries = node.kind === 'scalar' && node.value === null ? [] : entriesOf(node, report);
  if (entries === undefined) return undefined;
  const values = new Map<string, FieldValue>();
  let isRight = true;
  for (const [written, value] of entries) {
    const found = readValue(written, value, report);
    if (found === undefined) {
      isRight = false;
      continue;
    }
    const [, parameter] = /^evt\.(?:raw)?arg\[(\D.*)\]$/.exec(found.key) ?? [];
    if (parameter !== undefined && !type.parameters.some((each) => each.name === parameter)) {
      const names = type.parameters.map((each) => each.name);
      report(
        value.keyPlace ?? value.place,
        `${name} has no parameter ${parameter}; it has ${names.join(', ') || 'none'}`,
      );
      isRight = false;
    }
    const unknown = unknownFlags(type, found.key, found.value);
    if (unknown.length > 0) {
      report(value.place, `${written} has no value ${unknown.join(', ')}`);
      isRight = false;
    }
    values.set(found.key, found.value);
  }
  return isRight ? { name, values } : undefined;
}

function entriesOf(node: ConfigNode, report: Report): MapNode['entries'] | undefined {
  if (node.kind === 'map') return node.entries;
  report(node.place, 'expected values by field, such as {proc.name: bash}');
  return undefined;
}

/** A field as written with its argument, and the value of it that is given. */
export function readValue(
  written: string,
  node: ConfigNode,
  report: Report,
): { readonly key: string; readonly value: FieldValue } | undefined {
  const at = node.keyPlace ?? node.place;
  const found = findField(written, at, report);
  if (found === undefined) return undefined;
  const { field, argument } = found;
  if (field.byEventType === true) {
    report(at, `${written} follows from the name of the event; leave it out`);
    return undefined;
  }
  try {
    return { key: keyOf(field.name, argument), value: typedValue(node, field, found.type) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    report(node.place, `${written}: ${error.message}`);
    return undefined;
  }
}

/** The field that is written so, with its argument; one that is not known is reported at `place`. */
export function findField(
  written: string,
  place: string,
  report: Report,
): { readonly field: Field; readonly argument: string | undefined; readonly type: ValueType } | undefined {
  const [, name = '', brackets] = /^([^[]*)(?:\[(.*)\])?$/.exec(written) ?? [];
  const found = FIELD_CATALOG.find(name);
  if (found === undefined) {
    const names = FIELD_CATALOG.fields.map((field) => field.name);
    report(place, `unknown field ${written}${hint(nearest(name, names))}`);
    return undefined;
  }
  const { field, argument, type = field.type } = found;
  return { field, argument: brackets ?? argument, type };
}

function typedValue(node: ConfigNode, field: Field, type: ValueType): FieldValue {
  if (node.kind === 'scalar') {
    if (node.value === null) return undefined;
    const value = scalarOf(node.value, type);
    return field.isList ? [value] : value;
  }
  const takesList = field.isList || field.multiplicity !== undefined;
  if (node.kind === 'map' || !takesList) throw new ValueError('expected one value');
  return node.items.map((item) => {
    if (item.kind !== 'scalar' || item.value === null) throw new ValueError('expected a list of values');
    return scalarOf(item.value, type);
  });
}

function scalarOf(value: Exclude<ScalarValue, null>, type: ValueType): Scalar {
  // What a parameter's type is only its event knows.
  if (type === 'DYN') return typeof value === 'string' ? toByteString(value) : value;
  if (type === 'DOUBLE' && typeof value === 'number') return value;
  const address = type === 'IPNET' ? 'IPADDR' : type;
  return parseValue(toByteString(String(value)), address, SERVICE_PORTS).value as Scalar;
}
