/** Filters as the probe takes them: `struct lanner_filter` and `struct lanner_automaton` of bpf/layout.h. */
import type { ByteString } from '../../events/bytes.ts';
import type { EventFilter, NameTexts, NumberPredicate, Predicate } from '../../events/event-filter.ts';
import {
  FILTER_DOTS,
  FILTER_TOP,
  MAX_CELLS,
  MAX_PREDICATES,
  MAX_STATES,
  MAX_TERMS,
  NO_ARGUMENT,
} from './layout.ts';
import { type TextAutomaton, textAutomaton } from './text-automaton.ts';

const HEADER_SIZE = 16;
const PREDICATE_SIZE = 16;
const TERM_SIZE = 16;
export const FILTER_SIZE = HEADER_SIZE + MAX_PREDICATES * PREDICATE_SIZE + MAX_TERMS * TERM_SIZE;

const AUTOMATON_HEADER_SIZE = 8 + 256;
export const AUTOMATON_SIZE = AUTOMATON_HEADER_SIZE + 8 * MAX_STATES + 2 * MAX_CELLS;

/** Bits for sets of texts, which all filters share. */
const MAX_TEXT_SETS = 64 - MAX_PREDICATES;

const OPERATIONS = { 'any bit': 0, equals: 1, 'not negative': 2, 'in set': 3 } as const;

export interface EncodedFilters {
  /** By event code; a code that is missing has no filter. */
  readonly filters: ReadonlyMap<number, Buffer>;
  readonly automaton: TextAutomaton;
}

/** Filters for which there is no room are left out: their events pass. */
export function encodeFilters(filters: readonly EventFilter[]): EncodedFilters {
  const sets = new TextSets(filters);
  const automaton = textAutomaton(sets.texts);
  const encoded = new Map<number, Buffer>();
  for (const filter of filters) {
    const bytes = encodeFilter(filter, sets, automaton !== undefined);
    if (bytes) encoded.set(filter.code, bytes);
  }
  return { filters: encoded, automaton: automaton ?? (textAutomaton(new Map()) as TextAutomaton) };
}

/** `struct lanner_automaton`, into the probe's memory. */
export function writeAutomaton(memory: Buffer, { columns, columnOf, bits, next }: TextAutomaton): void {
  memory.writeUInt32LE(columns, 0);
  memory.set(columnOf, 8);
  memory.set(Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength), AUTOMATON_HEADER_SIZE);
  memory.set(
    Buffer.from(next.buffer, next.byteOffset, next.byteLength),
    AUTOMATON_HEADER_SIZE + 8 * MAX_STATES,
  );
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
        for (const text of texts) this.texts.set(text, (this.texts.get(text) ?? 0n) | bit);
      }
  }

  /** `undefined` when there was no bit left for the set. */
  bit(texts: NameTexts): bigint | undefined {
    return this.#bits.get(keyOf(texts));
  }
}

function keyOf(texts: NameTexts): string {
  return [...texts].sort().join('\n');
}

function encodeFilter(
  { terms, names }: EventFilter,
  sets: TextSets,
  hasAutomaton: boolean,
): Buffer | undefined {
  const predicates: NumberPredicate[] = [];
  const encoded: { mask: bigint; value: bigint }[] = [];
  for (const { predicates: wanted, texts } of terms) {
    let mask = 0n;
    let value = 0n;
    for (const [predicate, holds] of wanted) {
      if (predicate.kind !== 'number' && (!names || !hasAutomaton)) continue;
      const bit = 1n << BigInt(numberOf(predicate, predicates));
      mask |= bit;
      if (holds) value |= bit;
    }
    const set = texts && names && hasAutomaton ? (sets.bit(texts) ?? 0n) : 0n;
    mask |= set;
    value |= set;
    if (mask === 0n) return undefined;
    encoded.push({ mask, value });
  }
  if (predicates.length > FILTER_TOP || encoded.length > MAX_TERMS) return undefined;
  const bytes = Buffer.alloc(FILTER_SIZE);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt8(predicates.length, 4);
  bytes.writeUInt8(encoded.length, 5);
  const early = predicates.filter(({ late }) => !late).map(({ parameter }) => parameter + 1);
  bytes.writeUInt8(Math.max(0, ...early), 6);
  bytes.writeUInt8(names && hasAutomaton ? 1 : 0, 7);
  bytes.writeUInt8(names?.given ?? NO_ARGUMENT, 8);
  bytes.writeUInt8(names?.base ?? NO_ARGUMENT, 9);
  bytes.writeUInt8(names?.descriptor ?? NO_ARGUMENT, 10);
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
  return bytes;
}

function numberOf(predicate: Predicate, predicates: NumberPredicate[]): number {
  if (predicate.kind === 'dots') return FILTER_DOTS;
  if (predicate.kind === 'top') return FILTER_TOP;
  const known = predicates.indexOf(predicate);
  return known >= 0 ? known : predicates.push(predicate) - 1;
}
