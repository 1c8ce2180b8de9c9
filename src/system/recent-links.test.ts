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
