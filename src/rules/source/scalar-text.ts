import type { Location } from '../location.ts';
import type { Locatable, SourceFile } from './source-file.ts';

/** How a scalar is written in YAML. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/**
 * The value of a YAML scalar that knows where each of its characters stands in the file, whatever
 * style it is written in.
 *
 * The idea: folding, indentation and chomping change white space only. So the nth character of the
 * value that is not white space is the nth such character of the source, once the quotes and escapes
 * of quoted styles are taken account of. White space is placed behind the character before it.
 */
export class ScalarText implements Locatable {
  readonly text: string;
  readonly file: SourceFile;
  readonly style: ScalarStyle;
  /** Range of the scalar in the file; with its quotes, or the header of a block. */
  readonly start: number;
  readonly end: number;
  /** Offsets in the file of the characters of the value; built at the first question. */
  #offsets: Uint32Array | undefined;

  constructor(text: string, file: SourceFile, style: ScalarStyle, start: number, end: number) {
    this.text = text;
    this.file = file;
    this.style = style;
    this.start = start;
    this.end = end;
  }

  locate(offset: number): Location {
    return this.file.locate(this.#sourceOffset(offset));
  }

  #sourceOffset(offset: number): number {
    if (this.style === 'plain' && this.end - this.start === this.text.length) {
      return this.start + Math.min(offset, this.text.length);
    }
    this.#offsets ??= this.#align();
    const { length } = this.#offsets;
    if (length === 0) return this.start;
    if (offset < length) return this.#offsets[offset] ?? this.start;
    return (this.#offsets[length - 1] ?? this.start) + 1;
  }

  #align(): Uint32Array {
    const offsets = new Uint32Array(this.text.length);
    const sources = this.#visibleOffsets();
    let next = 0;
    let last = sources[0] ?? this.start;
    for (let at = 0; at < this.text.length; at++) {
      if (isSpace(this.text.charCodeAt(at))) {
        offsets[at] = next === 0 ? last : last + 1;
      } else {
        last = sources[next++] ?? last;
        offsets[at] = last;
      }
    }
    return offsets;
  }

  /** Offsets of the characters of the source that stand for a visible character of the value. */
  #visibleOffsets(): number[] {
    const source = this.file.text;
    if (this.style === 'double') return doubleQuoted(source, this.start, this.end);
    if (this.style === 'single') return singleQuoted(source, this.start, this.end);
    let at = this.start;
    if (this.style === 'block') {
      const header = source.indexOf('\n', at);
      at = header < 0 ? this.end : header + 1;
    }
    const offsets: number[] = [];
    for (; at < this.end; at++) {
      if (!isSpace(source.charCodeAt(at))) offsets.push(at);
    }
    return offsets;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function singleQuoted(source: string, start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start + 1; at < end - 1; at++) {
    const code = source.charCodeAt(at);
    if (isSpace(code)) continue;
    offsets.push(at);
    if (code === 0x27) at++;
  }
  return offsets;
}

/** Characters that a double-quoted escape leaves behind as white space (or not at all). */
const SPACE_ESCAPES = 'ntr \n\r\t';
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function doubleQuoted(source: string, start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start + 1; at < end - 1; at++) {
    const code = source.charCodeAt(at);
    if (isSpace(code)) continue;
    if (code !== 0x5c) {
      offsets.push(at);
      continue;
    }
    const letter = source.charAt(at + 1);
    const digits = HEX_DIGITS[letter];
    if (digits !== undefined) {
      const value = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
      if (!isSpace(value)) offsets.push(at);
      if (value > 0xffff) offsets.push(at);
      at += 1 + digits;
    } else {
      if (!SPACE_ESCAPES.includes(letter)) offsets.push(at);
      at += 1;
    }
  }
  return offsets;
}
