import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { rowOf } from './alert-row.ts';
import { storePath } from './location.ts';
import { identityOf, isDamage, NewerStore, openToRead, openToWrite, setAside } from './open.ts';
import { StoreQuery } from './query.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { alert, EVIDENCE, temporaryStore } from './store.test-kit.ts';
import { StoreWriter } from './writer.ts';

test('a store is for its owner alone, whatever it was before', (context) => {
  const path = temporaryStore(context);
  openToWrite(path, assert.fail).close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  chmodSync(path, 0o644);
  const database = openToWrite(path, assert.fail);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
  database.close();
});

test('a file that is no store is set aside, and a new one begun', (context) => {
  const path = temporaryStore(context);
  openToWrite(path, assert.fail).close();
  writeFileSync(path, 'not a store'.repeat(500));
  const asides: string[] = [];
  const database = openToWrite(path, (aside) => asides.push(aside));
  database.close();
  assert.equal(asides.length, 1);
  assert.match(readFileSync(asides[0] as string, 'utf8'), /^not a store/);
  openToRead(path).close();
});

test('a store of a later version is left alone, and said to be one', (context) => {
  const path = temporaryStore(context);
  openToWrite(path, assert.fail).close();
  const later = new DatabaseSync(path);
  later.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  later.close();
  const expected = (error: unknown): boolean =>
    error instanceof NewerStore && error.message.includes('later version of Lanner') && !isDamage(error);
  assert.throws(() => openToWrite(path, assert.fail), expected);
  assert.throws(() => openToRead(path), expected);
  assert.deepEqual(
    readdirSync(dirname(path)).filter((name) => name.includes('damaged')),
    [],
  );
});

test('what is not there is not made by reading', (context) => {
  const path = temporaryStore(context);
  assert.throws(() => openToRead(path), /there is no store of alerts/);
  assert.equal(existsSync(path), false);
});

test('the store lies where the configuration, the service, root or the user has its state', () => {
  assert.equal(storePath('/a/b.db', {}, true), '/a/b.db');
  assert.equal(storePath('', { STATE_DIRECTORY: '/s:/t' }, true), '/s/alerts.db');
  assert.equal(storePath('', { XDG_STATE_HOME: '/x' }, true), '/var/lib/lanner/alerts.db');
  assert.equal(storePath('', { XDG_STATE_HOME: '/x' }, false), '/x/lanner/alerts.db');
  assert.match(
    storePath('', { XDG_STATE_HOME: 'not/absolute' }, false),
    /\/\.local\/state\/lanner\/alerts\.db$/,
  );
});

test('a file of the first version is read as it is, and becomes one of this version when it is written', (context) => {
  const path = temporaryStore(context);
  const first = firstVersion(path);
  first.exec("INSERT INTO names VALUES (1, 'rule', 'R'), (2, 'source', 'syscall')");
  first.exec(
    `INSERT INTO alerts (time, stored, priority, rule, source, line) VALUES (1, 1, 4, 1, 2, '{"rule":"R"}')`,
  );
  first.exec("INSERT INTO words (rowid, text) VALUES (1, 'R old')");
  first.close();
  const read = (): readonly unknown[] => {
    const database = openToRead(path);
    const query = new StoreQuery(database);
    const found = [query.find({ text: 'old' }, 9).alerts.map(({ id }) => id), query.evidence(1)];
    database.close();
    return found;
  };
  assert.deepEqual(read(), [[1], undefined]);
  const database = openToWrite(path, assert.fail);
  context.after(() => database.close());
  assert.equal(schemaVersion(database), SCHEMA_VERSION);
  new StoreWriter(database, { maxAgeMs: 0, maxBytes: 0 }).write(
    [rowOf(alert({ evidence: EVIDENCE }))],
    Date.now(),
  );
  assert.deepEqual(read(), [[1], undefined]);
  assert.deepEqual(new StoreQuery(database).evidence(2), EVIDENCE);
});

test('who reads a file of the first version while it becomes one of this sees both', (context) => {
  const path = temporaryStore(context);
  firstVersion(path).close();
  const reading = openToRead(path);
  context.after(() => reading.close());
  const query = new StoreQuery(reading);
  assert.equal(query.evidence(1), undefined);
  const database = openToWrite(path, assert.fail);
  new StoreWriter(database, { maxAgeMs: 0, maxBytes: 0 }).write(
    [rowOf(alert({ evidence: EVIDENCE }))],
    Date.now(),
  );
  database.close();
  assert.deepEqual(query.evidence(1), EVIDENCE);
});

/** A file as the first version of the schema has made it. */
function firstVersion(path: string): DatabaseSync {
  mkdirSync(dirname(path), { mode: 0o700 });
  const database = new DatabaseSync(path);
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL');
  migrate(database, 1);
  return database;
}

test('what is no file, or a database of something else, is left as it is', (context) => {
  const path = temporaryStore(context);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  assert.throws(() => openToWrite(path, assert.fail), /this is no file/);
  assert.equal(statSync(path).mode & 0o777, 0o755);
  const other = `${path}.other`;
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7)');
  database.close();
  assert.throws(() => openToWrite(other, assert.fail), /a database of something else/);
  assert.throws(() => openToRead(other), /a database of something else/);
  const again = new DatabaseSync(other);
  assert.deepEqual({ ...again.prepare('SELECT x FROM theirs').get() }, { x: 7 });
  again.close();
});

test('a file that has taken the place of the damaged one is not set aside', (context) => {
  const path = temporaryStore(context);
  openToWrite(path, assert.fail).close();
  const damaged = identityOf(path);
  renameSync(path, `${path}.gone`);
  openToWrite(path, assert.fail).close();
  assert.equal(setAside(path, damaged), undefined);
  assert.equal(setAside(path, undefined), undefined);
  assert.ok(existsSync(path));
  assert.match(setAside(path, identityOf(path)) ?? '', /damaged-/);
});

test('nothing is put into temporary files, which a service may not write', (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  const reading = openToRead(path);
  for (const each of [database, reading]) {
    assert.equal(each.prepare('PRAGMA temp_store').get()?.temp_store, 2);
    each.close();
  }
});

test('a large file becomes one of this version without being written anew', (context) => {
  const path = temporaryStore(context);
  const first = firstVersion(path);
  first.exec(`INSERT INTO names VALUES (1, 'rule', 'R'), (2, 'source', 'syscall');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO alerts (time, stored, priority, rule, source, line) SELECT i, 1, 4, 1, 2, '{}' FROM n;
    PRAGMA wal_checkpoint(TRUNCATE)`);
  first.close();
  const before = statSync(path).size;
  assert.ok(before > 1_000_000);
  const database = openToWrite(path, assert.fail);
  context.after(() => database.close());
  assert.ok(statSync(`${path}-wal`).size < 100_000);
  assert.equal(new StoreQuery(database).count({}), 20_000);
});

test('a file with tables that cannot be used is set aside', (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  database.exec('DROP TABLE evidence');
  database.close();
  const asides: string[] = [];
  openToWrite(path, (aside) => asides.push(aside)).close();
  assert.equal(asides.length, 1);
});

test('a file on a disk that cannot be written is read', (context) => {
  const folder = dirname(temporaryStore(context));
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'lanner-test', folder], { stdio: 'pipe' });
  } catch (error) {
    context.skip(`no file system can be mounted here: ${(error as Error).message}`);
    return;
  }
  try {
    const [path, unfinished] = [join(folder, 'alerts.db'), join(folder, 'killed.db')];
    const database = openToWrite(path, assert.fail);
    const writer = new StoreWriter(database, { maxAgeMs: 0, maxBytes: 0 });
    writer.write([rowOf(alert({ evidence: EVIDENCE }))], Date.now());
    // As a kill leaves it, and as an orderly end does.
    for (const part of ['', '-wal']) copyFileSync(path + part, unfinished + part);
    database.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const reading = openToRead(path);
    assert.deepEqual(new StoreQuery(reading).evidence(1), EVIDENCE);
    reading.close();
    assert.throws(() => openToRead(unfinished), /copy it, with its -wal, to a folder that can be written/);
  } finally {
    execFileSync('umount', [folder]);
  }
});
