/** `json.*` and `jevt.*`: any part of an event that is a JSON document. */
import { toByteString, toText } from '../events/bytes.ts';
import { PLUGIN_DATA, PLUGIN_EVENT } from '../events/plugin-event.ts';
import type { EventContext } from '../system/context.ts';
import { defineClass, type FieldDefinition, REQUIRED_KEY } from './define.ts';
import type { FieldValue } from './field.ts';
import { atPointer, type Json, jsonText } from './json-value.ts';

/** The document that the event is; `undefined` when it is none. */
export function documentOf({ event }: EventContext): Json | undefined {
  return event.code === PLUGIN_EVENT ? (event.json(PLUGIN_DATA) as Json | undefined) : undefined;
}

function readValue(context: EventContext, pointer = ''): FieldValue {
  const document = documentOf(context);
  const value = document && atPointer(document, toText(pointer));
  return value === undefined ? undefined : jsonText(value);
}

function readIndented(context: EventContext): FieldValue {
  const document = documentOf(context);
  return document === undefined ? undefined : toByteString(JSON.stringify(document, undefined, 2));
}

function readTime({ event }: EventContext): FieldValue {
  return event.code === PLUGIN_EVENT ? String(event.timestamp) : undefined;
}

function jsonFields(prefix: string): FieldDefinition[] {
  return [
    {
      name: `${prefix}.value`,
      type: 'CHARBUF',
      argument: REQUIRED_KEY,
      cost: 4,
      description: `Value at a JSON pointer, as in \`${prefix}.value[/requestObject/kind]\`; objects and arrays as JSON text.`,
      read: readValue,
    },
    {
      name: `${prefix}.obj`,
      type: 'CHARBUF',
      cost: 8,
      description: 'The whole event as indented JSON.',
      read: readIndented,
    },
    {
      name: `${prefix}.rawtime`,
      type: 'CHARBUF',
      description: 'Time of the event in nanoseconds since the epoch.',
      read: readTime,
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
