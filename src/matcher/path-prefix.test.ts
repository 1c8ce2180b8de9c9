import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PathPrefixSet } from './path-prefix.ts';

function assertCovers(paths: string[], covered: string[], others: string[]): void {
  const set = new PathPrefixSet(paths);
  for (const path of covered) assert.equal(set.coversPath(path), true, `${paths} should cover ${path}`);
  for (const path of others) assert.equal(set.coversPath(path), false, `${paths} should not cover ${path}`);
}

test('a path covers itself and what is below, by whole components', () => {
  assertCovers(
    ['/var/run', '/etc', '/usr/lib'],
    ['/etc', '/etc/shadow', '/var/run/docker/x', '/usr/lib/'],
    ['/boot', '/var', '/var/lib/x', '/usr/library', '/etcetera', ''],
  );
});

test('a shorter path makes a longer one needless, in either order', () => {
  assertCovers(['/usr', '/usr/lib'], ['/usr/bin'], ['/us']);
  assertCovers(['/usr/lib', '/usr'], ['/usr/bin'], ['/us']);
});

test('slashes at the ends and in a row do not count', () => {
  assertCovers(['etc//ssh/'], ['/etc/ssh', 'etc/ssh/config', '//etc///ssh'], ['/etc']);
});

test('the root covers every path', () => {
  assertCovers(['/'], ['/', '/etc', ''], []);
});

test('a component may be a pattern; a pattern stands for one component', () => {
  assertCovers(
    ['/home/*/.ssh', '/proc/[0-9]*/environ'],
    ['/home/ann/.ssh/id_rsa', '/proc/12/environ'],
    ['/home/.ssh', '/home/a/b/.ssh', '/proc/self/environ'],
  );
});

test('all patterns are tried, not only the first that fits', () => {
  assertCovers(['/a*/x', '/*b/y', '/ab/z'], ['/ab/x', '/ab/y', '/ab/z'], ['/ab/w']);
});

test('an empty set covers nothing', () => {
  assertCovers([], [], ['/', '']);
});
