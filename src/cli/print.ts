/** Standard output of commands that print and end. */
import { writeSync } from 'node:fs';
import { standardSink, writeAll } from '../outputs/write-all.ts';

/**
 * Writes text and a newline, all of it, however slowly it is read. A reader that has gone is no error; returns whether
 * there is one.
 */
export function printLine(text: string): boolean {
  const bytes = Buffer.from(`${text}\n`, 'utf8');
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}

/** Milliseconds that the last words wait for a reader. */
const LAST_WORDS_MS = 200;

/** Like {@link printLine}, for the end of a run: gives up on a reader that has stopped or gone. */
export async function printLastWords(text: string): Promise<void> {
  const signal = AbortSignal.timeout(LAST_WORDS_MS);
  await writeAll(standardSink(1), Buffer.from(`${text}\n`, 'utf8'), signal).catch(() => {});
}
