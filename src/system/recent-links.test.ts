import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentLinks } from './recent-links.ts';

test('links are followed wherever they stand in a path, one after the other', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', 'b');
  links.add('', '/tmp/b', '/etc');
  links.add('', '/tmp/s', '../etc/./shadow');
  assert.equal(links.follow('', '/tmp/a/shadow'), '/etc/shadow');
  assert.equal(links.follow('', '/tmp/a'), '/etc');
  assert.equal(links.follow('', '/tmp/s'), '/etc/shadow');
  assert.equal(links.follow('', '/tmp/abc/x'), '/tmp/abc/x');
  assert.equal(links.follow('c', '/tmp/a/x'), '/tmp/a/x', 'of another container');
});

test('a link is known under its new name, and no more when it is removed', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', '/etc');
  links.move('', '/tmp/a', '/tmp/b');
  assert.deepEqual([links.follow('', '/tmp/a/x'), links.follow('', '/tmp/b/x')], ['/tmp/a/x', '/etc/x']);
  links.remove('', '/tmp/b');
  assert.equal(links.follow('', '/tmp/b/x'), '/tmp/b/x');
});

test('what takes the place of a link is none', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', '/etc');
  links.move('', '/tmp/directory', '/tmp/a');
  assert.equal(links.follow('', '/tmp/a/x'), '/tmp/a/x');
});

test('a loop leads nowhere, and the oldest links are forgotten and counted', () => {
  const links = new RecentLinks(2);
  links.add('', '/a', '/b');
  links.add('', '/b', '/a');
  assert.equal(links.follow('', '/a/x'), '/a/x');
  links.add('', '/c', '/etc');
  assert.equal(links.follow('', '/a'), '/a');
  assert.equal(links.forgotten, 1);
});

test('dots start from where a link leads, not from where it lies', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', '/etc/ssl');
  assert.equal(links.follow('', '/tmp/a/../shadow'), '/etc/shadow');
  assert.equal(links.follow('', '/tmp/b/../a/./x'), '/etc/ssl/x');
  assert.equal(links.follow('', '/tmp/b/../c'), '/tmp/b/../c', 'no such link in it');
});

test('a link that is made, moved or removed through another is known where it lies', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', 'real');
  links.add('', '/tmp/a/l', '/etc');
  assert.equal(links.follow('', '/tmp/real/l/x'), '/etc/x');
  links.remove('', '/tmp/a/../real/l');
  assert.equal(links.follow('', '/tmp/real/l/x'), '/tmp/real/l/x');
});

test('links move with the directory that they lie in, and relative ones then lead elsewhere', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/d/e/absolute', '/etc');
  links.add('', '/tmp/d/e/relative', '../x');
  links.move('', '/tmp/d', '/var/d');
  assert.equal(links.follow('', '/var/d/e/absolute/shadow'), '/etc/shadow');
  assert.equal(links.follow('', '/var/d/e/relative'), '/var/d/x');
  assert.equal(links.follow('', '/tmp/d/e/absolute'), '/tmp/d/e/absolute');
});

test('what is exchanged goes both ways', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', '/etc');
  links.add('', '/tmp/b/l', '/var');
  links.move('', '/tmp/a', '/tmp/b', true);
  assert.deepEqual([links.follow('', '/tmp/b/x'), links.follow('', '/tmp/a/l/x')], ['/etc/x', '/var/x']);
});

test('a hard link to a link is a link', () => {
  const links = new RecentLinks(10);
  links.add('', '/tmp/a', '/etc');
  links.copy('', '/tmp/a', '/var/b');
  links.copy('', '/tmp/file', '/var/c');
  links.remove('', '/tmp/a');
  assert.deepEqual([links.follow('', '/var/b/x'), links.follow('', '/var/c')], ['/etc/x', '/var/c']);
});
