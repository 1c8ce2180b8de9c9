/**
 * What a filter field is. Each field is defined once, in the file of its class: name, type, argument,
 * documentation and how to read it from an event. The rule language sees only {@link FieldInfo}.
 */
import type { EventContext } from '../system/context.ts';
import type { FieldInfo, FieldValue } from './field-info.ts';

export type * from './field-info.ts';

/** A field that can be read: the definition that lives in a class file. */
export interface Field extends FieldInfo {
  /**
   * How a comparison tests several candidate values: `any` means that the comparison holds when it
   * holds for any of them (ancestors without an index, either end of a connection); the value is then
   * a list although `isList` is false. With `!=` an `ends` field must differ at both ends.
   */
  readonly multiplicity?: 'any' | 'ends';
  /**
   * The value may become known after the event, when a container engine answers. It depends on nothing of
   * the event but the container of its thread; alerts wait for it.
   */
  readonly late?: boolean;
  /** The type of the event decides the value alone, unless events of the type carry their own name. */
  readonly byEventType?: boolean;
  /** Relative cost, for the order in which a condition's operands are tried: 1 cheap, 10 dear. */
  readonly cost: number;
  /** Value of the field at the current event; `argument` as it stands in the brackets, unquoted. */
  read(context: EventContext, argument: string | undefined): FieldValue;
  /** Text of the value in an alert, where it differs from the plain text of the value. */
  format?(context: EventContext, argument: string | undefined): string | undefined;
  /**
   * Value in the JSON of an alert, where it differs from the one that conditions compare: times of day are
   * nanoseconds there.
   */
  json?(context: EventContext, argument: string | undefined): FieldValue;
}
