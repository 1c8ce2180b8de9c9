/** Goes through a capture block by block and says where it is damaged. */
import * as blocks from './blocks.ts';
import { CaptureError, Damage } from './error.ts';
import { FieldsReader } from './fields-reader.ts';
import { isEndOfFile } from './gzip.ts';
import type { Input } from './input.ts';
import { Window } from './window.ts';

/**
 * The most that a block may span which is brought into memory whole: a list of some hundred thousand
 * processes, or a large event.
 */
const MAX_BLOCK = 256 * 1024 * 1024;

/** Magic number, version and length of the section. */
const SECTION_BODY = 16;

const SUPPORTED_VERSION = 1;

/** The block that it stands at begins at `window.start`; the methods about "the block" are about that one. */
export class BlockReader {
  readonly window: Window;

  readonly #path: string;
  readonly #input: Input;

  constructor(path: string, input: Input) {
    this.#path = path;
    this.#input = input;
    this.window = new Window(input);
  }

  /** Reads the section header at the start of the file. Rejects with one line when the file is no capture. */
  async begin(): Promise<void> {
    const { window } = this;
    await this.#need(blocks.BLOCK_HEADER + SECTION_BODY);
    if (window.end === window.start) throw new CaptureError(`${this.#path}: empty, not a capture`);
    if (window.end - window.start < blocks.BLOCK_HEADER + SECTION_BODY || this.type !== blocks.SECTION_HEADER)
      throw new CaptureError(`${this.#path}: not a capture: it does not begin with a section header`);
    await this.guard(() => this.section());
  }

  /** Is there a block at all? Rejects when there is only a part of its header. */
  async next(): Promise<boolean> {
    if (await this.#need(blocks.BLOCK_HEADER)) return true;
    if (this.window.end === this.window.start) return false;
    throw this.#cutOff();
  }

  get type(): number {
    return this.window.view.getUint32(this.window.start, true);
  }

  get length(): number {
    return this.window.view.getUint32(this.window.start + 4, true);
  }

  /** Brings the whole block into the window: one with an event of the given kind (see blocks.ts), or with state. */
  async load(kind = 0): Promise<void> {
    const { length } = this;
    const most = kind === 0 || kind & blocks.LARGE ? MAX_BLOCK : blocks.MAX_EVENT_BLOCK;
    if (length < blocks.BLOCK_OVERHEAD || length > most) throw new Damage(`a block of ${length} bytes`);
    if (!(await this.#need(length))) throw this.#cutOff();
    this.#checkTrailer(length);
  }

  /** The fields of a loaded block. */
  body(): FieldsReader {
    const { window, length } = this;
    return new FieldsReader(
      window.buffer,
      window.start + blocks.BLOCK_HEADER,
      window.start + length - blocks.BLOCK_TRAILER,
    );
  }

  /** Goes over the block, which need not be in memory. */
  async skip(): Promise<void> {
    const { window, length } = this;
    const offset = this.#offset;
    if (length < blocks.BLOCK_OVERHEAD) throw new Damage(`a block of ${length} bytes`);
    if (!(await this.#read(() => window.skip(length - blocks.BLOCK_TRAILER)))) throw this.#cutOff(offset);
    if (!(await this.#need(blocks.BLOCK_TRAILER))) throw this.#cutOff(offset);
    if (window.view.getUint32(window.start, true) !== length) throw this.#damaged(offset, DIFFERENT_LENGTHS);
    window.start += blocks.BLOCK_TRAILER;
  }

  /** Checks the section header that it stands at, and goes over it. */
  async section(): Promise<void> {
    const { window } = this;
    if (this.length < blocks.BLOCK_OVERHEAD + SECTION_BODY)
      throw new Damage(`a section header of ${this.length} bytes`);
    if (!(await this.#need(blocks.BLOCK_HEADER + SECTION_BODY))) throw this.#cutOff();
    const body = window.start + blocks.BLOCK_HEADER;
    const magic = window.view.getUint32(body, true);
    if (magic === blocks.SECTION_MAGIC_SWAPPED)
      throw new CaptureError(`${this.#path}: from a big-endian machine, which Lanner cannot read`);
    if (magic !== blocks.SECTION_MAGIC) throw new Damage('a section header without its magic number');
    const version = window.view.getUint16(body + 4, true);
    if (version > SUPPORTED_VERSION)
      throw new CaptureError(
        `${this.#path}: format version ${version}; Lanner reads versions up to ${SUPPORTED_VERSION}`,
      );
    await this.skip();
  }

  /** Runs a step that looks into the block. What it finds damaged becomes an error with the block's place. */
  async guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      throw error instanceof Damage ? this.#damaged(this.#offset, error.message) : error;
    }
  }

  get #offset(): number {
    return this.window.offsetOf(this.window.start);
  }

  #checkTrailer(length: number): void {
    const { window } = this;
    if (window.view.getUint32(window.start + length - blocks.BLOCK_TRAILER, true) !== length)
      throw new Damage(DIFFERENT_LENGTHS);
  }

  #need(count: number): Promise<boolean> {
    return this.#read(() => this.window.need(count));
  }

  async #read(read: () => Promise<boolean>): Promise<boolean> {
    const offset = this.#offset;
    try {
      return await read();
    } catch (error) {
      if (isEndOfFile(error)) throw this.#cutOff(offset);
      const reason = (error as Error).message;
      throw new CaptureError(
        `${this.#path}: cannot be read beyond ${this.#place(offset)}: ${reason}`,
        offset,
        error,
      );
    }
  }

  #cutOff(offset = this.#offset): CaptureError {
    const message = `${this.#path}: cut off in the block at ${this.#place(offset)}`;
    return new CaptureError(message, offset);
  }

  #damaged(offset: number, what: string): CaptureError {
    return new CaptureError(`${this.#path}: damaged at ${this.#place(offset)}: ${what}`, offset);
  }

  #place(offset: number): string {
    return `offset ${offset}${this.#input.compressed ? ' of the decompressed data' : ''}`;
  }
}

export const DIFFERENT_LENGTHS = 'a block whose lengths at its two ends differ';
