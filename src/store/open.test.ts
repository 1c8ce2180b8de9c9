import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { storePath } from './location.ts';
import { isDamage, NewerStore, openToRead, openToWrite } from './open.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { temporaryStore } from './store.test-kit.ts';

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
