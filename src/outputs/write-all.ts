/** Writing to what may be slow, without ever holding up the thread that asks. */
import { constants, fstatSync, openSync, write } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { sendNow } from './socket-calls.ts';

const writeSome = promisify(write);

/** Milliseconds between tries on a sink that takes nothing now. */
const RETRY_MS = 5;

/** Takes bytes. */
export interface Sink {
  /** Writes some of the bytes from `offset` on, and gives their number. Rejects with `EAGAIN` when it takes none now. */
  write(chunk: Buffer, offset: number): Promise<number>;
}

/**
 * Writes all of `chunk`. Where the sink does not block, the write is tried again until it succeeds or
 * `signal` aborts, which rejects; elsewhere a thread of libuv's pool waits in the write. The error tells as
 * `written` how many bytes had been written.
 */
export async function writeAll(sink: Sink, chunk: Buffer, signal?: AbortSignal): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      offset += await writeOrWait(sink, chunk, offset, signal);
    } catch (error) {
      throw Object.assign(error as NodeJS.ErrnoException, { written: offset });
    }
  }
}

/** Writes what can be written now, and gives the number of bytes: 0 after a wait where that was nothing. */
async function writeOrWait(
  sink: Sink,
  chunk: Buffer,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  try {
    return await sink.write(chunk, offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    await setTimeout(RETRY_MS, undefined, { signal });
    return 0;
  }
}

/** An open file. */
export function descriptorSink(descriptor: number): Sink {
  return {
    async write(chunk, offset) {
      const { bytesWritten } = await writeSome(descriptor, chunk, offset);
      return bytesWritten;
    },
  };
}

/**
 * A standard stream. Pipes, terminals and sockets do not block: a thread that waits in a write would keep the
 * process from ending. The flag of the descriptor stays as it is, since it is that of all who share the stream:
 * pipes and terminals are opened anew, and on a socket every call says that it does not wait.
 */
export function standardSink(descriptor: 1 | 2): Sink {
  try {
    const stream = fstatSync(descriptor);
    if (stream.isSocket()) {
      return { write: async (chunk, offset) => sendNow(descriptor, chunk.subarray(offset)) };
    }
    if (stream.isFIFO() || isatty(descriptor)) {
      const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
      return descriptorSink(openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY));
    }
  } catch {
    // It is closed, or may not be opened anew: writing to it shows.
  }
  return descriptorSink(descriptor);
}
