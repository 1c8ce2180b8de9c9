import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Alert } from '../alerts/alert.ts';
import { alertId } from '../alerts/alert-id.ts';
import { startThread } from '../system/own-thread.ts';
import { rowOf } from './alert-row.ts';
import { openToRead, openToWrite } from './open.ts';
import { StoreQuery } from './query.ts';
import { alert, temporaryStore } from './store.test-kit.ts';
import { TRIM_AND_END } from './store-messages.ts';
import { StoreOutput } from './store-output.ts';
import { StoreWriter } from './writer.ts';

const BOUNDS = { maxAgeMs: 0, maxBytes: 0 };

interface Opened {
  readonly output: StoreOutput;
  readonly failures: string[];
  readonly lines: string[];
  give(...alerts: readonly Alert[]): void;
}

function opened(context: TestContext, path: string): Opened {
  const [failures, lines]: [string[], string[]] = [[], []];
  const output = new StoreOutput({
    ...{ path, ...BOUNDS },
    onFailure: (_, { message }) => failures.push(message),
    log: (line) => lines.push(line),
  });
  context.after(() => output.close());
  const give = (...alerts: readonly Alert[]): void => {
    for (const each of alerts) output.write({ alert: each, line: '', id: alertId(each) });
  };
  return { output, failures, lines, give };
}

function messages(path: string): string[] {
  const database = openToRead(path);
  try {
    return [...new StoreQuery(database).all()].map(({ line }) =>
      JSON.parse(line).output.replace(/^\S+ \S+ /, ''),
    );
  } finally {
    database.close();
  }
}

function numbered(count: number): Alert[] {
  return Array.from({ length: count }, (_, index) => alert({ at: index, message: `number-${index}` }));
}

test('alerts are stored in their order, by a thread, and nothing is left waiting', async (context) => {
  const path = temporaryStore(context);
  const { output, give, failures } = opened(context, path);
  give(...numbered(5000));
  assert.equal(output.queued, 5000);
  assert.ok(output.waiting > 0);
  await output.flush();
  assert.deepEqual([output.waiting, output.queued, output.statistics], [0, 0, { written: 5000, dropped: 0 }]);
  output.reopen();
  give(alert({ message: 'after' }));
  await output.close();
  assert.deepEqual(messages(path), [...numbered(5000).map(({ message }) => message), 'after']);
  assert.deepEqual(failures, []);
});

test('a store that cannot be written loses nothing until too much waits, and says so once', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  // A file where a folder should be.
  writeFileSync(join(folder, 'state'), '');
  const path = join(folder, 'state', 'alerts.db');
  const failed = Promise.withResolvers<void>();
  const told: string[] = [];
  const output = new StoreOutput({
    ...{ path, ...BOUNDS },
    onFailure: (_, { message }) => failed.resolve(void told.push(message)),
    log: assert.fail,
  });
  context.after(() => output.close());
  for (const each of numbered(10)) output.write({ alert: each, line: '', id: '' });
  await failed.promise;
  rmSync(join(folder, 'state'));
  await output.flush();
  assert.deepEqual(output.statistics, { written: 10, dropped: 0 });
  assert.equal(messages(path).length, 10);
  assert.equal(told.length, 1);
});

test('what does not fit the memory is dropped and counted', async (context) => {
  const path = temporaryStore(context);
  const { output, give, failures } = opened(context, path);
  const large = alert({ message: 'x'.repeat(1024 * 1024) });
  give(...Array.from({ length: 20 }, () => large));
  await output.flush();
  const { written, dropped } = output.statistics;
  assert.equal(written + dropped, 20);
  assert.ok(written > 0 && dropped > 0);
  assert.equal(failures.length, 1);
  give(...numbered(3));
  output.shed(0);
  assert.deepEqual([output.waiting, output.statistics.dropped], [0, dropped + 3]);
});

test('a file that is damaged while it is open is set aside, and alerts go on', async (context) => {
  const path = temporaryStore(context);
  const { output, give, lines } = opened(context, path);
  give(alert({ message: 'before' }));
  await output.flush();
  output.reopen();
  give(alert({ message: 'and' }));
  await output.flush();
  output.reopen();
  writeFileSync(path, 'no store any more '.repeat(1000));
  give(alert({ message: 'after' }));
  await output.flush();
  assert.deepEqual(messages(path), ['after']);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /the file is damaged: it lies at .*alerts\.db\.damaged-/);
  assert.ok(readdirSync(dirname(path)).some((name) => name.includes('.damaged-')));
});

test('a file that is removed or moved while it is open has a new one in its place', async (context) => {
  const path = temporaryStore(context);
  const { output, give, failures, lines } = opened(context, path);
  give(alert({ message: 'first' }));
  await output.flush();
  rmSync(path);
  give(alert({ message: 'second' }));
  await output.flush();
  assert.deepEqual(messages(path), ['second']);
  for (const part of ['', '-wal', '-shm']) renameSync(path + part, `${path}.moved${part}`);
  give(alert({ message: 'third' }));
  await output.flush();
  assert.deepEqual([messages(path), messages(`${path}.moved`)], [['third'], ['second']]);
  assert.deepEqual([failures, lines, output.trouble], [[], [], undefined]);
});

test('a disk that damages every file is not filled with them, and what is wrong is told', async (context) => {
  const path = temporaryStore(context);
  const { output, give, failures, lines } = opened(context, path);
  for (let round = 0; round < 3; round++) {
    give(alert({ message: `number ${round}` }));
    await output.flush();
    damage(path);
    give(alert({ message: 'more' }));
    await output.flush();
    assert.equal(output.setAside, round + 1);
    assert.match(output.trouble ?? '', /was damaged: what it held lies at .*damaged-/);
  }
  damage(path);
  give(alert({ message: 'too many' }));
  await output.close();
  assert.deepEqual([output.setAside, lines.length, output.isFailing], [3, 3, true]);
  assert.match(output.trouble ?? '', /cannot be written: /);
  assert.equal(output.statistics.dropped, 1);
  assert.ok(failures.length > 0);
});

test('a thread that was asked to removes what is too old, and ends', async (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  const old = Date.now() - 10 * 3_600_000;
  new StoreWriter(database, BOUNDS).write(
    numbered(4500).map((each) => rowOf(each)),
    old,
  );
  database.close();
  const settings = { path, maxAgeMs: 3_600_000, maxBytes: 0 };
  const thread = startThread(new URL('./store-thread.ts', import.meta.url), settings);
  thread.postMessage(TRIM_AND_END);
  await once(thread, 'exit');
  assert.deepEqual(messages(path), []);
});

/** Overwrites pages in the middle of a file that is open, as a bad disk does. */
function damage(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const file = openSync(path, 'r+');
  try {
    const size = fstatSync(file).size;
    for (let at = 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(4096, 0xee), 0, 4096, at);
  } finally {
    closeSync(file);
  }
}

test('a disk that is full holds nothing up, and what fits when it has room again is stored', async (context) => {
  if (process.geteuid?.() !== 0) {
    context.skip('mounting a small file system needs root');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'lanner-store-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'lanner-test', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    context.skip(`no file system can be mounted here: ${(error as Error).message}`);
    return;
  }
  const path = join(folder, 'alerts.db');
  const ballast = join(folder, 'ballast');
  const failed = Promise.withResolvers<string>();
  const onFailure = (_: unknown, { message }: Error): void => failed.resolve(message);
  const output = new StoreOutput({ path, ...BOUNDS, onFailure, log: assert.fail });
  try {
    output.write({ alert: alert({ message: 'first' }), line: '', id: '' });
    await output.flush();
    try {
      writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024));
    } catch {
      // It is full now.
    }
    for (const each of numbered(500)) output.write({ alert: each, line: '', id: '' });
    assert.match(await failed.promise, /full|I\/O/);
    assert.deepEqual(output.statistics, { written: 1, dropped: 0 });
    rmSync(ballast);
    await output.flush();
    assert.deepEqual(output.statistics, { written: 501, dropped: 0 });
    assert.equal(messages(path).length, 501);
  } finally {
    await output.close();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
});

/** Stores alerts as fast as it can and tells how many are stored, until it is killed. */
const WRITER = `
import { StoreOutput } from '${new URL('./store-output.ts', import.meta.url)}';
import { alert } from '${new URL('./store.test-kit.ts', import.meta.url)}';
const output = new StoreOutput({ path: process.argv[2], maxAgeMs: 0, maxBytes: 0, onFailure: (_, e) => { throw e }, log: console.error });
for (let n = 0; n < 200000; ) {
  for (const end = n + 500; n < end; n++) output.write({ alert: alert({ at: n, message: 'number-' + n }), line: '', id: '' });
  await output.flush();
  console.log(output.statistics.written);
}`;

test('what was stored survives a kill, while two others read', async (context) => {
  const path = temporaryStore(context);
  mkdirSync(dirname(path), { recursive: true });
  const script = join(dirname(path), 'writer.mjs');
  writeFileSync(script, WRITER);
  for (let round = 0, before = 0; round < 3; round++) {
    const child = spawn(process.execPath, [script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      told = Number(line);
      if (told === 1500 || told === 2500) {
        // Beside the one who writes; each sees whole batches.
        const readers = [openToRead(path), openToRead(path)];
        for (const reader of readers) {
          const count = new StoreQuery(reader).count({});
          assert.ok(count >= before + told, `${count} of ${before + told}`);
          reader.close();
        }
      }
      if (told >= 3000) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const all = messages(path);
    assert.ok(all.length >= before + told, `${all.length} of ${before + told}`);
    assert.deepEqual(
      all.slice(before),
      Array.from({ length: all.length - before }, (_, n) => `number-${n}`),
    );
    const database = new DatabaseSync(path, { readOnly: true });
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
    database.close();
    before = all.length;
  }
});
