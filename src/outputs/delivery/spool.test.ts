import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FolderInUse } from './folder-lock.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import type { Letter } from './transport.ts';

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-spool-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

function open(path: string, options: Partial<SpoolOptions> = {}): Spool {
  return new Spool({ folder: path, maxBytes: 1024 * 1024, maxAgeMs: 0, ...options });
}

function letters(from: number, count: number, payload = 'p'): Letter[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(from + index),
    payload: `${payload}${from + index}`,
  }));
}

const ids = (found: readonly Letter[]): string[] => found.map(({ id }) => id);

test('letters come in order, and stay until they are settled', async (context) => {
  const spool = open(folder(context));
  await spool.append(letters(0, 3, 'ä\n"'));
  assert.deepEqual(ids(spool.read(2)), ['0', '1']);
  const first = spool.read(2);
  assert.equal(first[1]?.payload, 'ä\n"1');
  await spool.settle(first);
  await spool.append(letters(3, 1));
  assert.deepEqual(ids(spool.read(10)), ['2', '3']);
  assert.equal(spool.letters, 2);
  await spool.close();
});

test('the next run finds what was not settled', async (context) => {
  const path = folder(context);
  const first = open(path);
  await first.append(letters(0, 5));
  await first.settle(first.read(2));
  await first.close();
  const second = open(path);
  assert.equal(second.letters, 3);
  assert.deepEqual(ids(second.read(10)), ['2', '3', '4']);
  await second.append(letters(5, 1));
  await second.settle(second.read(10));
  assert.equal(second.letters, 0);
  assert.deepEqual(second.read(10), []);
  await second.close();
});

test('half a letter at the end, and a damaged one, are counted and passed over', async (context) => {
  const path = folder(context);
  const first = open(path);
  await first.append(letters(0, 3));
  await first.close();
  const [name = ''] = readdirSync(path).filter((each) => each.endsWith('.letters'));
  const file = join(path, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"p0"', '"x0"'));
  appendFileSync(file, '1234abcd [0,"4","p');
  const second = open(path);
  assert.deepEqual(ids(second.read(10)), ['1', '2']);
  await second.append(letters(5, 1));
  assert.deepEqual(ids(second.read(10)), ['1', '2', '5']);
  assert.equal(second.losses.damaged, 2);
  assert.equal(second.letters, 3);
  await second.close();
});

test('at the limit of size the oldest make room, and are counted', async (context) => {
  const spool = open(folder(context), { maxBytes: 64 * 1024 });
  await spool.append(letters(0, 200, 'x'.repeat(1000)));
  const { full } = spool.losses;
  assert.ok(full > 100, `${full} were given up`);
  assert.equal(spool.letters + full, 200);
  assert.deepEqual(ids(spool.read(1)), [String(full)]);
  assert.equal(spool.read(1000).length, 200 - full);
  await spool.close();
});

test('letters that are removed while they are being delivered do no harm', async (context) => {
  const spool = open(folder(context), { maxBytes: 64 * 1024 });
  await spool.append(letters(0, 40, 'x'.repeat(1000)));
  const underway = spool.read(10);
  await spool.append(letters(40, 200, 'x'.repeat(1000)));
  await spool.settle(underway);
  const { full } = spool.losses;
  assert.deepEqual(ids(spool.read(1)), [String(full)]);
  assert.equal(spool.letters, 240 - full);
  await spool.close();
});

test('letters that are too old are given up', async (context) => {
  let now = 1000;
  const spool = open(folder(context), { maxAgeMs: 100, now: () => now });
  await spool.append(letters(0, 2));
  now = 1090;
  await spool.append(letters(2, 1));
  now = 1150;
  assert.deepEqual(ids(spool.read(10)), ['2']);
  assert.deepEqual([spool.letters, spool.losses.old], [1, 2]);
  await spool.close();
});

test('a folder belongs to one at a time, and to nobody once its owner is gone', async (context) => {
  const path = folder(context);
  const first = open(path);
  assert.throws(() => open(path), FolderInUse);
  await first.close();
  writeFileSync(join(path, 'owner'), '4194304 1');
  const second = open(path);
  await second.close();
});

test('segments that are delivered are removed', async (context) => {
  const path = folder(context);
  const spool = open(path, { maxBytes: 256 * 1024 });
  for (let round = 0; round < 40; round++) {
    await spool.append(letters(round * 10, 10, 'x'.repeat(1000)));
    await spool.settle(spool.read(10));
  }
  assert.ok(readdirSync(path).filter((name) => name.endsWith('.letters')).length <= 2);
  assert.equal(spool.losses.full, 0);
  await spool.close();
});
