/** Writing to a descriptor that may be a slow pipe, without ever holding up the thread that asks. */
import { write } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeSome = promisify(write);

/** Milliseconds between tries on a descriptor that takes nothing now. */
const RETRY_MS = 5;

/**
 * Writes all of `chunk`. A thread of libuv's pool waits where the write blocks; where the descriptor does
 * not block, because who shares it has set it so, the write is tried again until it succeeds.
 */
export async function writeAll(descriptor: number, chunk: Buffer): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      const { bytesWritten } = await writeSome(descriptor, chunk, offset);
      offset += bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(RETRY_MS);
    }
  }
}
