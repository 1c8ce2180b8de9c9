/** Names of the events that the live model of the machine learns from. */
import { EVENT_TYPES } from '../events/table.ts';
import { CHANGES } from './process-events.ts';

export const STATE_EVENTS: ReadonlySet<string> = new Set(
  EVENT_TYPES.filter(({ code }) => CHANGES[code] !== undefined).map(({ name }) => name),
);
