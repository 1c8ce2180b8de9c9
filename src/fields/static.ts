/** Fields that the configuration sets (`static_fields`): the same text in every event. */
import { toByteString } from '../events/bytes.ts';
import { defineClass, type FieldDefinition } from './define.ts';
import type { Field, FieldCatalog } from './field.ts';

/** The catalogue with a field `static.NAME` for each of `values`, which are text by name. */
export function withStaticFields(
  catalog: FieldCatalog<Field>,
  values: ReadonlyMap<string, string>,
): FieldCatalog<Field> {
  const { fields } = defineClass(
    {
      name: 'static',
      title: '',
      description: 'Text that the configuration sets, the same in every event.',
      sources: [],
    },
    [...values].map(([name, text]): FieldDefinition => {
      const value = toByteString(text);
      return {
        name: `static.${name}`,
        type: 'CHARBUF',
        description: 'Set by the configuration.',
        read: () => value,
      };
    }),
  );
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    ...catalog,
    fields: [...catalog.fields, ...fields],
    find(name) {
      const field = byName.get(name);
      return field ? { field, argument: undefined, type: field.type } : catalog.find(name);
    },
  };
}
