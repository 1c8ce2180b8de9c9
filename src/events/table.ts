/**
 * The event table: what every event code means and which parameters it carries. Decoder, `evt.arg`,
 * `--list-events`, the capture reader and the probe's own tables all come from it.
 */
import { EVENT_ROWS } from './table-rows.ts';

/** Type of a parameter: its size and how it reads. See {@link PARAMETER_SIZES}. */
export type ParameterType =
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'CHARBUF'
  | 'BYTEBUF'
  | 'ERRNO'
  | 'SOCKADDR'
  | 'SOCKTUPLE'
  | 'FD'
  | 'PID'
  | 'FDLIST'
  | 'FSPATH'
  | 'SYSCALLID'
  | 'SIGTYPE'
  | 'RELTIME'
  | 'ABSTIME'
  | 'PORT'
  | 'IPV4ADDR'
  | 'IPV6ADDR'
  | 'DYN'
  | 'FLAGS8'
  | 'FLAGS16'
  | 'FLAGS32'
  | 'ENUMFLAGS8'
  | 'ENUMFLAGS16'
  | 'ENUMFLAGS32'
  | 'UID'
  | 'GID'
  | 'SIGSET'
  | 'CHARBUFARRAY'
  | 'CHARBUF_PAIR_ARRAY'
  | 'MODE'
  | 'FSRELPATH'
  | 'FD32'
  | 'PID32'
  | 'DESCRIPTOR';

/** How a numeric parameter prints: decimal, hexadecimal or octal; `na` where it is not a number. */
export type ParameterFormat = 'na' | 'dec' | 'hex' | 'oct' | 'id';

export type EventKind = 'SYSCALL' | 'TRACEPOINT' | 'METAEVENT' | 'PLUGIN' | 'ITER' | 'UNKNOWN';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly format: ParameterFormat;
  /** Set of symbols (symbols.ts) that names the values of a flags or enumeration parameter. */
  readonly symbols?: string;
  /** Of a path relative to a directory: index of the parameter with the directory's descriptor. */
  readonly directory?: number;
  /** Of a dynamic parameter: its types, by the number in the value's first byte. */
  readonly variants?: readonly ParameterVariant[];
}

/** One type that a dynamic parameter's value may have. */
export interface ParameterVariant {
  readonly type: ParameterType;
  readonly format: ParameterFormat;
}

export interface EventType {
  readonly code: number;
  readonly name: string;
  readonly kind: EventKind;
  readonly category: string;
  readonly flags: ReadonlySet<EventFlag>;
  readonly parameters: readonly Parameter[];
  /** Lanner's own parameters: the probe appends them after `parameters`. */
  readonly extensions: readonly Parameter[];
}

export type EventFlag =
  | 'CREATES_FD'
  | 'DESTROYS_FD'
  | 'USES_FD'
  | 'MODIFIES_STATE'
  | 'OLD_VERSION'
  | 'CONVERTER_MANAGED'
  | 'UNUSED'
  | 'READS_FROM_FD'
  | 'WRITES_TO_FD'
  | 'WAITS'
  | 'SKIPPARSERESET'
  | 'LARGE_PAYLOAD';

/** Size in bytes of a parameter type with a fixed size; the others are as long as the event says. */
export const PARAMETER_SIZES: Readonly<Partial<Record<ParameterType, number>>> = {
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  ERRNO: 8,
  FD: 8,
  PID: 8,
  SYSCALLID: 2,
  SIGTYPE: 1,
  RELTIME: 8,
  ABSTIME: 8,
  PORT: 2,
  IPV4ADDR: 4,
  IPV6ADDR: 16,
  FLAGS8: 1,
  FLAGS16: 2,
  FLAGS32: 4,
  ENUMFLAGS8: 1,
  ENUMFLAGS16: 2,
  ENUMFLAGS32: 4,
  UID: 4,
  GID: 4,
  SIGSET: 4,
  MODE: 4,
  FD32: 4,
  PID32: 4,
};

const DYNAMIC_VARIANTS: Readonly<Record<string, readonly ParameterVariant[]>> = {
  sockoptDynamicParam: [
    { type: 'BYTEBUF', format: 'hex' },
    { type: 'ERRNO', format: 'dec' },
    { type: 'UINT32', format: 'dec' },
    { type: 'UINT64', format: 'dec' },
    { type: 'RELTIME', format: 'dec' },
  ],
  ptraceDynamicParam: [
    { type: 'UINT64', format: 'hex' },
    { type: 'SIGTYPE', format: 'dec' },
  ],
  bpfDynamicParam: [
    { type: 'FD', format: 'dec' },
    { type: 'ERRNO', format: 'dec' },
  ],
  keyctlDynamicParam: [
    { type: 'INT64', format: 'dec' },
    { type: 'CHARBUF', format: 'na' },
  ],
};

/** Every event type, indexed by its code. */
export const EVENT_TYPES: readonly EventType[] = EVENT_ROWS.trim().split('\n').map(parseRow);

const CODES_BY_NAME: ReadonlyMap<string, readonly number[]> = Map.groupBy(
  EVENT_TYPES.filter((type) => type.kind !== 'UNKNOWN').map((type) => type.code),
  (code) => EVENT_TYPES[code]?.name ?? '',
);

/** Codes of the events called `name`, old versions included; empty when there is none. */
export function eventCodes(name: string): readonly number[] {
  return CODES_BY_NAME.get(name) ?? [];
}

/** Names of all events, for suggestions and listings. */
export function eventNames(): Iterable<string> {
  return CODES_BY_NAME.keys();
}

function parseRow(row: string): EventType {
  const [code, name = '', kind, category = '', flags = '', ...rest] = row.split(' ');
  const plus = rest.indexOf('+');
  return {
    code: Number(code),
    name,
    kind: kind as EventKind,
    category,
    flags: new Set(flags === '-' ? [] : (flags.split('|') as EventFlag[])),
    parameters: (plus < 0 ? rest : rest.slice(0, plus)).map(parseParameter),
    extensions: plus < 0 ? [] : rest.slice(plus + 1).map(parseParameter),
  };
}

function parseParameter(text: string): Parameter {
  const [name = '', type, format, detail] = text.split(':');
  return {
    name,
    type: type as ParameterType,
    format: (format || 'na') as ParameterFormat,
    ...parseDetail(type as ParameterType, detail),
  };
}

function parseDetail(type: ParameterType, detail: string | undefined): Partial<Parameter> {
  if (detail === undefined) return {};
  if (type === 'FSRELPATH') return { directory: Number(detail) };
  const variants = DYNAMIC_VARIANTS[detail];
  return variants ? { variants } : { symbols: detail };
}
