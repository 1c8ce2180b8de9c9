/**
 * Rewrites a capture so that every path and every list of arguments in its events is one of a kind:
 *
 *     node bench/unique-capture.ts FROM TO
 *
 * Captures repeat themselves: a hundred thousand opens may name sixty files, so that any cache looks brilliant on
 * them. State at the beginning stays as it is; alerts that name a path by its end or in full are gone.
 */

import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { HEADER_SIZE } from '../src/events/cursor.ts';
import { EVENT_TYPES, type Parameter } from '../src/events/table.ts';
import * as blocks from '../src/sources/capture/blocks.ts';

const PATH_NAMES: ReadonlySet<string> = new Set([
  ...['name', 'path', 'oldpath', 'newpath', 'linkpath', 'target', 'filename', 'pathname'],
]);

/** Writes the variant; returns how many values were changed. */
export async function makeUnique(from: string, to: string): Promise<number> {
  const bytes = readWhole(from);
  const out = createWriteStream(to);
  let changed = 0;
  for (let at = 0; at < bytes.length; ) {
    const kind = blocks.eventBlock(bytes.readUInt32LE(at));
    const length = bytes.readUInt32LE(at + 4);
    const block = bytes.subarray(at, at + length);
    at += length;
    let written: Uint8Array = block;
    if (kind !== 0 && (kind & blocks.WITHOUT_COUNT) === 0) {
      const start = blocks.BLOCK_HEADER + ((kind & blocks.WITH_FLAGS) === 0 ? 2 : 6);
      const eventEnd = start + block.readUInt32LE(start + 16);
      const event = rewrite(block.subarray(start, eventEnd), () => ++changed);
      // What follows the event, options of a recording and the padding, stays behind it.
      const rest = block.subarray(eventEnd, length - blocks.BLOCK_TRAILER);
      const body = Buffer.concat([block.subarray(0, start), event, rest]);
      const padding = Buffer.alloc((4 - (body.length % 4)) % 4);
      const other = Buffer.concat([body, padding, Buffer.alloc(blocks.BLOCK_TRAILER)]);
      other.writeUInt32LE(other.length, 4);
      other.writeUInt32LE(other.length, other.length - blocks.BLOCK_TRAILER);
      written = other;
    }
    if (!out.write(written)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return changed;
}

export function readWhole(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.readUInt16LE(0) === 0x8b1f ? gunzipSync(bytes) : bytes;
}

/** The event with other values; `next` numbers them. */
function rewrite(event: Buffer, next: () => number): Buffer {
  const type = EVENT_TYPES[event.readUInt16LE(20)];
  const count = event.readUInt32LE(22);
  if (!type || count > type.parameters.length) return event;
  const lengthSize = type.flags.has('LARGE_PAYLOAD') ? 4 : 2;
  const header = Buffer.from(event.subarray(0, HEADER_SIZE + count * lengthSize));
  const parts: Uint8Array[] = [header];
  let at = header.length;
  for (let index = 0; index < count; index++) {
    const lengthAt = HEADER_SIZE + index * lengthSize;
    const length = event.readUIntLE(lengthAt, lengthSize);
    const value = event.subarray(at, at + length);
    at += length;
    const changed = other(value, type.parameters[index] as Parameter, next);
    header.writeUIntLE(changed.length, lengthAt, lengthSize);
    parts.push(changed);
  }
  const result = Buffer.concat(parts);
  result.writeUInt32LE(result.length, 16);
  return result;
}

function other(value: Buffer, { name, type }: Parameter, next: () => number): Buffer {
  if (value.length < 2) return value;
  if (name === 'args' && type !== 'CHARBUF')
    return Buffer.concat([value, Buffer.from(`--number=${next()}\0`)]);
  const isPath = type === 'FSPATH' || type === 'FSRELPATH' || (type === 'CHARBUF' && PATH_NAMES.has(name));
  if (!isPath || value[0] !== SLASH) return value;
  return Buffer.concat([value.subarray(0, -1), Buffer.from(`.${next()}\0`)]);
}

const SLASH = 0x2f;

if (import.meta.main) {
  const [from = '', to = ''] = process.argv.slice(2);
  console.log(`${await makeUnique(from, to)} values changed`);
}
