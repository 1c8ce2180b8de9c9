/** For tests: builds captures block by block, and reads them back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventFields, encodeEvent } from '../../events/encode.ts';
import * as blocks from './blocks.ts';
import { type CaptureSource, openCapture } from './source.ts';
import type { StateSink } from './state.ts';

/** A field of a block's body: its value and, for numbers, its size in bytes. */
export type Field = string | Uint8Array | readonly [value: number | bigint, size: 1 | 2 | 4 | 8];

/** Numbers little-endian, texts and bytes as they are. */
export function pack(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      if (typeof field === 'string') return Buffer.from(field, 'latin1');
      if (field instanceof Uint8Array) return field;
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(field[0])));
      return bytes.subarray(0, field[1]);
    }),
  );
}

/** A text with its length in two bytes before it. */
export function text(value: string): Buffer {
  return pack([value.length, 2], value);
}

export function block(type: number, ...fields: readonly Field[]): Buffer {
  const body = pack(...fields);
  const padding = Buffer.alloc((4 - (body.length % 4)) % 4);
  const length = blocks.BLOCK_OVERHEAD + body.length + padding.length;
  return pack([type, 4], [length, 4], body, padding, [length, 4]);
}

export function section({ magic = blocks.SECTION_MAGIC, version = 1, options = '' } = {}): Buffer {
  return block(blocks.SECTION_HEADER, [magic, 4], [version, 2], [2, 2], [-1, 8], options);
}

export function machine(hostname = 'host', bootTime = 5n): Buffer {
  return block(
    0x201,
    [4, 4],
    [1024, 8],
    [32768, 8],
    hostname.padEnd(128, '\0'),
    [bootTime, 8],
    [0, 8],
    [0, 8],
    [0, 8],
  );
}

export interface EventBlockOptions {
  readonly cpu?: number;
  /** Present in blocks with flags. */
  readonly flags?: number;
  /** Leave out the number of parameters, as the oldest layout does. */
  readonly old?: boolean;
  readonly type?: number;
}

/** A block with one event; the type follows from the options unless it is given. */
export function event(fields: EventFields | Buffer, options: EventBlockOptions = {}): Buffer {
  const { cpu = 0, flags, old = false } = options;
  const current = Buffer.isBuffer(fields) ? fields : encodeEvent(fields);
  const types = old ? [0x204, 0x208] : [0x216, 0x217];
  const type = options.type ?? types[flags === undefined ? 0 : 1] ?? 0;
  return block(
    type,
    [cpu, 2],
    flags === undefined ? '' : pack([flags, 4]),
    old ? withoutCount(current) : current,
  );
}

/** An event of an older schema: its parameters are what they are, whatever the table says now. */
export function oldEvent(code: number, tid: number, ...parameters: readonly Field[]): Buffer {
  const values = parameters.map((parameter) => pack(parameter));
  const lengths = values.map((value) => pack([value.length, 2]));
  const bytes = Buffer.concat([
    encodeEvent({ code, tid, timestamp: BigInt(tid), values: [] }),
    ...lengths,
    ...values,
  ]);
  bytes.writeUInt32LE(bytes.length, 16);
  bytes.writeUInt32LE(values.length, 22);
  return bytes;
}

/** The event in the layout that lacks the number of parameters. */
export function withoutCount(current: Buffer): Buffer {
  const bytes = Buffer.concat([current.subarray(0, 22), current.subarray(26)]);
  bytes.writeUInt32LE(bytes.length, 16);
  return bytes;
}

/** What one delivered event said. */
export interface Delivered {
  readonly number: number;
  readonly cpu: number;
  readonly code: number;
  readonly tid: number;
  readonly timestamp: bigint;
  readonly stateOnly: boolean;
  readonly parameters: readonly string[];
}

export interface ReadResult {
  readonly source: CaptureSource | undefined;
  readonly events: readonly Delivered[];
  readonly error: unknown;
}

/** Reads a whole capture from memory through a file. An error does not throw, it is in the result. */
export async function readCapture(bytes: Uint8Array, state?: StateSink): Promise<ReadResult> {
  return await withFile(bytes, (path) => readFileCapture(path, state));
}

/** Lets `use` have a file with these bytes, and removes it. */
export async function withFile<T>(bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'lanner-capture-'));
  try {
    const path = join(directory, 'test.scap');
    writeFileSync(path, bytes);
    return await use(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export async function readFileCapture(path: string, state?: StateSink): Promise<ReadResult> {
  const events: Delivered[] = [];
  let source: CaptureSource | undefined;
  try {
    source = await openCapture(path);
    await source.run((cursor) => {
      const { number, cpu, code, tid, timestamp, stateOnly } = cursor;
      const parameters = Array.from({ length: cursor.parameterCount }, (_, index) =>
        (cursor.raw(index) ?? Buffer.alloc(0)).toString('latin1'),
      );
      events.push({ number, cpu, code, tid, timestamp, stateOnly, parameters });
    }, state);
    return { source, events, error: undefined };
  } catch (error) {
    return { source, events, error };
  } finally {
    source?.close();
  }
}
