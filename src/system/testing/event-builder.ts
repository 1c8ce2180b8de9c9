/** Events for tests, with parameters by name. */
import { EventCursor } from '../../events/cursor.ts';
import { encodeEvent, type ParameterValue } from '../../events/encode.ts';
import { EVENT_TYPES, eventCodes } from '../../events/table.ts';

export interface EventOptions {
  readonly tid: number;
  /** Milliseconds since the epoch. */
  readonly time?: number;
}

/** Time of events that do not say another: a moment in 2026. */
export const START = 1_790_000_000_000;

/** A cursor on an event of the present version of type `name`; parameters that are not given are empty. */
export function event(
  name: string,
  { tid, time = START }: EventOptions,
  parameters: Readonly<Record<string, ParameterValue>> = {},
): EventCursor {
  const code = eventCodes(name).findLast((candidate) => !EVENT_TYPES[candidate]?.flags.has('OLD_VERSION'));
  const type = code === undefined ? undefined : EVENT_TYPES[code];
  if (!type) throw new Error(`no event is called ${name}`);
  const names = [...type.parameters, ...type.extensions].map((parameter) => parameter.name);
  for (const parameter of Object.keys(parameters))
    if (!names.includes(parameter)) throw new Error(`${name} has no parameter ${parameter}`);
  const values = names.map((parameter) => parameters[parameter]);
  const timestamp = BigInt(Math.round(time * 1000)) * 1000n;
  const cursor = new EventCursor();
  cursor.attach(encodeEvent({ code: type.code, tid, timestamp, values }));
  cursor.moveTo(0);
  return cursor;
}

/** What a process says of itself in events of exec and clone. */
export function processParameters(
  pid: number,
  ptid: number,
  comm: string,
  args: readonly string[] = [],
): Record<string, ParameterValue> {
  return { exe: comm, args, tid: pid, pid, ptid, comm, uid: 0, gid: 0 };
}
