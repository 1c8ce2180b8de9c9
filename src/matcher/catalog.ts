/** From the names in a checked rule to the fields that can be read. */
import type { Field, FieldCatalog, FieldInfo } from '../fields/field.ts';

/**
 * The readable field behind a checked rule's field. Throws when the catalogue does not have it: the rules
 * were then checked against another catalogue, which is a fault in the program, not in the rules.
 */
export function readableField(catalog: FieldCatalog<Field>, info: FieldInfo): Field {
  const field = catalog.find(info.name)?.field;
  if (!field) throw new Error(`field ${info.name} is not in the matcher's catalogue`);
  return field;
}
