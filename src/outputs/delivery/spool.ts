/**
 * Letters on disk until they are delivered, so that neither a receiver that is away nor the end of this program
 * loses them.
 *
 * A folder holds segments, `00000001.letters` and so on, to which letters are appended, one a line: a checksum, a
 * space, JSON. `position` names the first letter that is not delivered yet; it is replaced as a whole. Segments
 * before it are removed. After a crash the last line may be half of one, and letters delivered shortly before may
 * be read again: they are delivered at least once. A letter survives the end of the program, but not always that
 * of the machine: the kernel writes it to the disk when it sees fit.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { lockFolder } from './folder-lock.ts';
import type { Letter } from './transport.ts';

export interface SpoolOptions {
  /** Made when it is not there, readable by nobody else: alerts tell about the machine. */
  readonly folder: string;
  /** Bytes of letters that are kept at most; the oldest make room. */
  readonly maxBytes: number;
  /** Letters older than this are not delivered any more, in milliseconds; 0 for no limit. */
  readonly maxAgeMs: number;
  /** Milliseconds since the epoch; without it, of a clock that does not notice when the machine's clock is set. */
  readonly now?: () => number;
}

/** A letter with its place. */
export interface Spooled extends Letter {
  readonly segment: number;
  /** Where the letter ends, in bytes from the beginning of the segment. */
  readonly end: number;
}

/** Letters that were given up since the start. */
export interface SpoolLosses {
  /** Removed to keep the limit of size. */
  readonly full: number;
  /** Older than the limit of age. */
  readonly old: number;
  /** Not readable: half written, or damaged on disk. */
  readonly damaged: number;
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** Letters in it that are neither delivered nor given up. */
  letters: number;
}

const SEGMENTS_IN_FULL = 16;
const SMALLEST_SEGMENT = 16 * 1024;
const READ_AT_ONCE = 256 * 1024;
const NEWLINE = 0x0a;
const NAME = /^(\d{8})\.letters$/;

export class Spool {
  readonly #options: SpoolOptions;
  readonly #now: () => number;
  readonly #segments: Segment[] = [];
  readonly #segmentBytes: number;
  readonly #unlock: () => void;
  readonly #losses = { full: 0, old: 0, damaged: 0 };
  /** The last segment, while letters are appended to it. */
  #file: FileHandle | undefined;
  /** Behind the last letter that was delivered or given up. */
  #position: { readonly segment: number; readonly offset: number };

  /** Opens the folder and finds what an earlier run left. Throws when it cannot be used. */
  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.timeOrigin + performance.now());
    this.#segmentBytes = Math.max(SMALLEST_SEGMENT, Math.ceil(options.maxBytes / SEGMENTS_IN_FULL));
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#unlock = lockFolder(options.folder);
    this.#position = readPosition(join(options.folder, 'position'));
    this.#findSegments();
  }

  /** Letters that wait. */
  get letters(): number {
    return this.#segments.reduce((sum, { letters }) => sum + letters, 0);
  }

  get losses(): SpoolLosses {
    return this.#losses;
  }

  /**
   * Appends letters; when it has ended they are the kernel's, and survive the end of this program. Rejects when the
   * disk does not take them all; `kept` of the error is the number of those that it took.
   */
  async append(letters: readonly Letter[]): Promise<void> {
    const time = this.#now();
    let kept = 0;
    try {
      for (; kept < letters.length; kept++) await this.#appendLine(encode(letters[kept] as Letter, time));
    } catch (error) {
      throw Object.assign(error as NodeJS.ErrnoException, { kept });
    }
    await this.#keepLimit();
  }

  /** The next letters, `count` at most, in order. They stay until {@link Spool.settle}. */
  read(count: number): Spooled[] {
    const found: Spooled[] = [];
    const oldest = this.#options.maxAgeMs > 0 ? this.#now() - this.#options.maxAgeMs : 0;
    for (const segment of this.#segments) {
      if (segment.number < this.#position.segment) continue;
      const from = segment.number === this.#position.segment ? this.#position.offset : 0;
      for (const { text, end } of linesOf(this.#pathOf(segment.number), from, segment.bytes)) {
        if (found.length === count) return found;
        const line = decode(text);
        if (line !== undefined && line.time >= oldest) {
          found.push({ id: line.id, payload: line.payload, segment: segment.number, end });
        } else if (found.length === 0) {
          // Given up only at the front: what lies behind letters that wait is met again.
          if (line === undefined) this.#losses.damaged++;
          else this.#losses.old++;
          segment.letters--;
          this.#position = { segment: segment.number, offset: end };
        }
      }
    }
    return found;
  }

  /** These letters, the first that {@link Spool.read} gave, are delivered or given up. */
  async settle(letters: readonly Spooled[]): Promise<void> {
    const last = letters.at(-1);
    if (last === undefined) return;
    for (const { segment: number } of letters) {
      const segment = this.#segments.find((each) => each.number === number);
      if (segment !== undefined) segment.letters--;
    }
    // The limit of size may have removed these letters, and more, in the meantime.
    if (last.segment < this.#position.segment) return;
    this.#position = { segment: last.segment, offset: last.end };
    await this.#savePosition();
    while (this.#segments.length > 1 && (this.#segments[0]?.letters ?? 0) <= 0) await this.#removeFirst();
  }

  /** Closes the folder; letters stay in it. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#unlock();
  }

  async #appendLine(line: Buffer): Promise<void> {
    let segment = this.#segments.at(-1);
    if (segment === undefined || this.#file === undefined || segment.bytes >= this.#segmentBytes)
      segment = await this.#begin();
    const file = this.#file as FileHandle;
    try {
      const { bytesWritten } = await file.write(line);
      if (bytesWritten < line.length) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    } catch (error) {
      // Half a letter must not swallow the one that follows.
      await file.truncate(segment.bytes);
      throw error;
    }
    segment.bytes += line.length;
    segment.letters++;
  }

  async #begin(): Promise<Segment> {
    await this.#file?.close();
    this.#file = undefined;
    const number = Math.max(this.#position.segment, this.#segments.at(-1)?.number ?? 0) + 1;
    this.#file = await open(this.#pathOf(number), 'ax', 0o600);
    const segment = { number, bytes: 0, letters: 0 };
    this.#segments.push(segment);
    return segment;
  }

  async #keepLimit(): Promise<void> {
    const bytes = (): number => this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    while (bytes() > this.#options.maxBytes && this.#segments.length > 1) {
      this.#losses.full += this.#segments[0]?.letters ?? 0;
      await this.#removeFirst();
    }
  }

  async #removeFirst(): Promise<void> {
    const [first, second] = this.#segments;
    if (first === undefined || second === undefined) return;
    this.#segments.shift();
    if (this.#position.segment <= first.number) this.#position = { segment: second.number, offset: 0 };
    await unlink(this.#pathOf(first.number));
  }

  #findSegments(): void {
    for (const name of readdirSync(this.#options.folder).sort()) {
      const number = Number(NAME.exec(name)?.[1]);
      if (Number.isNaN(number)) continue;
      if (number < this.#position.segment) unlinkSync(this.#pathOf(number));
      else this.#segments.push(this.#survey(number));
    }
  }

  /** Counts what an earlier run left in a segment. */
  #survey(number: number): Segment {
    const bytes = readFileSync(this.#pathOf(number));
    const from = number === this.#position.segment ? this.#position.offset : 0;
    let letters = 0;
    for (const byte of bytes.subarray(from)) if (byte === NEWLINE) letters++;
    if (bytes.length > from && bytes.at(-1) !== NEWLINE) this.#losses.damaged++;
    return { number, bytes: bytes.length, letters };
  }

  async #savePosition(): Promise<void> {
    const path = join(this.#options.folder, 'position');
    await writeFile(`${path}.new`, `${this.#position.segment} ${this.#position.offset}`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  #pathOf(number: number): string {
    return join(this.#options.folder, `${String(number).padStart(8, '0')}.letters`);
  }
}

function readPosition(path: string): { segment: number; offset: number } {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Nothing was delivered from here yet.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const [, segment = '0', offset = '0'] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return { segment: Number(segment), offset: Number(offset) };
}

/** The whole lines of a file between two offsets, each with the offset of its end. Read piece by piece. */
function* linesOf(path: string, from: number, to: number): Generator<{ text: string; end: number }> {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    let end = from;
    for (let offset = from; offset < to; ) {
      const piece = Buffer.allocUnsafe(Math.min(READ_AT_ONCE, to - offset));
      const count = readSync(file, piece, 0, piece.length, offset);
      if (count === 0) return;
      offset += count;
      const bytes = Buffer.concat([rest, piece.subarray(0, count)]);
      let start = 0;
      for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, start)) {
        end += newline + 1 - start;
        yield { text: bytes.toString('utf8', start, newline), end };
        start = newline + 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    closeSync(file);
  }
}

function encode({ id, payload }: Letter, time: number): Buffer {
  const json = JSON.stringify([time, id, payload]);
  return Buffer.from(`${checksum(json)} ${json}\n`, 'utf8');
}

function decode(line: string): { time: number; id: string; payload: string } | undefined {
  const json = line.slice(9);
  if (line.slice(0, 8) !== checksum(json)) return undefined;
  const [time, id, payload] = JSON.parse(json) as [number, string, string];
  return { time, id, payload };
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
