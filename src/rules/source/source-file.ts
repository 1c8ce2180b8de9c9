import type { Location } from '../location.ts';

/** Something whose characters stand somewhere in a file. */
export interface Locatable {
  /** Place of the character at `offset` (from 0). */
  locate(offset: number): Location;
}

/** Text of one rule file, with its lines. */
export class SourceFile implements Locatable {
  readonly name: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  locate(offset: number): Location {
    return new SourceLocation(this, offset);
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { line: number; column: number } {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** Text of a line (from 1) without its end; empty when there is no such line. */
  line(number: number): string {
    const starts = this.#starts();
    const start = starts[number - 1];
    if (start === undefined) return '';
    return this.text.slice(start, starts[number]).replace(/\r?\n$|\r$/, '');
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}

/** A place that works out line and column only when somebody asks: most places never are. */
export class SourceLocation implements Location {
  readonly #source: SourceFile;
  readonly offset: number;

  constructor(source: SourceFile, offset: number) {
    this.#source = source;
    this.offset = offset;
  }

  get file(): string {
    return this.#source.name;
  }

  get line(): number {
    return this.#source.position(this.offset).line;
  }

  get column(): number {
    return this.#source.position(this.offset).column;
  }

  toJSON(): Location {
    return plainLocation(this);
  }
}

function plainLocation({ file, line, column, offset }: Location): Location {
  return { file, line, column, offset };
}

/** A place that is worked out when somebody asks. */
export class DeferredLocation implements Location {
  readonly #text: Locatable;
  readonly #at: number;
  #found: Location | undefined;

  constructor(text: Locatable, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get file(): string {
    return this.#location.file;
  }

  get line(): number {
    return this.#location.line;
  }

  get column(): number {
    return this.#location.column;
  }

  get offset(): number {
    return this.#location.offset;
  }

  toJSON(): Location {
    return plainLocation(this);
  }

  get #location(): Location {
    this.#found ??= this.#text.locate(this.#at);
    return this.#found;
  }
}
