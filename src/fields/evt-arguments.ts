/**
 * Parameters of events as text: what `evt.arg`, `evt.args` and `evt.info` show. A parameter has a plain
 * form, and many have a symbolic one as well: a descriptor its path, a flag word its names.
 */
import type { ByteString } from '../events/bytes.ts';
import { errorName, signalName } from '../events/error-names.ts';
import { nativeSyscallName, syscallName } from '../events/syscalls.ts';
import type { Parameter, ParameterFormat, ParameterType } from '../events/table.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor } from '../system/descriptor.ts';
import { formatIp } from '../system/ip.ts';
import { addressText, parseTuple, tupleText } from '../system/socket-text.ts';
import { absolutePath } from './event-paths.ts';
import { rawNumber } from './raw-value.ts';
import { protocolLetter } from './socket-fields.ts';
import { AT_FDCWD, descriptorOf } from './subject.ts';
import { enumerationText, flagsText, modeText } from './symbol-text.ts';
import { dateAndTime, fraction, zoneOffset } from './time-text.ts';

/** A parameter as text. `symbol` is empty where there is no symbolic form. */
export interface ParameterText {
  readonly plain: ByteString;
  readonly symbol: ByteString;
}

/** Code of the event that stands for all system calls without an event type of their own. */
const GENERIC = 1;

/** Types whose absence old captures could express; they print NULL then, all others `<NA>`. */
const NULLABLE: ReadonlySet<ParameterType> = new Set([
  'BYTEBUF',
  'SOCKTUPLE',
  'FDLIST',
  'CHARBUFARRAY',
  'CHARBUF_PAIR_ARRAY',
  'DYN',
]);

/** Text of a parameter for rules and alerts: symbolic where possible. `undefined` when the event has none. */
export function argumentText(context: EventContext, index: number): ByteString | undefined {
  const { event } = context;
  const parameter = event.type.parameters[index];
  // What rules ask for most is read without a view on its bytes.
  switch (parameter?.type) {
    case 'FLAGS32': {
      const value = event.u32(index);
      if (value !== undefined) return flagsText(parameter.symbols, value) || String(value);
      break;
    }
    case 'FSPATH':
    case 'FSRELPATH':
      if (event.sizeOf(index) > 0) return shown(pathText(context, index, readable(event.text(index) ?? '')));
      break;
  }
  const text = parameterText(context, index);
  return text && shown(text);
}

/** Old captures have a word for text that could not be read. */
function readable(text: ByteString): ByteString {
  return text === '(NULL)' ? '<NA>' : text;
}

function shown({ plain, symbol }: ParameterText): ByteString {
  return symbol || plain;
}

/** All parameters, `name=plain(symbol)` joined by blanks; empty for events without an own type. */
export function allArgumentsText(context: EventContext): ByteString {
  const { event } = context;
  if (event.code === GENERIC) return '';
  const { parameters } = event.type;
  let all = '';
  for (let index = 0; index < parameters.length; index++) {
    const text = parameterText(context, index);
    if (!text) break;
    const symbol = text.symbol === '' ? '' : `(${text.symbol})`;
    all += `${all === '' ? '' : ' '}${parameters[index]?.name}=${text.plain}${symbol}`;
  }
  return all;
}

function parameterText(context: EventContext, index: number): ParameterText | undefined {
  const { event } = context;
  const parameter = event.type.parameters[index];
  if (!parameter || !event.has(index)) return undefined;
  if (event.sizeOf(index) === 0) return plain(NULLABLE.has(parameter.type) ? 'NULL' : '<NA>');
  if (parameter.type !== 'DYN') return render(context, index, parameter, parameter.type, 0);
  const variant = parameter.variants?.[event.u8(index) ?? -1];
  return variant ? render(context, index, parameter, variant.type, 1) : plain('NULL');
}

/** `skip`: bytes before the value, one for the number of a dynamic parameter's type. */
function render(
  context: EventContext,
  index: number,
  parameter: Parameter,
  type: ParameterType,
  skip: number,
): ParameterText {
  const bytes = (context.event.raw(index) as Buffer).subarray(skip);
  switch (type) {
    case 'CHARBUF':
      return plain(readable(textOf(bytes)));
    case 'FSPATH':
    case 'FSRELPATH':
      return pathText(context, index, readable(textOf(bytes)));
    case 'BYTEBUF':
      return plain(printable(bytes));
    case 'CHARBUFARRAY':
    case 'CHARBUF_PAIR_ARRAY':
      return plain(listText(bytes));
    case 'SOCKADDR':
      return plain(addressText(bytes) ?? 'INVALID SOCKADDR');
    case 'SOCKTUPLE':
      return plain(tupleText(parseTuple(bytes)) ?? 'INVALID SOCKTUPLE');
    case 'FDLIST':
      return plain(descriptorListText(context, bytes));
    case 'IPV4ADDR':
    case 'IPV6ADDR':
      return plain(formatIp(bytes.toString('latin1')));
    case 'ABSTIME': {
      const time = BigInt.asUintN(64, BigInt(rawNumber(bytes, type) ?? 0));
      return plain(`${dateAndTime(time)}${fraction(time)} ${zoneOffset(time)}`);
    }
    case 'DESCRIPTOR':
    case 'DYN':
      return plain('<NA>');
    default: {
      const value = rawNumber(bytes, type);
      return value === undefined ? plain('<NA>') : numberText(context, parameter, type, value);
    }
  }
}

function numberText(
  context: EventContext,
  parameter: Parameter,
  type: ParameterType,
  value: number | bigint,
): ParameterText {
  const number = Number(value);
  switch (type) {
    case 'FD':
    case 'FD32':
      return { plain: String(value), symbol: descriptorSymbol(context, number) };
    case 'PID':
    case 'PID32':
      return { plain: String(value), symbol: context.system.thread(number)?.comm ?? '' };
    case 'ERRNO':
      return { plain: String(value), symbol: number < 0 ? (errorName(-number) ?? '') : '' };
    case 'SYSCALLID':
      return { plain: String(value), symbol: syscallName(number) ?? '' };
    case 'SIGTYPE':
      return { plain: String(value), symbol: signalName(number) ?? '' };
    case 'RELTIME':
      return relativeTimeText(BigInt(value));
    case 'FLAGS8':
    case 'FLAGS16':
    case 'FLAGS32':
      return { plain: String(value), symbol: flagsText(parameter.symbols, number) };
    case 'ENUMFLAGS8':
    case 'ENUMFLAGS16':
    case 'ENUMFLAGS32':
      return { plain: String(value), symbol: enumerationText(parameter.symbols, number) };
    case 'MODE':
      return {
        plain: formatted(value, parameter.format, 32),
        symbol: modeText(parameter.symbols, number),
      };
    case 'UID':
      return accountText(number, context.system.users.user(number, containerOf(context))?.name);
    case 'GID':
      return accountText(number, context.system.users.groupName(number, containerOf(context)));
    case 'SIGSET':
      return plain(signalSetText(number));
    default:
      return plain(formatted(value, parameter.format, WIDTHS[type] ?? 64));
  }
}

const WIDTHS: Readonly<Partial<Record<ParameterType, number>>> = {
  INT8: 32,
  INT16: 32,
  INT32: 32,
  UINT8: 32,
  UINT16: 32,
  UINT32: 32,
  PORT: 32,
};

/**
 * A number as the event table wants it: octal with a leading 0, hexadecimal in capitals without prefix,
 * or decimal. Decimal is signed even where the type is not, so that a size of all ones prints as -1.
 */
function formatted(value: number | bigint, format: ParameterFormat, width: number): string {
  if (format === 'hex') return BigInt.asUintN(width, BigInt(value)).toString(16).toUpperCase();
  if (format === 'oct') return value ? `0${BigInt.asUintN(width, BigInt(value)).toString(8)}` : '0';
  return BigInt.asIntN(width, BigInt(value)).toString();
}

function plain(text: ByteString): ParameterText {
  return { plain: text, symbol: '' };
}

function textOf(bytes: Buffer): ByteString {
  const text = bytes.toString('latin1');
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

function pathText(context: EventContext, index: number, path: ByteString): ParameterText {
  const named = context.shownName?.parameters?.get(index);
  if (named !== undefined) return { plain: path, symbol: named };
  if (path === '' || path === '<NA>' || path.startsWith('/') || !context.thread) return plain(path);
  return { plain: path, symbol: absolutePath(context, index) ?? '' };
}

const UNPRINTABLE = /[^ -~]/g;

/** Bytes as text, a dot for each that is not printable ASCII. */
export function printable(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(UNPRINTABLE, '.');
}

/** NUL-separated strings, joined by dots. */
function listText(bytes: Buffer): ByteString {
  return bytes.toString('latin1').replace(/\0$/, '').replaceAll('\0', '.');
}

/** `<f>/etc/passwd`, `<4t>1.2.3.4:5->6.7.8.9:80`; the name of the error for a negative result. */
function descriptorSymbol(context: EventContext, fd: number): ByteString {
  if (fd === AT_FDCWD) return 'AT_FDCWD';
  if (fd < 0) return errorName(-fd) ?? '';
  const descriptor = descriptorOf(context, fd);
  return descriptor ? `<${descriptor.kind}${protocolLetter(descriptor)}>${descriptor.name}` : '';
}

/** `number:kind events` for each, the events that poll waits for in hexadecimal. */
function descriptorListText(context: EventContext, bytes: Buffer): ByteString {
  const items: string[] = [];
  for (const { fd, events } of polledDescriptors(bytes)) {
    const kind: Descriptor['kind'] | '?' = descriptorOf(context, fd)?.kind ?? '?';
    items.push(`${fd}:${kind}${events.toString(16)}`);
  }
  return items.join(' ');
}

/**
 * Entries of a FDLIST parameter: a count of 16 bits, then for each a number of 64 and events of 16
 * bits. A count beyond the parameter's end is damage and is not followed.
 */
export function* polledDescriptors(bytes: Buffer): Generator<{ fd: number; events: number }> {
  const count = bytes.length >= 2 ? bytes.readUInt16LE(0) : 0;
  for (let at = 2; at + 10 <= bytes.length && at < 2 + count * 10; at += 10)
    yield { fd: Number(bytes.readBigInt64LE(at)), events: bytes.readUInt16LE(at + 8) };
}

function relativeTimeText(value: bigint): ParameterText {
  if (BigInt.asIntN(64, value) === -1n) return plain('none');
  return { plain: String(value), symbol: `${sixDigits(Number(value) / 1e9)}s` };
}

/** As printf's %g writes it: six significant digits, no zeros at the end, an exponent for the extremes. */
function sixDigits(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(5).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Ids of all ones mean "leave as it is". */
function accountText(id: number, name: ByteString | undefined): ParameterText {
  if (id === 0xffffffff) return { plain: '-1', symbol: '<NONE>' };
  return { plain: String(id | 0), symbol: name || '<NA>' };
}

function signalSetText(set: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const name = (set >>> bit) & 1 ? signalName(bit + 1) : undefined;
    if (name) names.push(name);
  }
  return names.join(' ');
}

function containerOf({ thread }: EventContext): ByteString {
  return thread?.containerId ?? '';
}

/** Name of the system call of a generic event, by Falco's code or else by the kernel's own number. */
export function genericSyscallName({ event }: EventContext): ByteString | undefined {
  const code = event.u16(0);
  const number = event.u16(1);
  const native = code === 0 && number !== undefined ? nativeSyscallName(number) : undefined;
  return native ?? (code === undefined ? undefined : syscallName(code));
}
