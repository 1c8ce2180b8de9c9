/** Lines of a log, one by one, whatever pieces it is read in. */

const NEWLINE = 0x0a;

/** A line, or the beginning of one that is longer than the limit. */
export interface Line {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

export class LineSplitter {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #length = 0;
  /** The rest of a line whose beginning was told already. */
  #isSkipping = false;

  /** Of lines longer than `limit` bytes only the beginning is kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of the line that has no end yet. */
  get pending(): number {
    return this.#length;
  }

  /** Lines that `chunk` completes, each with the number of bytes of the chunk up to behind it. Empty lines are left out. */
  *push(chunk: Buffer): Generator<{ readonly line: Line | undefined; readonly end: number }> {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      const early = this.#keep(chunk.subarray(start, at));
      if (early) yield { line: early, end: at + 1 };
      start = at + 1;
      yield { line: this.#finish(), end: start };
    }
    const early = this.#keep(chunk.subarray(start));
    if (early) yield { line: early, end: chunk.length };
  }

  /** The line that nobody has ended. */
  end(): Line | undefined {
    return this.#finish();
  }

  /** Keeps a part of a line; gives the beginning of the line when it has become too long. */
  #keep(piece: Buffer): Line | undefined {
    this.#length += piece.length;
    if (this.#isSkipping) return undefined;
    if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
    if (this.#length <= this.#limit) return undefined;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#isSkipping = true;
    return { bytes: bytes.subarray(0, this.#limit), isWhole: false };
  }

  #finish(): Line | undefined {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    const isSkipping = this.#isSkipping;
    this.#isSkipping = false;
    if (isSkipping || pieces.length === 0) return undefined;
    return { bytes: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), isWhole: true };
  }
}
