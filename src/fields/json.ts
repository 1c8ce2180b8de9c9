/** `json.*` and `jevt.*`: any part of an event that is a JSON document. Missing until a source has such events. */
import { defineClass, type FieldDefinition, REQUIRED_KEY } from './define.ts';

function jsonFields(prefix: string): FieldDefinition[] {
  return [
    {
      name: `${prefix}.value`,
      type: 'CHARBUF',
      argument: REQUIRED_KEY,
      cost: 4,
      description: `Value at a JSON pointer, as in \`${prefix}.value[/requestObject/kind]\`; objects and arrays as JSON text.`,
    },
    {
      name: `${prefix}.obj`,
      type: 'CHARBUF',
      cost: 8,
      description: 'The whole event as indented JSON.',
    },
    {
      name: `${prefix}.rawtime`,
      type: 'CHARBUF',
      description: 'Time of the event in nanoseconds since the epoch.',
    },
  ];
}

export const JSON_FIELDS = defineClass(
  {
    name: 'json',
    title: '',
    description: 'Parts of an event that is a JSON document. `jevt` is another name for `json`.',
    sources: ['k8s_audit'],
  },
  [...jsonFields('json'), ...jsonFields('jevt')],
);
