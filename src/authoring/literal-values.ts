/** Reads literal events from YAML: names of events and fields, and values in the types of the fields. */
import type { ConfigNode, MapNode, ScalarNode } from '../config/node.ts';
import { SERVICE_PORTS } from '../engine/service-ports.ts';
import { toByteString } from '../events/bytes.ts';
import { syscallNames } from '../events/syscalls.ts';
import { type EventType, eventNames } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { Field, FieldValue, Scalar, ValueType } from '../fields/field.ts';
import { parseValue, ValueError } from '../rules/check/values.ts';
import { nearest } from '../rules/suggest.ts';
import { keyOf } from './literal-catalog.ts';
import {
  errorNames,
  isTextParameter,
  type LiteralEvent,
  parameterNamed,
  typeOfLiteral,
  unknownNames,
} from './literal-event.ts';
import { hint, type Report, writtenText } from './reading.ts';

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
    const found = readValue(written, parameterNode(type, written, value, report), report);
    if (found === undefined) {
      isRight = false;
      continue;
    }
    const [, parameter] = /^evt\.(?:raw)?arg\[(.*)\]$/.exec(found.key) ?? [];
    if (parameter !== undefined && parameterNamed(type, parameter) === undefined) {
      const names = type.parameters.map((each) => each.name);
      report(
        value.keyPlace ?? value.place,
        `${name} has no parameter ${parameter}; it has ${names.join(', ') || 'none'}`,
      );
      isRight = false;
    }
    const unknown = unknownNames(type, found.key, found.value);
    if (unknown.length > 0) {
      const meant = unknown.length === 1 ? nearest(unknown[0] ?? '', errorNames()) : undefined;
      report(value.place, `${written} has no value ${unknown.join(', ')}${hint(meant)}`);
      isRight = false;
    }
    if (isMappedAddress(written, value)) {
      report(
        value.place,
        `${written}: addresses of IPv4 within IPv6 come as those of IPv4; leave out ::ffff:`,
      );
      isRight = false;
    }
    values.set(found.key, found.value);
  }
  return isRight ? { name, values } : undefined;
}

/** The value of a parameter: where that is text, a number is taken as it is written, and only there. */
function parameterNode(type: EventType, written: string, node: ConfigNode, report: Report): ConfigNode {
  const [, name] = /^evt\.(?:raw)?arg(?:\.|\[)([^\]]*)\]?$/.exec(written) ?? [];
  const parameter = name === undefined ? undefined : parameterNamed(type, name);
  if (parameter === undefined || node.kind !== 'scalar' || typeof node.value !== 'number') return node;
  if (isTextParameter(parameter)) return { ...node, value: writtenText(node) };
  const trap = octalTrap(node);
  if (trap !== undefined) report(node.place, `${written}: ${trap}`);
  const { written: _, ...number } = node;
  return number;
}

function isMappedAddress(written: string, node: ConfigNode): boolean {
  return written.startsWith('fd.') && node.kind === 'scalar' && /::ffff:\d/i.test(String(node.value));
}

/** YAML takes `0755` for a decimal number, people and chmod for an octal one. */
function octalTrap({ value, written = '' }: ScalarNode): string | undefined {
  if (typeof value !== 'number' || !/^[-+]?0\d/.test(written)) return undefined;
  return `"${written}" means ${value} in YAML; write 0o${value} for an octal number`;
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
    const value = scalarOf(node, type);
    return field.isList ? [value] : value;
  }
  const takesList = field.isList || field.multiplicity !== undefined;
  if (node.kind === 'map' || !takesList) throw new ValueError('expected one value');
  return node.items.map((item) => {
    if (item.kind !== 'scalar' || item.value === null) throw new ValueError('expected a list of values');
    return scalarOf(item, type);
  });
}

function scalarOf(node: ScalarNode, type: ValueType): Scalar {
  const { value } = node;
  const trap = TEXTS.has(type) ? undefined : octalTrap(node);
  if (trap !== undefined) throw new ValueError(trap);
  // What a parameter's type is only its event knows.
  if (type === 'DYN' && typeof value !== 'string') return value as number | boolean;
  if (type === 'DOUBLE' && typeof value === 'number') return value;
  const text = toByteString(TEXTS.has(type) ? writtenText(node) : String(value));
  if (type === 'DYN') return text;
  const address = type === 'IPNET' ? 'IPADDR' : type;
  return parseValue(text, address, SERVICE_PORTS).value as Scalar;
}

/** Digits are text here: those of a container's id, with an e among them, are no number. */
const TEXTS: ReadonlySet<ValueType> = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH', 'BYTEBUF']);
