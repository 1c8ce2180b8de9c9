/** How the probe gets a parameter: the vocabulary of the rows in this folder. */
import { type EnumerationName, enumerationNumber } from '../enumerations.ts';
import {
  ENDS,
  type Kind,
  LENGTHS,
  NO_ARGUMENT,
  type PackedParameter,
  type Pointed,
  pointedConstant,
  type Structure,
  type Subject,
} from '../layout.ts';
import { type Architecture, type BitTableName, bitTableNumber, CREATING_FLAGS } from '../translations.ts';
import type { Interface } from './numbers.ts';

/** What a parameter's collection depends on beside its row. */
export interface Place {
  readonly architecture: Architecture;
  /** Size of the parameter in bytes; 0 where it varies. */
  readonly size: number;
  /** Index of another parameter of the same event. */
  readonly indexOf: (name: string) => number;
}

export type Collect = (place: Place) => PackedParameter;

export interface CallRow {
  readonly event: string;
  /** Names of the system calls that become this event, where they are not called as it is. */
  readonly calls?: readonly string[];
  /** The interfaces in which the calls have these arguments; all when absent. */
  readonly interfaces?: readonly Interface[];
  /** Which descriptor the event is about. */
  readonly subject?: Subject;
  /** The argument of the subject; the first unless told. */
  readonly subjectArgument?: number;
  readonly structure?: Structure;
  /** A success is told by a tracepoint. */
  readonly failureOnly?: true;
  readonly parameters: Readonly<Record<string, Collect>>;
}

export const plain =
  (kind: Kind): Collect =>
  () => ({ kind });

// Numbers.
export const result: Collect = ({ size }) => ({ kind: 'RESULT', b: size });
export const number =
  (argument: number): Collect =>
  ({ size }) => ({ kind: 'VALUE', a: argument, b: size });
export const flags =
  (argument: number, table: BitTableName): Collect =>
  ({ size }) => ({
    kind: 'VALUE',
    a: argument,
    b: size,
    c: bitTableNumber(table),
  });
export const bits =
  (argument: number, mask: number): Collect =>
  ({ size }) => ({
    kind: 'MASKED',
    a: argument,
    b: size,
    constant: mask,
  });
export const enumerated =
  (argument: number, name: EnumerationName, otherwise = 0): Collect =>
  ({ size }) => ({
    kind: 'ENUMERATED',
    a: argument,
    b: size,
    c: enumerationNumber(name),
    constant: otherwise,
  });
export const constant =
  (value: number): Collect =>
  ({ size }) => ({ kind: 'CONSTANT', b: size, constant: value });
/** An argument that counts only if another has a value; otherwise 0. */
export const valueIf =
  (argument: number, choice: number, value: number): Collect =>
  ({ size }) => ({ kind: 'VALUE_IF', a: argument, b: size, c: choice, constant: value });
/** A number in the process's memory. */
export const pointed =
  (argument: number, how: Pointed, table?: BitTableName): Collect =>
  ({ size }) => ({
    kind: 'POINTED',
    a: argument,
    b: size,
    c: table ? bitTableNumber(table) : 0,
    constant: pointedConstant(how),
  });
/** A number of 64 bits in two arguments. */
export const joined =
  (low: number, high: number): Collect =>
  () => ({ kind: 'JOINED', a: low, c: high });
/** A time span as struct timespec. */
export const time =
  (argument: number): Collect =>
  () => ({ kind: 'TIME', a: argument });
/** The same in calls whose struct timespec is that of 64-bit programs in 32-bit programs too. */
export const wideTime =
  (argument: number): Collect =>
  () => ({ kind: 'TIME', a: argument, b: 1 });
/** A descriptor or process id: an int, also -100 (AT_FDCWD). */
export const id =
  (argument: number): Collect =>
  () => ({ kind: 'SIGNED', a: argument });
export const openFlags =
  (argument: number): Collect =>
  () => ({
    kind: 'OPEN_FLAGS',
    a: argument,
    c: bitTableNumber('openFlags'),
  });
export const openMode =
  (argument: number, flagsArgument: number): Collect =>
  ({ architecture }) => ({
    kind: 'OPEN_MODE',
    a: argument,
    b: flagsArgument,
    constant: CREATING_FLAGS[architecture],
  });
export const mode = (argument: number): Collect => bits(argument, 0o7777);

// Bytes.
export const text =
  (argument: number): Collect =>
  () => ({ kind: 'TEXT', a: argument });
export const bytes =
  (argument: number, lengthArgument: number, rule: keyof typeof LENGTHS, limit = 0): Collect =>
  () => ({
    kind: 'BYTES',
    a: argument,
    b: lengthArgument,
    c: LENGTHS[rule],
    constant: limit,
  });
export const vectorBytes =
  (argument: number, countArgument: number, rule: keyof typeof LENGTHS): Collect =>
  () => ({
    kind: 'VECTOR_BYTES',
    a: argument,
    b: countArgument,
    c: LENGTHS[rule],
  });
export const vectorSize =
  (argument: number, countArgument: number): Collect =>
  () => ({
    kind: 'VECTOR_SIZE',
    a: argument,
    b: countArgument,
  });

/** A string that tells something only after success, and if the argument `choice` has one of the values. */
export const textIf =
  (argument: number, choice = NO_ARGUMENT, values: readonly number[] = []): Collect =>
  () => ({ kind: 'TEXT_IF', a: argument, b: choice, constant: bitsOf(values) });
/** The same with bytes. */
export const bytesIf =
  (argument: number, lengthArgument: number, choice: number, values: readonly number[]): Collect =>
  () => ({ kind: 'BYTES_IF', a: argument, b: choice, c: lengthArgument, constant: bitsOf(values) });
const bitsOf = (values: readonly number[]): number => values.reduce((sum, value) => sum | (1 << value), 0);
export const pollList: Collect = () => ({
  kind: 'POLL_LIST',
  a: 0,
  b: 1,
  c: bitTableNumber('pollFlags'),
});

// Files.
export const device = plain('FILE_DEVICE');
export const inode = plain('FILE_INODE');
export const descriptor = plain('DESCRIPTOR');
export const serverDescriptor: Collect = () => ({ kind: 'DESCRIPTOR', a: 1 });
/** The directory that the path in the named parameter starts from; without an argument the working directory. */
export const base =
  (path: string, directoryArgument = NO_ARGUMENT): Collect =>
  ({ indexOf }) => ({
    kind: 'BASE',
    a: directoryArgument,
    b: indexOf(path),
  });

// Sockets.
export const address =
  (argument: number, lengthArgument: number): Collect =>
  () => ({
    kind: 'ADDRESS',
    a: argument,
    b: lengthArgument,
  });
export const outboundEnds =
  (addressArgument: number, rule: keyof typeof ENDS, lengthArgument = 0): Collect =>
  () => ({
    kind: 'ENDS',
    a: addressArgument,
    b: 0,
    c: ENDS[rule],
    constant: lengthArgument,
  });
export const inboundEnds =
  (addressArgument: number): Collect =>
  () => ({ kind: 'ENDS', a: addressArgument, b: 1 });
/** At most this many bytes of control data or of a module's image. */
export const LARGE_DATA = 4096;

// The task.
export const task =
  (kind: Kind): Collect =>
  ({ size }) => ({ kind, b: size });

/** A tracepoint that becomes an event. */
export interface TracepointRow extends Omit<CallRow, 'calls' | 'interfaces'> {
  readonly entry: number;
  /** Programs of this event alone, and the kernel's name of the tracepoint of each. */
  readonly programs?: Readonly<Record<string, string>>;
}
