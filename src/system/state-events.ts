/** Names of the events that the live model of the machine learns from. */
import type { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { CHANGES } from './process-events.ts';

/** They tell where paths lead that later calls are given (recent-links.ts). */
const LINKING = ['symlink', 'symlinkat'];

export const STATE_EVENTS: ReadonlySet<string> = new Set([
  ...EVENT_TYPES.filter(({ code }) => CHANGES[code] !== undefined).map(({ name }) => name),
  ...LINKING,
]);

const TELLS_STATE = Uint8Array.from(EVENT_TYPES, ({ name }) => (STATE_EVENTS.has(name) ? 1 : 0));

/** Whether the live model may learn from the event. */
export function tellsState({ code }: EventCursor): boolean {
  return TELLS_STATE[code] === 1;
}
