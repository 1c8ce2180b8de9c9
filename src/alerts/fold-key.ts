/** What alerts of one rule must have in common to be told as one: the values of some fields. */

import type { Field, FieldCatalog } from '../fields/field.ts';
import { readableField } from '../matcher/catalog.ts';
import type { EventContext } from '../system/context.ts';

const WITH_ARGUMENT = /^([^[]+)\[(.*)\]$/;

/** Reads the values as one text. `names` are as in rules (`proc.aname[2]`); throws where there is no such field. */
export function compileFoldKey(
  names: readonly string[],
  catalog: FieldCatalog<Field>,
): (context: EventContext) => string {
  const readers = names.map((name) => {
    const [, base = name, given] = WITH_ARGUMENT.exec(name) ?? [];
    const reference = catalog.find(base);
    if (reference === undefined) throw new Error(`fold.key: there is no field ${name}`);
    const field = readableField(catalog, reference.field);
    const argument = given ?? reference.argument;
    return (context: EventContext) => field.read(context, argument);
  });
  return (context) => readers.map((read) => String(read(context))).join('\0');
}
