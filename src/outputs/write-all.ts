/** Writing to a descriptor that may be a slow pipe, without ever holding up the thread that asks. */
import { constants, fstatSync, openSync, write } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeSome = promisify(write);

/** Milliseconds between tries on a descriptor that takes nothing now. */
const RETRY_MS = 5;

/**
 * Writes all of `chunk`. Where the descriptor does not block, the write is tried again until it succeeds or
 * `signal` aborts, which rejects; elsewhere a thread of libuv's pool waits in the write.
 */
export async function writeAll(descriptor: number, chunk: Buffer, signal?: AbortSignal): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      const { bytesWritten } = await writeSome(descriptor, chunk, offset);
      offset += bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(RETRY_MS, undefined, { signal });
    }
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
