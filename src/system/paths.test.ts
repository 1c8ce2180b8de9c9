import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryOf, joinPath, normalisePath } from './paths.ts';

test('a normal absolute path is returned as it is', () => {
  for (const path of ['/', '/etc/passwd', '/a/.hidden', '/a/..b/c...', '/a b'])
    assert.equal(normalisePath(path), path);
});

test('dots, doubled slashes and a slash at the end go away', () => {
  const cases = [
    ['//', '/'],
    ['/etc/', '/etc'],
    ['/a//b', '/a/b'],
    ['/a/./b/.', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/..', '/a'],
    ['/..', '/'],
    ['/../../etc/./../etc/shadow', '/etc/shadow'],
    ['a/../../b', 'b'],
    ['./a', 'a'],
    ['a/..', ''],
    ['', ''],
  ] as const;
  for (const [path, expected] of cases) assert.equal(normalisePath(path), expected, path);
});

test('a relative path is taken from the base, an absolute one is not', () => {
  const cases = [
    ['/root/', 'x', '/root/x'],
    ['/root', 'x', '/root/x'],
    ['/root/', '../etc/shadow', '/etc/shadow'],
    ['/', 'x', '/x'],
    ['/root/', '/x/../y', '/y'],
    ['/root/', '.', '/root'],
    ['/root/', '', ''],
    ['', 'a/../b', 'b'],
  ] as const;
  for (const [base, path, expected] of cases) assert.equal(joinPath(base, path), expected, `${base} ${path}`);
});

test('directory of a path', () => {
  assert.deepEqual(['/etc/passwd', '/etc', '/', 'x', ''].map(directoryOf), ['/etc', '/', '/', '', '']);
});
