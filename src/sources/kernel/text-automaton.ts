/** Finds out, with one step for each byte, which sets of texts occur in a text: the tables of bpf/filter.h. */
import type { ByteString } from '../../events/bytes.ts';
import { FILTER_DOTS, FILTER_ODD, FILTER_TOP, MAX_CELLS, MAX_STATES } from './layout.ts';

const BYTES = 256;
/** Texts are cut to these lengths, one after the other, until the tables have room. */
const CUTS = [4096, 64, 32, 16, 8, 4, 2];

export interface TextAutomaton {
  /** Logarithm of the cells of a state. */
  readonly shift: number;
  readonly columnOf: Uint8Array;
  /** By (state << shift) + column. */
  readonly next: Uint16Array;
  /** By state: the sets of which a text ends there, as bits. */
  readonly bits: BigUint64Array;
}

/**
 * The automaton of Aho and Corasick for texts with the bits of their sets. Where the tables have no room for them,
 * texts are cut, so that they are found more often than they should be. `undefined`: not even that helps.
 */
export function textAutomaton(texts: ReadonlyMap<ByteString, bigint>): TextAutomaton | undefined {
  for (const length of CUTS) {
    const automaton = build(cut(texts, length));
    if (automaton) return automaton;
  }
  return undefined;
}

const TOP_BIT = 1n << BigInt(FILTER_TOP);
const DOTS_BIT = 1n << BigInt(FILTER_DOTS);
const ODD_BIT = 1n << BigInt(FILTER_ODD);

/**
 * What the absolute path `name` answers to what filters ask of names, as bits: which sets have a text in it. One with
 * odd components counts as one with dots.
 */
export function answersOf({ shift, columnOf, next, bits }: TextAutomaton, name: ByteString): bigint {
  let state = 0;
  let found = name.lastIndexOf('/') <= 0 ? TOP_BIT : 0n;
  for (const byte of Buffer.from(`\0${name}\0`, 'latin1')) {
    state = next[(state << shift) + (columnOf[byte] as number)] as number;
    found |= bits[state] as bigint;
  }
  return found & ODD_BIT ? found | DOTS_BIT : found;
}

/** Every text becomes its beginning, if it is longer. */
function cut(texts: ReadonlyMap<ByteString, bigint>, length: number): Map<ByteString, bigint> {
  const shortened = new Map<ByteString, bigint>();
  for (const [text, bits] of texts) {
    const start = text.slice(0, length);
    shortened.set(start, (shortened.get(start) ?? 0n) | bits);
  }
  return shortened;
}

function build(texts: ReadonlyMap<ByteString, bigint>): TextAutomaton | undefined {
  const columnOf = new Uint8Array(BYTES);
  let columns = 1;
  const children: Map<number, number>[] = [new Map()];
  const bits = [0n];
  for (const [text, ownBits] of texts) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const byte = text.charCodeAt(at);
      // A 256th column is never needed: it would take texts with all bytes.
      if (columnOf[byte] === 0) {
        if (columns === BYTES) return undefined;
        columnOf[byte] = columns++;
      }
      const column = columnOf[byte] as number;
      let child = children[state]?.get(column);
      if (child === undefined) {
        child = children.push(new Map()) - 1;
        bits.push(0n);
        children[state]?.set(column, child);
      }
      state = child;
    }
    bits[state] = (bits[state] as bigint) | ownBits;
  }
  const shift = Math.ceil(Math.log2(columns));
  if (children.length > MAX_STATES || children.length << shift > MAX_CELLS) return undefined;
  return { shift, columnOf, next: complete(children, bits, shift), bits: BigUint64Array.from(bits) };
}

/** Lets every state go on where the longest end of what it stands for would, and find what that finds. */
function complete(
  children: readonly ReadonlyMap<number, number>[],
  bits: bigint[],
  shift: number,
): Uint16Array {
  const columns = 1 << shift;
  const next = new Uint16Array(children.length << shift);
  const fallback = new Uint16Array(children.length);
  const queue = [0];
  for (const state of queue) {
    const other = fallback[state] as number;
    for (let column = 0; column < columns; column++) {
      const inherited = state === 0 ? 0 : (next[(other << shift) + column] as number);
      const child = children[state]?.get(column);
      next[(state << shift) + column] = child ?? inherited;
      if (child === undefined) continue;
      fallback[child] = inherited;
      bits[child] = (bits[child] as bigint) | (bits[inherited] as bigint);
      queue.push(child);
    }
  }
  return next;
}
