/** Notices when events wait in the buffers and nobody reads them. */

/** What is read of a source. */
export interface ReadCounts {
  /** Events that the probe has handed over, and those of them that were read. */
  readonly emitted: number;
  readonly delivered: number;
}

/** Looks in a row, a second apart, after which it is said. */
const LOOKS = 10;

export class ReadingWatch {
  readonly #counts: () => ReadCounts;
  #delivered = 0;
  /** Looks in a row at which events waited and none had been read since the look before. */
  #stuck = 0;

  constructor(counts: () => ReadCounts) {
    this.#counts = counts;
  }

  /** To be called once a second. */
  look(): void {
    const { emitted, delivered } = this.#counts();
    this.#stuck = emitted > delivered && delivered === this.#delivered ? this.#stuck + 1 : 0;
    this.#delivered = delivered;
  }

  /** What is wrong, in words for people; `undefined` when events are read. */
  get trouble(): string | undefined {
    if (this.#stuck < LOOKS) return undefined;
    const { emitted, delivered } = this.#counts();
    return `${emitted - delivered} events wait, and none has been read for ${this.#stuck} seconds`;
  }
}
