import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { KnownFiles } from './known-files.ts';
import { DirectLooks } from './looks/looks.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanner-known-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  return path;
}

const known = (
  files: string[],
  directories: string[] = [],
  limits?: ConstructorParameters<typeof KnownFiles>[3],
) =>
  new KnownFiles({ files: new Set(files), directories: new Set(directories) }, new DirectLooks(), '', limits);

function namesOf(files: KnownFiles, path: string): readonly string[] {
  const { dev, ino } = statSync(path);
  return files.namesOf(dev, ino);
}

test('a hard link leads to the name that is asked for, also through a symbolic link', () => {
  const secret = make('secret');
  const hard = join(folder, 'hard');
  const soft = join(folder, 'soft');
  linkSync(secret, hard);
  symlinkSync(secret, soft);
  assert.deepEqual(namesOf(known([secret]), hard), [secret]);
  assert.deepEqual(namesOf(known([soft, secret]), hard), [soft, secret]);
  assert.deepEqual(namesOf(known([secret]), make('other')), []);
});

test('the same inode on another device is another file', () => {
  const secret = make('secret');
  const { dev, ino } = statSync(secret);
  assert.deepEqual(known([secret]).namesOf(dev + 1, ino), []);
});

test('files of directories that are asked for are known, directories themselves are not', () => {
  const secret = make('secret');
  mkdirSync(join(folder, 'sub'));
  const files = known([folder], [folder]);
  assert.deepEqual(namesOf(files, secret), [secret]);
  assert.deepEqual(namesOf(files, folder), []);
  assert.equal(files.statistics.names, 1);
});

test('a name that leads to another file now is never told, and is learned when it changes', () => {
  const secret = make('secret');
  const files = known([secret]);
  const hard = join(folder, 'hard');
  linkSync(secret, hard);
  renameSync(make('new'), secret);
  assert.deepEqual(namesOf(files, hard), []);
  assert.deepEqual(namesOf(files, secret), []);
  files.changed('secret');
  assert.deepEqual(namesOf(files, secret), [secret]);
});

test('limits are kept and counted', () => {
  const names = ['a', 'b', 'c'].map(make);
  const few = known(names, [], { names: 2, namesPerDirectory: 9 });
  assert.deepEqual(few.statistics, { names: 2, refused: 1, skippedDirectories: 0 });
  const small = known([], [folder], { names: 9, namesPerDirectory: 2 });
  assert.deepEqual(small.statistics, { names: 0, refused: 0, skippedDirectories: 1 });
});

test('what does not exist or cannot be looked at is passed over', () => {
  const secret = make('secret');
  assert.equal(known([join(folder, 'none'), `${secret}/below`], [secret, '/no/such']).statistics.names, 0);
});
