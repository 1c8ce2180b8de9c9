import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString, toText } from './bytes.ts';

test('ASCII text is its own byte string', () => {
  assert.equal(toByteString('/etc/passwd'), '/etc/passwd');
  assert.equal(toText('/etc/passwd'), '/etc/passwd');
});

test('a byte string holds one character for each UTF-8 byte', () => {
  assert.equal(toByteString('é€').length, 5);
  assert.equal(toText(toByteString('naïve €')), 'naïve €');
});

test('bytes that are not UTF-8 become U+FFFD when people read them', () => {
  assert.equal(toText('a\xff'), 'a\ufffd');
});
