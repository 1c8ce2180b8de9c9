/** Which of many texts does a text contain? */
import type { ByteString } from '../../events/bytes.ts';
import { lowerAscii } from '../ascii.ts';

const BYTES = 256;

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const TO_LOWER = 0x20;

/** Cells of the table beyond which no automaton is built: 32 MB. */
const MAX_CELLS = 8 * 1024 * 1024;

/**
 * The automaton of Aho and Corasick as a table: one step for each byte of the text, however many texts are looked
 * for. Bytes that occur in none of them share one column.
 */
export class Substrings {
  readonly #columnOf = new Uint16Array(BYTES);
  readonly #columns: number;
  /** Where each state goes, by column: the first cell of the next state, negative when a text ends there. */
  readonly #next: Int32Array;
  /** By state: numbers of the texts that end there. */
  readonly #values: (readonly number[] | undefined)[] = [undefined];

  /** Whether the texts are few and short enough for a table. */
  static fits(texts: readonly ByteString[]): boolean {
    const bytes = new Set<number>();
    let length = 1;
    for (const text of texts) {
      length += text.length;
      for (let at = 0; at < text.length; at++) bytes.add(text.charCodeAt(at));
    }
    return length * (bytes.size + 1) <= MAX_CELLS;
  }

  /** The texts must not be empty. With `ignoreCase`, ASCII letters match in either case. */
  constructor(texts: ReadonlyMap<ByteString, number>, { ignoreCase = false } = {}) {
    let columns = 1;
    let length = 1;
    for (const text of texts.keys()) {
      length += text.length;
      for (const character of ignoreCase ? lowerAscii(text) : text) {
        const byte = character.charCodeAt(0);
        if (this.#columnOf[byte] === 0) this.#columnOf[byte] = columns++;
      }
    }
    if (ignoreCase)
      for (let byte = UPPER_A; byte <= UPPER_Z; byte++)
        this.#columnOf[byte] = this.#columnOf[byte + TO_LOWER] as number;
    this.#columns = columns;
    const next = new Int32Array(length * columns);
    for (const [text, value] of texts) this.#add(next, text, value);
    // Texts share beginnings: there are fewer states than characters.
    this.#next = next.slice(0, this.#values.length * columns);
    this.#complete();
  }

  /** Folds the numbers of all texts that `text` contains into one, as often as they occur. */
  fold(text: ByteString, start: number, step: (state: number, value: number) => number): number {
    const next = this.#next;
    const columnOf = this.#columnOf;
    const { length } = text;
    let result = start;
    let row = 0;
    for (let at = 0; at < length; at++) {
      row = next[row + (columnOf[text.charCodeAt(at)] as number)] as number;
      if (row < 0) {
        row = -row;
        const ending = this.#values[row / this.#columns] as readonly number[];
        for (const value of ending) result = step(result, value);
      }
    }
    return result;
  }

  /** A path of states for the text; 0 stands for no next state until the table is complete. */
  #add(next: Int32Array, text: ByteString, value: number): void {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const cell = state * this.#columns + (this.#columnOf[text.charCodeAt(at)] as number);
      if (next[cell] === 0) next[cell] = this.#values.push(undefined) - 1;
      state = next[cell] as number;
    }
    this.#values[state] = [...(this.#values[state] ?? []), value];
  }

  /** Lets every state go on where the longest end of what it stands for would, where it has no way of its own. */
  #complete(): void {
    const columns = this.#columns;
    const next = this.#next;
    const fallback = new Int32Array(this.#values.length);
    const queue: number[] = [];
    for (let column = 0; column < columns; column++) {
      const child = next[column] as number;
      if (child !== 0) queue.push(child);
    }
    for (const state of queue) {
      const other = fallback[state] as number;
      const inherited = this.#values[other];
      if (inherited !== undefined) this.#values[state] = [...(this.#values[state] ?? []), ...inherited];
      for (let column = 0; column < columns; column++) {
        const cell = state * columns + column;
        const target = next[other * columns + column] as number;
        const child = next[cell] as number;
        if (child === 0) next[cell] = target;
        else {
          fallback[child] = target;
          queue.push(child);
        }
      }
    }
    for (let cell = 0; cell < next.length; cell++) {
      const state = next[cell] as number;
      next[cell] = state * columns * (this.#values[state] === undefined ? 1 : -1);
    }
  }
}
