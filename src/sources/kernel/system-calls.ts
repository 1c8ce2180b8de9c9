/**
 * The system calls that the probe collects: their rows, in calls/, become the descriptions of its table.
 * A row has an event, the calls that become it, and how each parameter of the event is got. Names of parameters are those
 * of the event table, which also gives their order, code and size: a row that forgets one, or names one
 * that the event lacks, does not become a description.
 */

import { syscallNames } from '../../events/syscalls.ts';
import {
  EVENT_TYPES,
  type EventType,
  eventCodes,
  PARAMETER_SIZES,
  type Parameter,
} from '../../events/table.ts';
import { type CallRow, constant, type TracepointRow } from './calls/collect.ts';
import { COMMUNICATION_CALLS } from './calls/communication.ts';
import { FILE_CALLS } from './calls/files.ts';
import { MEMORY_CALLS } from './calls/memory.ts';
import { callNames, entriesOf, INTERFACES, type Interface } from './calls/numbers.ts';
import { PROCESS_CALLS } from './calls/processes.ts';
import { QUOTA_CALLS } from './calls/quota.ts';
import { SOCKET_CALLS } from './calls/sockets.ts';
import { TRACEPOINTS } from './calls/tracepoints.ts';
import { TRANSFER_CALLS } from './calls/transfers.ts';
import { URING_MARK, URING_OPERATIONS } from './calls/uring.ts';
import {
  CALLS_COMPAT,
  CALLS_URING,
  type CallDescription,
  MAX_PARAMETERS,
  type SocketRole,
} from './layout.ts';
import type { Architecture } from './translations.ts';

const SYSTEM_CALLS: readonly CallRow[] = [
  ...PROCESS_CALLS,
  ...FILE_CALLS,
  ...TRANSFER_CALLS,
  ...SOCKET_CALLS,
  ...MEMORY_CALLS,
  ...COMMUNICATION_CALLS,
  ...QUOTA_CALLS,
];

/** What events tell of their socket. */
const ROLES: Readonly<Record<string, SocketRole>> = {
  accept: 'accepted',
  accept4: 'accepted',
  socket: 'own',
  connect: 'own',
};

/** The event of calls that have none of their own. */
const GENERIC_EVENT = 'syscall';

/** Calls that are never told by themselves: what is behind socketcall(2) is. */
const NEVER_TOLD = new Set(['socketcall']);

/** A description and the name by which it is asked for. */
export interface NamedCall extends CallDescription {
  /** Name of the event; of a call without an event of its own, the call's name. */
  readonly name: string;
}

/** Descriptions of all system calls and tracepoints that the architecture has, for the probe's table. */
export function callDescriptions(architecture: Architecture): NamedCall[] {
  return [
    ...INTERFACES[architecture].flatMap((of) => [
      ...ownCalls(of, architecture),
      ...genericCalls(of, architecture),
    ]),
    ...uringRequests(architecture),
    ...TRACEPOINTS.map((row) => ({ ...describe(row, row.entry, architecture), name: row.event })),
  ];
}

function ownCalls(of: Interface, architecture: Architecture): NamedCall[] {
  return SYSTEM_CALLS.flatMap((row) =>
    callsOf(row, of).flatMap((name) =>
      entriesOf(name, of).map((entry) => ({ ...describe(row, entry, architecture), name: row.event })),
    ),
  );
}

/** Names of the calls of an interface that a row is about. */
function callsOf(row: CallRow, of: Interface): readonly string[] {
  return row.interfaces && !row.interfaces.includes(of) ? [] : (row.calls ?? [row.event]);
}

function uringRequests(architecture: Architecture): NamedCall[] {
  return [...URING_OPERATIONS].map(([operation, event]) => {
    const row = SYSTEM_CALLS.find((candidate) => candidate.event === event && !candidate.interfaces);
    if (!row) throw new Error(`no row is about ${event}`);
    const { structure, parameters, ...rest } = row;
    const marked = {
      ...rest,
      ...(structure?.native ? { structure } : {}),
      parameters: { ...parameters, [URING_MARK]: constant(1) },
    };
    return { ...describe(marked, CALLS_URING + operation, architecture), name: event };
  });
}

/** Calls that have no event of their own, as far as Falco has a code for them. */
function genericCalls(of: Interface, architecture: Architecture): NamedCall[] {
  const own = new Set(SYSTEM_CALLS.flatMap((row) => callsOf(row, of)));
  return [...callNames(of)].flatMap((name) => {
    const code = syscallNames().indexOf(name);
    if (code < 0 || own.has(name) || NEVER_TOLD.has(name)) return [];
    return entriesOf(name, of).map((entry) => {
      // The kernel's number is that of 64-bit programs, where they have the call too.
      const native = entriesOf(name, architecture)[0] ?? entry - CALLS_COMPAT;
      const row = { event: GENERIC_EVENT, parameters: { ID: constant(code), nativeID: constant(native) } };
      return { ...describe(row, entry, architecture), name };
    });
  });
}

/** Whether a description is asked for by the names of events and calls. */
export function isAskedFor({ name, code }: NamedCall, names: ReadonlySet<string>): boolean {
  return names.has(name) || (code === currentEvent(GENERIC_EVENT).code && names.has(GENERIC_EVENT));
}

/** A program that only one event needs, and the kernel's name of its tracepoint. */
export interface OwnProgram {
  readonly name: string;
  readonly event: string;
  readonly tracepoint: string;
}

/** Programs that are left out of the probe unless their event is asked for. */
export const OWN_PROGRAMS: readonly OwnProgram[] = TRACEPOINTS.flatMap(({ event, programs = {} }) =>
  Object.entries(programs).map(([name, tracepoint]) => ({ name, event, tracepoint })),
);

/** Names of the events that the probe can deliver. */
export function collectedEvents(): ReadonlySet<string> {
  return new Set([GENERIC_EVENT, ...[...SYSTEM_CALLS, ...TRACEPOINTS].map((row) => row.event)]);
}

/** Names by which events can be asked for: of events, and of calls without an event of their own. */
export function traceableEvents(architecture: Architecture): ReadonlySet<string> {
  return new Set(callDescriptions(architecture).map(({ name }) => name));
}

/** Names of the system calls that become an event, in all interfaces of the architecture. */
export function callsOfEvent(event: string, architecture: Architecture): ReadonlySet<string> {
  const rows = SYSTEM_CALLS.filter((row) => row.event === event);
  return new Set(
    INTERFACES[architecture].flatMap((of) =>
      rows.flatMap((row) => callsOf(row, of).filter((name) => entriesOf(name, of).length > 0)),
    ),
  );
}

/** Names of the system calls that rows are about. */
export function rowCalls(): readonly string[] {
  return SYSTEM_CALLS.flatMap((row) => row.calls ?? [row.event]);
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

function describe(
  row: Omit<TracepointRow, 'entry'>,
  entry: number,
  architecture: Architecture,
): CallDescription {
  const type = currentEvent(row.event);
  const parameters: readonly Parameter[] = [...type.parameters, ...type.extensions].filter(
    ({ name }) => name !== URING_MARK || name in row.parameters,
  );
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
    ...(row.subjectArgument === undefined ? {} : { subjectArgument: row.subjectArgument }),
    ...(row.structure ? { structure: row.structure } : {}),
    ...(ROLES[row.event] ? { socketRole: ROLES[row.event] } : {}),
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
