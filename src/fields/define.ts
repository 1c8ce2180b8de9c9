/** How a class of fields is written down: the defaults that almost every field shares. */
import type { EventContext } from '../system/context.ts';
import type { ArgumentRule, Field, FieldValue, ValueType } from './field.ts';

/** Fields that `--list` prints under one heading. */
export interface FieldClass {
  /** `evt`, `process`, `fd`, … */
  readonly name: string;
  /** Half a line that tells classes of the same name apart; may be empty. */
  readonly title: string;
  readonly description: string;
  /** Event sources that have these fields; empty for all. */
  readonly sources: readonly string[];
  readonly fields: readonly Field[];
}

/** One field as its class file writes it; what is left out has the usual value. */
export interface FieldDefinition extends Partial<Omit<Field, 'fieldClass' | 'sources'>> {
  readonly name: string;
  readonly type: ValueType;
  readonly description: string;
}

export const INDEX: ArgumentRule = { presence: 'optional', kind: 'index' };
export const KEY: ArgumentRule = { presence: 'optional', kind: 'key' };
export const INDEX_OR_KEY: ArgumentRule = { presence: 'optional', kind: 'index or key' };
export const REQUIRED_INDEX: ArgumentRule = { presence: 'required', kind: 'index' };
export const REQUIRED_KEY: ArgumentRule = { presence: 'required', kind: 'key' };
export const REQUIRED_INDEX_OR_KEY: ArgumentRule = { presence: 'required', kind: 'index or key' };

const NO_ARGUMENT: ArgumentRule = { presence: 'none' };

/** For fields that rules may name although nothing here can tell their value yet. */
function readsNothing(_context: EventContext, _argument: string | undefined): FieldValue {
  return undefined;
}

/** Completes the definitions of one class. */
export function defineClass(
  heading: Omit<FieldClass, 'fields'>,
  definitions: readonly FieldDefinition[],
): FieldClass {
  const fields = definitions.map(
    (definition): Field => ({
      isList: false,
      argument: NO_ARGUMENT,
      cost: 1,
      read: readsNothing,
      ...definition,
      fieldClass: heading.name,
      sources: heading.sources,
    }),
  );
  return { ...heading, fields };
}
