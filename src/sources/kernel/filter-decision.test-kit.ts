/** What bpf/filter.h decides, from the same tables, in TypeScript: for tests that need no kernel. */
import type { EventCursor } from '../../events/cursor.ts';
import type { EncodedFilters } from './encode-filters.ts';
import {
  CONTAINER_BIT,
  FILTER_DOTS,
  FILTER_ODD,
  FILTER_TOP,
  FIRST_PROGRAM_BIT,
  MAX_PREDICATES,
  MAX_TERMS,
} from './layout.ts';
import { answersOf, type TextAutomaton } from './text-automaton.ts';

const HEADER_SIZE = 16;
const TERMS_AT = HEADER_SIZE + 16 * MAX_PREDICATES;
const WANTED_AT = TERMS_AT + 16 * MAX_TERMS;
const MAX_GLANCE = 192;
const ODD = 1n << BigInt(FILTER_ODD);
const DOTS = 1n << BigInt(FILTER_DOTS);
const TOP = 1n << BigInt(FILTER_TOP);
const CONTAINER = 1n << BigInt(CONTAINER_BIT);
const PROGRAMS = (CONTAINER - 1n) & ~((1n << BigInt(FIRST_PROGRAM_BIT)) - 1n);
const NAMES = (CONTAINER - 1n) & ~(TOP - 1n) & ~PROGRAMS;
const MAX_DEPTH = 64;
const MAX_WALK = 32 * 64;
const SLASH = 0x2f;
const DOT = 0x2e;
const PATH_CUT = 4;

/** What the probe knows beside the event. */
export interface Surroundings {
  /** Names that rules have for files. */
  readonly inodes: ReadonlyMap<number, readonly string[]>;
  /** Other threads have the same descriptors. */
  readonly isShared: boolean;
  /** Name of the thread; `undefined`: it is not sure what user space was told. */
  readonly program: string | undefined;
  /** User space has found the process to be in no container. */
  readonly isOnHost: boolean;
}

/** Whether the probe hands the event over. */
export function passes(
  filter: Buffer,
  { automaton, programs }: EncodedFilters,
  event: EventCursor,
  { inodes, isShared, program, isOnHost }: Surroundings,
): boolean {
  let bits = (program === undefined ? 0n : (programs.get(program) ?? 0n)) | (isOnHost ? 0n : CONTAINER);
  let unknown = (filter[7] ? 0n : NAMES) | (program === undefined ? PROGRAMS : 0n);
  for (let index = 0; index < (filter[4] as number); index++) {
    const holds = answer(filter.subarray(HEADER_SIZE + 16 * index), event);
    if (holds === undefined) unknown |= 1n << BigInt(index);
    else if (holds) bits |= 1n << BigInt(index);
  }
  if (filter[7]) {
    const given = lookAtGiven(filter, automaton, event);
    const opened = (event.i64(0) ?? 0n) < 0 ? 0n : lookAtOpened(filter, automaton, event);
    if (given === undefined || opened === undefined) unknown |= NAMES;
    const hasOpened = (event.i64(0) ?? 0n) >= 0;
    const descriptor = event.raw(filter[10] as number);
    if (hasOpened) bits |= knownNames(descriptor, automaton, inodes);
    if (hasOpened && (!descriptor || descriptor.length < 18 || descriptor[16] !== SLASH))
      unknown |= BigInt(filter.readUInt16LE(12));
    if (hasOpened && isShared && !isGivenAsItIs(filter, event)) unknown |= NAMES;
    bits |= (given ?? 0n) | (opened ?? 0n);
  }
  for (let index = 0; index < (filter[5] as number); index++) {
    const mask = filter.readBigUInt64LE(TERMS_AT + 16 * index);
    const value = filter.readBigUInt64LE(TERMS_AT + 16 * index + 8);
    if (((bits ^ value) & mask & ~unknown) === 0n) return true;
  }
  return false;
}

/** Whether the first look at an open (bpf/glance.h) tells that it is not wanted. */
export function isPassedOver(
  filter: Buffer,
  { automaton, programs }: EncodedFilters,
  event: EventCursor,
  { inodes, isShared, program }: Surroundings,
): boolean {
  if (!filter[14]) return false;
  let answers = 0;
  for (let index = 0; index < (filter[11] as number); index++)
    if (answer(filter.subarray(HEADER_SIZE + 16 * index), event)) answers |= 1 << index;
  const hasFailed = (event.i64(0) ?? 0n) < 0n;
  if (!hasFailed && event.raw(filter[10] as number) === undefined) return false;
  const wanted = filter.readBigUInt64LE(WANTED_AT + 8 * answers);
  if (wanted === 0n || wanted === (1n << 64n) - 1n) return wanted === 0n;
  const sets = program === undefined ? PROGRAMS : (programs.get(program) ?? 0n);
  if ((sets & wanted) !== 0n) return false;
  const known = hasFailed
    ? 0n
    : knownNames(event.raw(filter[10] as number) as Buffer | undefined, automaton, inodes);
  if ((known & wanted) !== 0n) return false;
  const names = hasFailed ? namesOfFailed(filter, event) : namesOfOpened(filter, event, isShared);
  return (
    names?.every(
      (name) => name.length <= MAX_GLANCE && (stepThrough(automaton, name) & (wanted | ODD)) === 0n,
    ) ?? false
  );
}

function namesOfFailed(filter: Buffer, event: EventCursor): string[] | undefined {
  const [given, base] = givenNames(filter, event);
  if (given === '') return undefined;
  if (given.startsWith('/')) return [given];
  return base === '' ? undefined : [`${base === '/' ? '' : base}/${given}`];
}

function namesOfOpened(filter: Buffer, event: EventCursor, isShared: boolean): string[] | undefined {
  const [given, base] = givenNames(filter, event);
  const descriptor = event.raw(filter[10] as number) as Buffer;
  const [own = '', ofFileSystem] = descriptor.toString('latin1', 16).split('\0');
  if (given === '' || !own.startsWith('/') || ofFileSystem !== '') return undefined;
  if ((descriptor[2] as number) & PATH_CUT) return undefined;
  if (own === given) return [own];
  if (given.startsWith('/')) return isShared ? undefined : [given, own];
  return own === `${base === '/' ? '' : base}/${given}` && base !== '' ? [own] : undefined;
}

function givenNames(filter: Buffer, event: EventCursor): [given: string, base: string] {
  const text = (at: number) =>
    event
      .raw(filter[at] as number)
      ?.toString('latin1', 0)
      .slice(0, -1) ?? '';
  return [text(8), text(9)];
}

/** What the names that rules have for the opened file say. */
function knownNames(
  descriptor: Uint8Array | undefined,
  automaton: TextAutomaton,
  inodes: Surroundings['inodes'],
): bigint {
  if (!descriptor || descriptor.length < 18) return 0n;
  const names = inodes.get(Number(Buffer.from(descriptor).readBigUInt64LE(8)));
  return (names ?? []).reduce((bits, name) => bits | answersOf(automaton, name), 0n);
}

function stepThrough({ next, shift, columnOf, bits }: TextAutomaton, name: string): bigint {
  let state = 0;
  let found = name.lastIndexOf('/') <= 0 ? TOP : 0n;
  for (const byte of Buffer.from(`\0${name}\0`, 'latin1')) {
    state = next[(state << shift) + (columnOf[byte] as number)] as number;
    found |= bits[state] as bigint;
  }
  return found;
}

function answer(predicate: Buffer, event: EventCursor): boolean | undefined {
  const [parameter = 0, offset = 0, width = 0, operation = 0] = predicate;
  const operand = predicate.readBigUInt64LE(8);
  const bytes = event.raw(parameter);
  if (!bytes || bytes.length < offset + width) return undefined;
  let value = 0n;
  for (let at = width - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[offset + at] as number);
  switch (operation) {
    case 0:
      return (value & operand) !== 0n;
    case 1:
      return value === operand;
    case 2:
      return value >> BigInt(8 * width - 1) === 0n;
    default:
      return ((operand >> (value & 63n)) & 1n) === 1n;
  }
}

function lookAtGiven(filter: Buffer, automaton: TextAutomaton, event: EventCursor): bigint | undefined {
  const given = event.raw(filter[8] as number);
  if (!given || given.length < 2) return undefined;
  if (given[0] === SLASH) return walk(automaton, [given.subarray(0, -1)]);
  const base = event.raw(filter[9] as number);
  if (!base || base.length < 2 || base[0] !== SLASH) return undefined;
  return walk(automaton, [base.subarray(0, -1), given.subarray(0, -1)]);
}

function lookAtOpened(filter: Buffer, automaton: TextAutomaton, event: EventCursor): bigint | undefined {
  const descriptor = event.raw(filter[10] as number) as Buffer | undefined;
  if (!descriptor || descriptor.length < 18 || (descriptor[2] as number) & PATH_CUT) return undefined;
  if (descriptor[16] !== SLASH || descriptor.indexOf(0, 16) !== descriptor.length - 1) return undefined;
  return walk(automaton, [descriptor.subarray(16, -1)]);
}

function isGivenAsItIs(filter: Buffer, event: EventCursor): boolean {
  const [given = '', base = '', descriptor = ''] = [8, 9, 10].map(
    (at) => event.raw(filter[at] as number)?.toString('latin1') ?? '',
  );
  const own = descriptor.slice(16);
  return own === given || own === `${base.slice(0, -1)}/${given}`;
}

/** Bits of what a path contains; `undefined` when it has too many components or bytes. */
function walk(automaton: TextAutomaton, parts: readonly Uint8Array[]): bigint | undefined {
  let bits = 0n;
  let state = 0;
  const step = (byte: number): void => {
    state = automaton.next[(state << automaton.shift) + (automaton.columnOf[byte] as number)] as number;
    bits |= automaton.bits[state] as bigint;
  };
  step(0);
  const stack: number[] = [];
  const bottom = state;
  for (const part of parts) {
    // The last call of the walk may not be the one that finds out that there is no more.
    if (part.length >= MAX_WALK) return undefined;
    for (const component of split(part)) {
      if (component.length === 0) continue;
      stack.push(state);
      if (stack.length > MAX_DEPTH) return undefined;
      step(SLASH);
      component.forEach(step);
      const dots = component.length - 1 - component.findLastIndex((byte) => byte !== DOT);
      if (dots >= 2) bits |= DOTS;
      if (dots !== component.length || dots > 2) continue;
      const depth = Math.max(stack.length - dots, 0);
      state = stack[depth] ?? bottom;
      stack.length = depth;
    }
  }
  if (stack.length <= 1) bits |= TOP;
  if (stack.length === 0) step(SLASH);
  step(0);
  return bits;
}

function split(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== SLASH) continue;
    parts.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return parts;
}
