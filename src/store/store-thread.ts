/**
 * Writes alerts in a thread of its own: SQLite waits for the disk, and detection must not. See store-output.ts, which
 * sends batches, one at a time.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isDamage, openToWrite, setAside } from './open.ts';
import type { Row } from './row.ts';
import { CLOSE, END, type StoreNews, type StoreRequest, type StoreSettings } from './store-messages.ts';
import { StoreWriter } from './writer.ts';

/** How often alerts that have become too old are looked for when none come. */
const TRIM_MS = 60_000;

const { path, ...limits } = workerData as StoreSettings;
let opened: { readonly writer: StoreWriter; readonly close: () => void } | undefined;
let isTrimming = false;

parentPort?.on('message', (request: StoreRequest) => {
  if (request === CLOSE || request === END) {
    close();
    if (request === END) parentPort?.close();
  } else write(request);
});
setInterval(trim, TRIM_MS).unref();

function write(rows: readonly Row[]): void {
  try {
    writer().write(rows, Date.now());
    tell({ kind: 'written', count: rows.length });
    trim();
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    giveUp(error);
    tell({ kind: 'failed', message, code });
  }
}

function writer(): StoreWriter {
  if (opened === undefined) {
    const database = openToWrite(path, (aside) => tell({ kind: 'set-aside', path: aside }));
    opened = { writer: new StoreWriter(database, limits), close: () => database.close() };
  }
  return opened.writer;
}

/** Removes what is too much, between the batches that come. */
function trim(): void {
  if (isTrimming || opened === undefined) return;
  isTrimming = true;
  try {
    const { age, size, isDone } = opened.writer.trim(Date.now());
    if (age + size > 0) tell({ kind: 'removed', age, size });
    if (isDone) opened.writer.tidy();
    else
      setImmediate(() => {
        isTrimming = false;
        trim();
      });
    if (isDone) isTrimming = false;
  } catch (error) {
    isTrimming = false;
    giveUp(error);
  }
}

/** What comes next opens the file anew, since it may have been repaired or replaced. */
function giveUp(error: unknown): void {
  close();
  if (isDamage(error)) tell({ kind: 'set-aside', path: setAside(path) });
}

function close(): void {
  try {
    opened?.close();
  } catch {
    // It was of no use any more.
  }
  opened = undefined;
}

function tell(news: StoreNews): void {
  parentPort?.postMessage(news);
}
