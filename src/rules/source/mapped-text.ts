import type { Location } from '../location.ts';
import type { Locatable } from './source-file.ts';

interface Piece {
  /** Where the piece stands in the composed text. */
  readonly start: number;
  readonly length: number;
  readonly origin: Locatable;
  /** Where the piece begins in its origin. */
  readonly originStart: number;
}

/**
 * Text composed of parts of other texts (a condition and what is appended to it, the items of a list
 * put in place of its name) that still knows where each part comes from.
 */
export class MappedText implements Locatable {
  readonly text: string;
  readonly #pieces: readonly Piece[];

  private constructor(text: string, pieces: readonly Piece[]) {
    this.text = text;
    this.#pieces = pieces;
  }

  /** The whole of one text. */
  static of(origin: Locatable & { readonly text: string }): MappedText {
    const { text } = origin;
    return new MappedText(text, [{ start: 0, length: text.length, origin, originStart: 0 }]);
  }

  /** Parts after one another. A plain string is glue without a place of its own. */
  static join(parts: readonly (TextPart | string)[]): MappedText {
    const pieces: Piece[] = [];
    const texts: string[] = [];
    let start = 0;
    for (const part of parts) {
      if (typeof part === 'string') {
        texts.push(part);
        start += part.length;
        continue;
      }
      const { origin, from, to } = part;
      texts.push(origin.text.slice(from, to));
      pieces.push({ start, length: to - from, origin, originStart: from });
      start += to - from;
    }
    return new MappedText(texts.join(''), pieces);
  }

  /** Part of this text, for {@link join}. */
  part(from: number, to: number): TextPart {
    return { origin: this, from, to };
  }

  locate(offset: number): Location {
    // A loop, since texts may be composed of texts many times over.
    let text: MappedText = this;
    for (let at = offset; ; ) {
      const piece = text.#pieceAt(at);
      if (piece === undefined) throw new Error('a text without any origin has no places');
      at = piece.originStart + Math.min(Math.max(at - piece.start, 0), piece.length);
      if (!(piece.origin instanceof MappedText)) return piece.origin.locate(at);
      text = piece.origin;
    }
  }

  /** The last piece that begins at or before `offset`; the first one for glue in front of all. */
  #pieceAt(offset: number): Piece | undefined {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#pieces[low];
  }
}

/** `[from, to)` of a text. */
export interface TextPart {
  readonly origin: Locatable & { readonly text: string };
  readonly from: number;
  readonly to: number;
}

/** A whole text as a part. */
export function whole(origin: Locatable & { readonly text: string }): TextPart {
  return { origin, from: 0, to: origin.text.length };
}
