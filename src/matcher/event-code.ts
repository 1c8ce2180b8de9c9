/** Checks that are constants for all events of one code. */
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { carriesOwnName } from '../fields/evt-read.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { EventContext } from '../system/context.ts';
import { readableField } from './catalog.ts';
import { holds } from './interpreter.ts';
import type { Check, Decide } from './necessary.ts';

/**
 * `decide` for events of one code: answers itself what the code decides (`evt.type`, `evt.dir`, `evt.is_io` and
 * the like, and parameters that such events do not have) and what no event satisfies (`evt.num=0`), and asks `decide` about everything else.
 */
export function withEventCode<P>(code: number, catalog: FieldCatalog<Field>, decide: Decide<P>): Decide<P> {
  let context: EventContext | undefined;
  return (check, wanted) => {
    if (neverHolds(check)) return !wanted;
    if (asksAbsentParameter(check, code)) return !wanted;
    if (carriesOwnName(code) || !isOfEventType(check, catalog)) return decide(check, wanted);
    context ??= contextOf(code);
    return holds(check, context, catalog) === wanted;
  };
}

function isOfEventType({ left, ...check }: Check, catalog: FieldCatalog<Field>): boolean {
  if (left.kind !== 'field' || !readableField(catalog, left.field).byEventType) return false;
  return !('right' in check) || check.right.kind === 'values';
}

/** Events are counted from 1: asking for number 0 is how rules that never hold are written. */
function neverHolds(check: Check): boolean {
  if (check.kind === 'exists' || check.right.kind !== 'values') return false;
  if (check.left.kind !== 'field' || check.left.field.name !== 'evt.num') return false;
  if (check.operator !== '=' && check.operator !== 'in') return false;
  return check.right.values.every((value) => value === 0);
}

/** A parameter by name, which events of this code do not have, is missing. */
function asksAbsentParameter({ left }: Check, code: number): boolean {
  if (left.kind !== 'field' || left.argument === undefined) return false;
  if (left.field.name !== 'evt.arg' && left.field.name !== 'evt.rawarg') return false;
  const type = EVENT_TYPES[code];
  return type !== undefined && !/^[0-9]/.test(left.argument) && parameterIndex(type, left.argument) < 0;
}

/** An event of which nothing but its type is known. */
function contextOf(code: number): EventContext {
  const event = new EventCursor();
  event.attach(encodeEvent({ code, values: [] }));
  event.moveTo(0);
  return { event } as EventContext;
}
