/**
 * Events that people write down: the name of an event and values of fields. What an event says itself (result,
 * parameters, descriptor) is put into a real event, so that the fields that follow from it have their values.
 */
import type { EventCursor } from '../events/cursor.ts';
import type { ParameterValue } from '../events/encode.ts';
import { errorName } from '../events/error-names.ts';
import { SYMBOLS } from '../events/symbols.ts';
import { syscallName } from '../events/syscalls.ts';
import type { EventType, Parameter } from '../events/table.ts';
import type { FieldValue, Scalar } from '../fields/field.ts';
import { typeName } from '../fields/subject.ts';
import { descriptorWith, eventOf, eventType, socketWith, systemOf } from '../fields/testing.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor } from '../system/descriptor.ts';
import { formatIp } from '../system/ip.ts';

/** Values by field as rules write it, with its argument in brackets; `undefined`: the event has none. */
export type GivenValues = ReadonlyMap<string, FieldValue>;

export interface LiteralEvent {
  /** Name of the event, or of a system call without an event of its own. */
  readonly name: string;
  readonly values: GivenValues;
}

/** The number that a descriptor gets that an event opens or is about, unless `fd.num` is given. */
const DESCRIPTOR_NUMBER = 3;
/** Error and system call numbers end below these. */
const ERRORS = 134;
const SYSCALLS = 1000;

/** Parameters have a length of 16 bits. */
const LONGEST_TEXT = 65_535;

/** What `fd.typechar` prints. */
const KINDS = [...'fd46upeslitnbrmPo'] as readonly Descriptor['kind'][];

/** Types of the first parameter of a call, which is its result: negative for an error. */
const RESULT_TYPES = /^(?:ERRNO|FD|FD32|PID|PID32|INT32|INT64)$/;

const TEXT_TYPES: ReadonlySet<string> = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH']);

/** The type of an event by name; `undefined` when no event or system call is called so. */
export function typeOfLiteral(name: string): EventType | undefined {
  try {
    return eventType(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return syscallNumber(name) === undefined ? undefined : eventType('syscall');
  }
}

/** The event with what it says of itself; of processes it knows nothing. */
export function contextOfLiteral({ name, values }: LiteralEvent): EventContext {
  const type = typeOfLiteral(name);
  if (type === undefined) throw new RangeError(`there is no event ${name}`);
  return {
    event: cursorOf(name, type, values),
    thread: undefined,
    descriptor: descriptorOf(type, values),
    descriptorNumber: descriptorNumber(type, values),
    system: systemOf(),
    source: 'syscall',
  };
}

/**
 * The parameter that a key such as `evt.arg[flags]` names, as bytes can hold it; `undefined` when it is not the
 * name of a parameter of the event, or the value has no such form.
 */
export function parameterOf(
  type: EventType,
  key: string,
  value: FieldValue,
): { readonly name: string; readonly value: ParameterValue } | undefined {
  const [, written] = /^evt\.(?:raw)?arg\[(.*)\]$/.exec(key) ?? [];
  const parameter = written === undefined ? undefined : parameterNamed(type, written);
  if (parameter === undefined) return undefined;
  const encoded = parameterValue(parameter, value);
  return encoded === undefined ? undefined : { name: parameter.name, value: encoded };
}

/** A parameter by its name, or by its number from 0 on. */
export function parameterNamed({ parameters }: EventType, written: string): Parameter | undefined {
  return /^\d+$/.test(written)
    ? parameters[Number(written)]
    : parameters.find(({ name }) => name === written);
}

function parameterValue({ type, symbols }: Parameter, value: FieldValue): ParameterValue {
  if (typeof value === 'string' && TEXT_TYPES.has(type))
    return value.length < LONGEST_TEXT ? value : undefined;
  const isNumeric = !TEXT_TYPES.has(type) && !/BUF|TUPLE|FDLIST|DYN|ARRAY|ADDR|NET/.test(type);
  if (!isNumeric) return undefined;
  if (Number.isInteger(value) || typeof value === 'bigint') return value as number | bigint;
  if (typeof value !== 'string') return undefined;
  if (/^-?\d+$/.test(value)) return BigInt(value);
  const error = RESULT_TYPES.test(type) ? errorNumber(value) : undefined;
  if (error !== undefined) return -error;
  return symbols === undefined ? undefined : flagsValue(value, symbols);
}

/** Names in a value that mean nothing there: flags that the parameter does not have, errors that there are not. */
export function unknownNames(type: EventType, key: string, value: FieldValue): readonly string[] {
  if (typeof value !== 'string' || /^-?\d+$/.test(value)) return [];
  if (key === 'evt.res') return isResultText(value) ? [] : [value];
  const [, name] = /^evt\.arg\[(.*)\]$/.exec(key) ?? [];
  const parameter = name === undefined ? undefined : parameterNamed(type, name);
  if (parameter?.type === 'ERRNO') return isResultText(value) ? [] : [value];
  if (parameter?.symbols === undefined) return [];
  const known = new Set(SYMBOLS.get(parameter.symbols)?.map((symbol) => symbol.name));
  return value
    .split('|')
    .map((flag) => flag.trim())
    .filter((flag) => !known.has(flag));
}

/** Names of all errors. */
export function errorNames(): string[] {
  return Array.from({ length: ERRORS }, (_, number) => errorName(number)).filter(
    (name) => name !== undefined,
  );
}

/** Whether the value of a parameter is text, which no number stands for. */
export function isTextParameter({ type }: Parameter): boolean {
  return TEXT_TYPES.has(type);
}

function isResultText(text: string): boolean {
  return text === 'SUCCESS' || errorNumber(text) !== undefined;
}

function flagsValue(text: string, set: string): number | undefined {
  const known = SYMBOLS.get(set) ?? [];
  let sum = 0;
  for (const name of text.split('|')) {
    const symbol = known.find((each) => each.name === name.trim());
    if (symbol === undefined) return undefined;
    sum += symbol.value;
  }
  return sum;
}

function cursorOf(name: string, type: EventType, values: GivenValues): EventCursor {
  const parameters: Record<string, ParameterValue> = {};
  const [first] = type.parameters;
  if (type.name === 'syscall') parameters[first?.name ?? ''] = syscallNumber(name);
  else if (first && isResult(type, first)) parameters[first.name] = resultOf(first, values);
  const path = openedPath(type, values);
  if (path !== undefined) parameters.name = path;
  for (const [key, value] of values) {
    const given = parameterOf(type, key, value);
    if (given) parameters[given.name] = given.value;
  }
  return eventOf(type, parameters);
}

/** An open is given the path of the file that it opens, unless the literal has another. */
function openedPath(type: EventType, values: GivenValues): string | undefined {
  if (!opensPath(type)) return undefined;
  const path = values.get('fd.nameraw') ?? values.get('fd.name');
  return typeof path === 'string' && path.length < LONGEST_TEXT ? path : undefined;
}

function opensPath({ flags, parameters }: EventType): boolean {
  return (
    flags.has('CREATES_FD') && parameters.some(({ name, type }) => name === 'name' && TEXT_TYPES.has(type))
  );
}

function isResult({ kind, code }: EventType, { name, type }: Parameter): boolean {
  const isCallEnd = kind === 'SYSCALL' && code % 2 === 1;
  return isCallEnd && /^(?:res|fd)$/.test(name) && RESULT_TYPES.test(type);
}

/** A call has succeeded unless the literal says otherwise. */
function resultOf({ name, type }: Parameter, values: GivenValues): number | bigint {
  const given = values.get(`evt.arg[${name}]`);
  const raw = values.get('evt.rawres') ?? given;
  if (typeof raw === 'number' || typeof raw === 'bigint') return raw;
  const text = values.get('evt.res') ?? given;
  const error = typeof text === 'string' ? errorNumber(text) : undefined;
  if (error !== undefined) return -error;
  if (values.get('evt.failed') === true) return -1;
  return name === 'fd' && /^FD/.test(type) ? numberOr(values.get('fd.num'), DESCRIPTOR_NUMBER) : 0;
}

function errorNumber(name: string): number | undefined {
  return firstNumber(ERRORS, (number) => errorName(number) === name);
}

function syscallNumber(name: string): number | undefined {
  return firstNumber(SYSCALLS, (number) => syscallName(number) === name);
}

function firstNumber(end: number, is: (number: number) => boolean): number | undefined {
  for (let number = 0; number < end; number++) if (is(number)) return number;
  return undefined;
}

function numberOr(value: FieldValue, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** An open tells the number of what it has made, and has made none if it failed; others are about one. */
function descriptorNumber(type: EventType, values: GivenValues): number | undefined {
  const [first] = type.parameters;
  const opens = first !== undefined && isResult(type, first) && /^FD/.test(first.type);
  const made = opens ? resultOf(first, values) : 0;
  if (made < 0) return undefined;
  return numberOr(values.get('fd.num'), opens ? Number(made) : DESCRIPTOR_NUMBER);
}

/** The descriptor that `fd.name` describes, or the path of an open, or addresses and ports. */
function descriptorOf(type: EventType, values: GivenValues): Descriptor | undefined {
  if (descriptorNumber(type, values) === undefined) return undefined;
  const name = values.get('fd.name') ?? (opensPath(type) ? values.get('evt.arg[name]') : undefined);
  if (typeof name === 'string' && name.startsWith('/')) {
    const rawName = values.get('fd.nameraw');
    return descriptorWith({
      kind: givenKind(values) ?? 'f',
      name,
      rawName: typeof rawName === 'string' ? rawName : name,
    });
  }
  const ends = typeof name === 'string' ? name : endsText(values);
  const protocol = values.get('fd.l4proto') === 'udp' ? 17 : 6;
  try {
    if (ends !== undefined) return socketWith(ends, { protocol });
  } catch (error) {
    // A name of another kind, such as a pipe's.
    if (!(error instanceof RangeError)) throw error;
  }
  const kind = givenKind(values);
  return kind && descriptorWith({ kind, name: typeof name === 'string' ? name : '', rawName: '' });
}

/** The letter for a kind of descriptor that is given by its letter or its name. */
function givenKind(values: GivenValues): Descriptor['kind'] | undefined {
  const letter = values.get('fd.typechar');
  const name = values.get('fd.type');
  if (letter === undefined && name === undefined) return undefined;
  if (name === 'unix') return 'u';
  return KINDS.find((kind) => kind === letter || typeName(descriptorWith({ kind })) === name);
}

function endsText(values: GivenValues): string | undefined {
  const server = values.get('fd.sip');
  if (typeof server !== 'string') return undefined;
  const client = values.get('fd.cip');
  const end = (ip: Scalar, port: FieldValue): string => `${formatIp(String(ip))}:${numberOr(port, 0)}`;
  const unknown = '\0'.repeat(server.length);
  return `${end(typeof client === 'string' ? client : unknown, values.get('fd.cport'))}->${end(server, values.get('fd.sport'))}`;
}
