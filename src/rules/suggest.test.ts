import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearest } from './suggest.ts';

test('the distance counts insertions, deletions, replacements and swaps', () => {
  assert.equal(editDistance('open', 'open', 5), 0);
  assert.equal(editDistance('opne', 'open', 5), 1);
  assert.equal(editDistance('opn', 'open', 5), 1);
  assert.equal(editDistance('oppen', 'open', 5), 1);
  assert.equal(editDistance('oxen', 'open', 5), 1);
  assert.equal(editDistance('', 'abc', 5), 3);
  assert.equal(editDistance('abcdef', 'uvwxyz', 3), 3, 'no more than the limit');
});

test('the nearest candidate is found, the first of equals', () => {
  assert.equal(nearest('container.is', ['container.ip', 'container.id', 'proc.name']), 'container.ip');
  assert.equal(nearest('contaner', ['container', 'contained']), 'container');
  assert.equal(nearest('PROC.NAME', ['proc.name']), 'proc.name');
  assert.equal(nearest('WARN', ['ERROR', 'WARNING']), 'WARNING', 'the beginning of a longer one');
});

test('nothing is suggested that is not near', () => {
  assert.equal(nearest('xyz', ['open', 'close']), undefined);
  assert.equal(nearest('ab', ['abcdef']), undefined);
  assert.equal(nearest('open', []), undefined);
});
