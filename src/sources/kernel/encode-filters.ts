/** Filters as the probe takes them: `struct lanner_filter` and `struct lanner_automaton` of bpf/layout.h. */
import type { ByteString } from '../../events/bytes.ts';
import {
  type EventFilter,
  MAX_FILTER_TERMS,
  type NameTexts,
  type NumberPredicate,
  type Predicate,
} from '../../events/event-filter.ts';
import {
  ASKS_CONTAINER,
  ASKS_PROGRAM,
  CONTAINER_BIT,
  FILTER_DOTS,
  FILTER_ODD,
  FILTER_TOP,
  FIRST_PROGRAM_BIT,
  GLANCE_PREDICATES,
  MAX_CELLS,
  MAX_PREDICATES,
  MAX_PROGRAM_NAMES,
  MAX_STATES,
  MAX_TERMS,
  NO_ARGUMENT,
} from './layout.ts';
import { type TextAutomaton, textAutomaton } from './text-automaton.ts';

const HEADER_SIZE = 16;
const PREDICATE_SIZE = 16;
const TERM_SIZE = 16;
const WANTED_AT = HEADER_SIZE + MAX_PREDICATES * PREDICATE_SIZE + MAX_TERMS * TERM_SIZE;
export const FILTER_SIZE = WANTED_AT + 8 * (1 << GLANCE_PREDICATES);

const PROGRAMS_AT = 8 + 256;
const PROGRAM_SIZE = 24;
const AUTOMATON_HEADER_SIZE = PROGRAMS_AT + 8 + MAX_PROGRAM_NAMES * PROGRAM_SIZE;
export const AUTOMATON_SIZE = AUTOMATON_HEADER_SIZE + 8 * MAX_STATES + 2 * MAX_CELLS;

/** Bits for sets of texts, which all filters share. */
const MAX_TEXT_SETS = FIRST_PROGRAM_BIT - MAX_PREDICATES;
/** And for sets of names of programs. */
const MAX_PROGRAM_SETS = CONTAINER_BIT - FIRST_PROGRAM_BIT;

const IN_CONTAINER = 1n << BigInt(CONTAINER_BIT);
const NAME_BITS = (IN_CONTAINER - 1n) & ~((1n << BigInt(FILTER_TOP)) - 1n);
const PROGRAM_BITS = NAME_BITS & ~((1n << BigInt(FIRST_PROGRAM_BIT)) - 1n);
const DOTS_BIT = 1n << BigInt(FILTER_DOTS);
const ALL_BITS = (1n << 64n) - 1n;

/** Of paths that are not in normal form, or that have a component that ends with two dots. */
const ODD_TEXTS = ['//', '/./', '/.\0', '../', '..\0', '/\0'];

const OPERATIONS = { 'any bit': 0, equals: 1, 'not negative': 2, 'in set': 3 } as const;

export interface EncodedFilters {
  /** By event code; a code that is missing has no filter. */
  readonly filters: ReadonlyMap<number, Buffer>;
  readonly automaton: TextAutomaton;
  /** By name of a program: bits of the sets that it is in. */
  readonly programs: ReadonlyMap<ByteString, bigint>;
}

/** Filters for which there is no room are left out: their events pass. */
export function encodeFilters(filters: readonly EventFilter[]): EncodedFilters {
  const sets = new TextSets(filters);
  const programs = new ProgramSets();
  const automaton = textAutomaton(sets.texts);
  const encoded = new Map<number, Buffer>();
  for (const filter of filters) {
    const bytes = encodeFilter(filter, sets, programs, automaton !== undefined);
    if (bytes) encoded.set(filter.code, bytes);
  }
  return {
    filters: encoded,
    automaton: automaton ?? (textAutomaton(new Map()) as TextAutomaton),
    programs: programs.names,
  };
}

const EDITION_AT = 4;

/**
 * `struct lanner_automaton`, into the probe's memory. What was decided by the one before counts no more: the probe is in
 * doubt until {@link publishAutomaton}.
 */
export function writeAutomaton(
  memory: Buffer,
  { automaton: { shift, columnOf, bits, next }, programs }: EncodedFilters,
): void {
  publishAutomaton(memory, 0);
  memory.writeUInt32LE(shift, 0);
  memory.set(columnOf, 8);
  memory.set(Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength), AUTOMATON_HEADER_SIZE);
  memory.set(
    Buffer.from(next.buffer, next.byteOffset, next.byteLength),
    AUTOMATON_HEADER_SIZE + 8 * MAX_STATES,
  );
  memory.writeBigUInt64LE(BigInt(programs.size), PROGRAMS_AT);
  let at = PROGRAMS_AT + 8;
  for (const [name, bits] of programs) {
    memory.fill(0, at, at + 16);
    memory.write(name, at, 'latin1');
    memory.writeBigUInt64LE(bits, at + 16);
    at += PROGRAM_SIZE;
  }
}

/** The automaton, and the filters that ask it, are complete. `edition`: a number that no other one has had, not 0. */
export function publishAutomaton(memory: Buffer, edition: number): void {
  // At once, and in its order among the other writes, on machines too that reorder them.
  Atomics.store(new Int32Array(memory.buffer, memory.byteOffset + EDITION_AT, 1), 0, edition);
}

/** Gives every set of texts a bit; the same set has the same one. */
class TextSets {
  readonly texts = new Map<ByteString, bigint>();
  readonly #bits = new Map<string, bigint>();

  constructor(filters: readonly EventFilter[]) {
    for (const { terms } of filters)
      for (const { texts } of terms) {
        if (!texts || this.#bits.has(keyOf(texts)) || this.#bits.size === MAX_TEXT_SETS) continue;
        const bit = 1n << BigInt(MAX_PREDICATES + this.#bits.size);
        this.#bits.set(keyOf(texts), bit);
        for (const text of texts) this.#add(text, bit);
      }
    for (const text of ODD_TEXTS) this.#add(text, 1n << BigInt(FILTER_ODD));
  }

  /** `undefined` when there was no bit left for the set. */
  bit(texts: NameTexts): bigint | undefined {
    return this.#bits.get(keyOf(texts));
  }

  #add(text: ByteString, bit: bigint): void {
    this.texts.set(text, (this.texts.get(text) ?? 0n) | bit);
  }
}

/** Gives every set of names of programs a bit, as long as there is room for its names. */
class ProgramSets {
  readonly names = new Map<ByteString, bigint>();
  readonly #bits = new Map<string, bigint>();

  /** `undefined` when there was no room for the set. */
  bit(names: ReadonlySet<ByteString>): bigint | undefined {
    const known = this.#bits.get(keyOf(names));
    if (known !== undefined) return known;
    const isFull = names.union(new Set(this.names.keys())).size > MAX_PROGRAM_NAMES;
    if (isFull || this.#bits.size === MAX_PROGRAM_SETS) return undefined;
    const bit = 1n << BigInt(FIRST_PROGRAM_BIT + this.#bits.size);
    this.#bits.set(keyOf(names), bit);
    for (const name of names) this.names.set(name, (this.names.get(name) ?? 0n) | bit);
    return bit;
  }
}

function keyOf(texts: NameTexts): string {
  return [...texts].sort().join('\n');
}

function encodeFilter(
  { terms, names }: EventFilter,
  sets: TextSets,
  programs: ProgramSets,
  hasAutomaton: boolean,
): Buffer | undefined {
  const predicates = numberPredicates(terms);
  const encoded: EncodedTerm[] = [];
  for (const { predicates: wanted, texts } of terms) {
    let mask = 0n;
    let value = 0n;
    for (const [predicate, holds] of wanted) {
      const bit = bitOf(predicate, predicates, programs);
      if (bit === undefined || ((bit & NAME_BITS & ~PROGRAM_BITS) !== 0n && (!names || !hasAutomaton)))
        continue;
      mask |= bit;
      if (holds) value |= bit;
    }
    const set = texts && names && hasAutomaton ? (sets.bit(texts) ?? 0n) : 0n;
    mask |= set;
    value |= set;
    if (mask === 0n) return undefined;
    encoded.push({ mask, value });
  }
  if (predicates.length > FILTER_ODD || encoded.length > MAX_FILTER_TERMS) return undefined;
  const bytes = Buffer.alloc(FILTER_SIZE);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt8(predicates.length, 4);
  bytes.writeUInt8(encoded.length, 5);
  const asksNames = names !== undefined && hasAutomaton;
  const early = predicates.filter(({ late }) => !late);
  const masks = encoded.reduce((all, { mask }) => all | mask, 0n);
  // Where a process is, is known before anything is collected; the first parameter is the result.
  const least = masks & IN_CONTAINER ? 1 : 0;
  bytes.writeUInt8(Math.max(least, ...early.map(({ parameter }) => parameter + 1)), 6);
  bytes.writeUInt8(asksNames ? 1 : 0, 7);
  bytes.writeUInt8(names?.given ?? NO_ARGUMENT, 8);
  bytes.writeUInt8(names?.base ?? NO_ARGUMENT, 9);
  bytes.writeUInt8(names?.descriptor ?? NO_ARGUMENT, 10);
  const glanced = Math.min(early.length, GLANCE_PREDICATES);
  bytes.writeUInt8(glanced, 11);
  bytes.writeUInt8(asksNames ? 1 : 0, 14);
  bytes.writeUInt8(
    (masks & PROGRAM_BITS ? ASKS_PROGRAM : 0) | (masks & IN_CONTAINER ? ASKS_CONTAINER : 0),
    15,
  );
  bytes.writeUInt16LE(
    predicates.reduce((mask, { late }, index) => (late ? mask | (1 << index) : mask), 0),
    12,
  );
  predicates.forEach(({ parameter, offset, width, operation, operand }, index) => {
    const at = HEADER_SIZE + index * PREDICATE_SIZE;
    bytes.writeUInt8(parameter, at);
    bytes.writeUInt8(offset, at + 1);
    bytes.writeUInt8(width, at + 2);
    bytes.writeUInt8(OPERATIONS[operation], at + 3);
    bytes.writeBigUInt64LE(operand, at + 8);
  });
  encoded.forEach(({ mask, value }, index) => {
    const at = HEADER_SIZE + MAX_PREDICATES * PREDICATE_SIZE + index * TERM_SIZE;
    bytes.writeBigUInt64LE(mask, at);
    bytes.writeBigUInt64LE(value, at + 8);
  });
  for (let answers = 0; answers < 1 << GLANCE_PREDICATES; answers++)
    bytes.writeBigUInt64LE(wantedNames(encoded, BigInt(answers), glanced), WANTED_AT + 8 * answers);
  return bytes;
}

/** Those that can be asked before anything dear has been collected come first. */
function numberPredicates(terms: EventFilter['terms']): NumberPredicate[] {
  const all = new Set(terms.flatMap(({ predicates }) => [...predicates.keys()]));
  const numbers = [...all].filter((predicate) => predicate.kind === 'number');
  return [...numbers.filter(({ late }) => !late), ...numbers.filter(({ late }) => late)];
}

/** `undefined` when there is no bit for it. */
function bitOf(
  predicate: Predicate,
  predicates: readonly NumberPredicate[],
  programs: ProgramSets,
): bigint | undefined {
  switch (predicate.kind) {
    case 'dots':
      return DOTS_BIT;
    case 'top':
      return 1n << BigInt(FILTER_TOP);
    case 'program':
      return programs.bit(predicate.names);
    case 'container':
      return IN_CONTAINER;
    case 'number':
      return 1n << BigInt(predicates.indexOf(predicate));
  }
}

interface EncodedTerm {
  readonly mask: bigint;
  readonly value: bigint;
}

/**
 * Bits about names of which an open with these answers to the first `count` predicates must have one to pass.
 * None: it does not pass. All: some term asks nothing of names. Of a term that asks for several one is enough; best
 * is that for dots, which never holds here: the look that uses this leaves paths with dots alone.
 */
function wantedNames(terms: readonly EncodedTerm[], answers: bigint, count: number): bigint {
  const asked = (1n << BigInt(count)) - 1n;
  let wanted = 0n;
  for (const { mask, value } of terms) {
    if (((answers ^ value) & mask & asked) !== 0n) continue;
    const names = mask & NAME_BITS;
    if (names === 0n || (value & names) !== names) return ALL_BITS;
    wanted |=
      names & DOTS_BIT ||
      (names & PROGRAM_BITS ? names & PROGRAM_BITS & -(names & PROGRAM_BITS) : names & -names);
  }
  return wanted;
}
