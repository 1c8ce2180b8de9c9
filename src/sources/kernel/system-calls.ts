/**
 * The system calls that the probe collects: their rows, in calls/, become the descriptions of its table.
 * A row has numbers, an event, and how each parameter of the event is got. Names of parameters are those
 * of the event table, which also gives their order, code and size: a row that forgets one, or names one
 * that the event lacks, does not become a description.
 */
import {
  EVENT_TYPES,
  type EventType,
  eventCodes,
  PARAMETER_SIZES,
  type Parameter,
} from '../../events/table.ts';
import type { CallRow } from './calls/collect.ts';
import { FILE_CALLS } from './calls/files.ts';
import { PROCESS_CALLS, TRACEPOINTS } from './calls/processes.ts';
import { SOCKET_CALLS } from './calls/sockets.ts';
import { type CallDescription, MAX_PARAMETERS } from './layout.ts';
import type { Architecture } from './translations.ts';

const SYSTEM_CALLS: readonly CallRow[] = [...PROCESS_CALLS, ...FILE_CALLS, ...SOCKET_CALLS];

/** Descriptions of all system calls and tracepoints that the architecture has, for the probe's table. */
export function callDescriptions(architecture: Architecture): CallDescription[] {
  const calls = SYSTEM_CALLS.flatMap((row) => {
    const entry = row.number[architecture];
    return entry === undefined ? [] : [describe(row, entry, architecture)];
  });
  return [...calls, ...TRACEPOINTS.map((row) => describe(row, row.entry, architecture))];
}

/** Names of the events that the probe can deliver. */
export function collectedEvents(): ReadonlySet<string> {
  return new Set([...SYSTEM_CALLS, ...TRACEPOINTS].map((row) => row.event));
}

/** The event type that the probe delivers under a name: the exit of the call in its current version. */
export function currentEvent(name: string): EventType {
  const types = eventCodes(name).map((code) => EVENT_TYPES[code] as EventType);
  const current = types.filter(
    ({ code, kind, flags }) => !flags.has('OLD_VERSION') && (kind === 'TRACEPOINT' || code % 2 === 1),
  );
  if (current.length !== 1)
    throw new Error(`the event table has ${current.length} current events called ${name}`);
  return current[0] as EventType;
}

function describe(row: Omit<CallRow, 'number'>, entry: number, architecture: Architecture): CallDescription {
  const type = currentEvent(row.event);
  const parameters: readonly Parameter[] = [...type.parameters, ...type.extensions];
  const names = parameters.map(({ name }) => name);
  const extra = Object.keys(row.parameters).filter((name) => !names.includes(name));
  if (extra.length > 0) throw new Error(`${row.event} has no parameter ${extra.join(', ')}`);
  if (parameters.length > MAX_PARAMETERS)
    throw new Error(`${row.event} has more than ${MAX_PARAMETERS} parameters`);
  return {
    entry,
    code: type.code,
    failureOnly: row.failureOnly ?? false,
    subject: row.subject ?? 'none',
    ...(row.structure ? { structure: row.structure } : {}),
    parameters: parameters.map(({ name, type: parameterType }, index) => {
      const collect = row.parameters[name];
      if (!collect) throw new Error(`${row.event} does not say how to get its parameter ${name}`);
      return collect({
        architecture,
        size: PARAMETER_SIZES[parameterType] ?? 0,
        indexOf: (other) => {
          const at = names.indexOf(other);
          if (at < 0 || at >= index) throw new Error(`${row.event}: ${other} must come before ${name}`);
          return at;
        },
      });
    }),
  };
}
