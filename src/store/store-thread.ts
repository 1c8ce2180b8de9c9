/**
 * Writes alerts in a thread of its own: SQLite waits for the disk, and detection must not. See store-output.ts, which
 * sends batches, one at a time.
 */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { identityOf, isDamage, openToWrite, setAside } from './open.ts';
import type { Row } from './row.ts';
import { StoreClock } from './store-clock.ts';
import {
  CLOSE,
  END,
  type StoreNews,
  type StoreRequest,
  type StoreSettings,
  TRIM_AND_END,
} from './store-messages.ts';
import { StoreWriter } from './writer.ts';

/** Files that may be set aside in an hour: a disk that damages every file must not be filled up with them. */
const MOST_ASIDE = 3;
const HOUR_MS = 3_600_000;
/** How often alerts that have become too old are looked for when none come. */
const TRIM_MS = 60_000;

interface Opened {
  readonly database: DatabaseSync;
  readonly identity: string | undefined;
  /** Absent while the file has not shown that it can be written to. */
  writer?: StoreWriter;
}

const { path, ...limits } = workerData as StoreSettings;
const clock = new StoreClock();
let opened: Opened | undefined;
let isTrimming = false;
/** When files were set aside, milliseconds of a clock that never goes back. */
let asides: number[] = [];

parentPort?.on('message', (request: StoreRequest) => {
  if (request === CLOSE) close();
  else if (request === END) end();
  else if (request === TRIM_AND_END) trimAndEnd();
  else write(request);
});
setInterval(trim, TRIM_MS).unref();

function end(): void {
  close();
  parentPort?.close();
}

function trimAndEnd(): void {
  try {
    const opened = writer();
    for (let isDone = false; !isDone; ) {
      const { age, size, isDone: isLast } = opened.trim(clock.now());
      if (age + size > 0) tell({ kind: 'removed', age, size });
      isDone = isLast;
    }
    opened.tidy();
  } catch (error) {
    giveUp(error);
  }
  end();
}

function write(rows: readonly Row[]): void {
  try {
    writer().write(rows, clock.now());
    tell({ kind: 'written', count: rows.length });
    trim();
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    giveUp(error);
    tell({ kind: 'failed', message, code });
  }
}

function writer(): StoreWriter {
  // Who has moved or removed the file looks for new alerts in the one that takes its place.
  if (opened !== undefined && identityOf(path) !== opened.identity) close();
  opened ??= { database: openToWrite(path, hasSetAside, maySetAside), identity: identityOf(path) };
  opened.writer ??= new StoreWriter(opened.database, limits);
  return opened.writer;
}

function maySetAside(): boolean {
  asides = asides.filter((time) => time > performance.now() - HOUR_MS);
  return asides.length < MOST_ASIDE;
}

function hasSetAside(aside: string): void {
  asides.push(performance.now());
  tell({ kind: 'set-aside', path: aside });
}

/** Removes what is too much, between the batches that come. */
function trim(): void {
  if (isTrimming || opened?.writer === undefined) return;
  isTrimming = true;
  try {
    const { age, size, isDone } = opened.writer.trim(clock.now());
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
  const identity = opened?.identity;
  close();
  if (!isDamage(error) || !maySetAside()) return;
  const aside = setAside(path, identity);
  if (aside !== undefined) hasSetAside(aside);
}

function close(): void {
  try {
    opened?.database.close();
  } catch {
    // It was of no use any more.
  }
  opened = undefined;
}

function tell(news: StoreNews): void {
  parentPort?.postMessage(news);
}
