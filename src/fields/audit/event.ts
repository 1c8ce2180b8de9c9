/** How the fields of audit events find their values in the event's document. */
import { isAuditEvent } from '../../events/plugin-event.ts';
import type { EventContext } from '../../system/context.ts';
import { type FieldDefinition, INDEX } from '../define.ts';
import type { FieldValue } from '../field.ts';
import { documentOf } from '../json.ts';
import { at, isList, type Json, jsonText, jsonTexts } from '../json-value.ts';

/** The audit event; `undefined` for other documents, such as those of other sources. */
export function auditEvent(context: EventContext): Json | undefined {
  const document = isAuditEvent(context.event) ? documentOf(context) : undefined;
  return at(document, 'auditID') === undefined ? undefined : document;
}

/** Reads a field from the audit event; `argument` as it stands in the brackets. */
type Read = (event: Json, argument: string | undefined) => FieldValue;

/** A field of text. */
export function textField(
  name: string,
  description: string,
  read: Read,
  more: Partial<FieldDefinition> = {},
): FieldDefinition {
  return {
    name,
    type: 'CHARBUF',
    cost: 4,
    description,
    read(context, argument) {
      const event = auditEvent(context);
      return event === undefined ? undefined : read(event, argument);
    },
    ...more,
  };
}

/** A field whose value stands at the end of a path of keys. */
export function textAt(name: string, description: string, ...path: readonly string[]): FieldDefinition {
  return textField(name, description, (event) => {
    const value = at(event, ...path);
    return value === undefined ? undefined : jsonText(value);
  });
}

/** A field with the values of a list. */
export function listField(name: string, description: string, read: Read): FieldDefinition {
  return textField(name, description, read, { isList: true });
}

/** A field with all that the list at the end of a path holds. */
export function listAt(name: string, description: string, ...path: readonly string[]): FieldDefinition {
  return listField(name, description, (event) => {
    const value = at(event, ...path);
    return isList(value) ? jsonTexts(value) : undefined;
  });
}

/** A field with one value, or a few, for each entry of a list; `[n]` asks for those of one entry. */
export function indexedField(
  name: string,
  description: string,
  entries: (event: Json) => Json | undefined,
  read: (entries: readonly Json[], event: Json) => FieldValue,
): FieldDefinition {
  return textField(
    name,
    description,
    (event, index) => {
      const all = entries(event);
      if (!isList(all)) return undefined;
      const asked = index === undefined ? all : all.slice(Number(index), Number(index) + 1);
      return asked.length === 0 ? undefined : read(asked, event);
    },
    { isList: true, argument: INDEX },
  );
}
