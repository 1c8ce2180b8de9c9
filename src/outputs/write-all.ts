/** Writing to a descriptor that may be a slow pipe, without ever holding up the thread that asks. */
import { constants, fstatSync, openSync, write } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeSome = promisify(write);

/** Milliseconds between tries on a descriptor that takes nothing now. */
const RETRY_MS = 5;

/**
 * Writes all of `chunk`. Where the descriptor does not block, the write is tried again until it succeeds or
 * `signal` aborts, which rejects; elsewhere a thread of libuv's pool waits in the write. The error tells as
 * `written` how many bytes had been written.
 */
export async function writeAll(descriptor: number, chunk: Buffer, signal?: AbortSignal): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      offset += await writeOrWait(descriptor, chunk, offset, signal);
    } catch (error) {
      throw Object.assign(error as NodeJS.ErrnoException, { written: offset });
    }
  }
}

/** Writes what can be written now, and gives the number of bytes: 0 after a wait where that was nothing. */
async function writeOrWait(
  descriptor: number,
  chunk: Buffer,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  try {
    const { bytesWritten } = await writeSome(descriptor, chunk, offset);
    return bytesWritten;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    await setTimeout(RETRY_MS, undefined, { signal });
    return 0;
  }
}

/**
 * A descriptor for the same file as `descriptor` that does not block where that is a pipe: opened anew, since
 * the flag would otherwise change for all who share the pipe. A thread that waits in a write would keep the
 * process from ending. Other descriptors, and a pipe that may not be opened, are returned as they are.
 */
export function withoutBlocking(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
}
