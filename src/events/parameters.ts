/** Finding a parameter of an event by its name. */
import type { ByteString } from './bytes.ts';
import type { EventCursor } from './cursor.ts';
import { EVENT_TYPES, type EventType } from './table.ts';

/** Where a name occurs twice, the first counts. */
const INDICES: readonly ReadonlyMap<string, number>[] = EVENT_TYPES.map(
  (type) => new Map(type.parameters.map(({ name }, index): [string, number] => [name, index]).reverse()),
);

const EXTENSIONS: readonly ReadonlyMap<string, number>[] = EVENT_TYPES.map(
  (type) => new Map(type.extensions.map(({ name }, index) => [name, type.parameters.length + index])),
);

/** Index of the parameter called `name`; -1 when events of this type have none. */
export function parameterIndex(type: EventType, name: string): number {
  return INDICES[type.code]?.get(name) ?? -1;
}

/** Index of the extension called `name`; -1 when events of this type have none. */
export function extensionIndex(type: EventType, name: string): number {
  return EXTENSIONS[type.code]?.get(name) ?? -1;
}

/**
 * Text of one of Lanner's own parameters, such as `base`, the directory from which a path was looked
 * up. `undefined` for events without it, which all events of foreign captures are.
 */
export function extension(event: EventCursor, name: string): ByteString | undefined {
  const index = extensionIndex(event.type, name);
  return index < 0 || event.sizeOf(index) === 0 ? undefined : event.text(index);
}
