/** Checks that the type of the event decides alone: for one event code they are constants. */
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { carriesOwnName } from '../fields/evt-read.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { EventContext } from '../system/context.ts';
import { readableField } from './catalog.ts';
import { holds } from './interpreter.ts';
import type { Check, Decide } from './necessary.ts';

/**
 * `decide` for events of one code: answers itself what the code decides (`evt.type`, `evt.dir`, `evt.is_io` and
 * the like), and asks `decide` about everything else.
 */
export function withEventCode<P>(code: number, catalog: FieldCatalog<Field>, decide: Decide<P>): Decide<P> {
  if (carriesOwnName(code)) return decide;
  let context: EventContext | undefined;
  return (check, wanted) => {
    if (!isOfEventType(check, catalog)) return decide(check, wanted);
    context ??= contextOf(code);
    return holds(check, context, catalog) === wanted;
  };
}

function isOfEventType({ left, ...check }: Check, catalog: FieldCatalog<Field>): boolean {
  if (left.kind !== 'field' || !readableField(catalog, left.field).byEventType) return false;
  return !('right' in check) || check.right.kind === 'values';
}

/** An event of which nothing but its type is known. */
function contextOf(code: number): EventContext {
  const event = new EventCursor();
  event.attach(encodeEvent({ code, values: [] }));
  event.moveTo(0);
  return { event } as EventContext;
}
