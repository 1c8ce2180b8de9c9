import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64 } from './base64.ts';
import { listOptions, selectOption } from './getopt.ts';
import {
  baseName,
  concat,
  decodeB64,
  getopt,
  join,
  lengthOf,
  listOf,
  toLower,
  toUpper,
} from './transformers.ts';

test('case changes ASCII letters only, in lists too', () => {
  assert.equal(toLower('ABC\xc0é'), 'abc\xc0é');
  assert.equal(toUpper('abc\xe0'), 'ABC\xe0');
  assert.deepEqual(toUpper(['a', 'b']), ['A', 'B']);
});

test('basename is what follows the last slash', () => {
  assert.equal(baseName('/usr/bin/cat'), 'cat');
  assert.equal(baseName('cat'), 'cat');
  assert.equal(baseName('/usr/'), '');
});

test('len counts bytes of text and buffers, elements of lists', () => {
  assert.equal(lengthOf('\xc3\xa9'), 2);
  assert.equal(lengthOf(''), 0);
  assert.equal(lengthOf(Uint8Array.of(1, 0, 3)), 3);
  assert.equal(lengthOf(['a', 'b']), 2);
  assert.equal(lengthOf([]), 0);
});

test('join and concat; numbers join as text', () => {
  assert.equal(join(',', ['a', 5, 'c']), 'a,5,c');
  assert.equal(join(',', []), '');
  assert.equal(concat('a', 'b', 'c'), 'abc');
  assert.deepEqual(listOf('a', ['b', 'c'], 4), ['a', 'b', 'c', 4]);
});

test('a missing operand makes the result missing', () => {
  for (const value of [
    toLower(undefined),
    toUpper(undefined),
    decodeB64(undefined),
    baseName(undefined),
    lengthOf(undefined),
    join(undefined, ['a']),
    join(',', undefined),
    concat('a', undefined),
    listOf('a', undefined),
    getopt(undefined, 'a', undefined),
    getopt(['-a'], undefined, undefined),
  ]) {
    assert.equal(value, undefined);
  }
});

test('base64 with and without padding', () => {
  assert.equal(decodeBase64('aGVsbG8='), 'hello');
  assert.equal(decodeBase64('aGVsbG8'), 'hello');
  assert.equal(decodeBase64('aGk='), 'hi');
  assert.equal(decodeBase64('aGkh'), 'hi!');
  assert.equal(decodeBase64('/+8='), '\xff\xef');
  assert.equal(decodeBase64(''), '');
});

test('what is no base64 is missing', () => {
  for (const text of ['a', 'aGk!', 'aG k', 'aGl', 'aGVsbG9', '-_8=', '=', 'aGVs=bG8']) {
    assert.equal(decodeBase64(text), undefined, text);
  }
});

test('decoded text ends at a NUL, decoded buffers do not', () => {
  assert.equal(decodeB64('YQBi'), 'a');
  assert.equal(decodeB64(Buffer.from('YQBi')), 'a\0b');
});

test('getopt lists letters and values', () => {
  assert.deepEqual(listOptions(['-nt5', 'file', '-x'], 'nt:x'), ['n', 't', '5']);
  assert.deepEqual(listOptions(['-t', '5', '-n'], 'nt:'), ['t', '5', 'n']);
  assert.deepEqual(listOptions(['-n', '--', '-x'], 'nx'), ['n']);
  assert.deepEqual(listOptions(['--exec', '-n'], 'nx'), ['n']);
  assert.deepEqual(listOptions(['-q'], 'n'), ['?']);
  assert.deepEqual(listOptions(['-:'], 'n:'), ['?']);
  assert.deepEqual(listOptions(['-n', '-'], 'n'), ['n']);
  assert.deepEqual(listOptions(['-t'], 't:'), ['']);
  assert.deepEqual(listOptions([], 't:'), []);
});

test('getopt selects the last value of one option', () => {
  assert.equal(selectOption(['-e', 'a', '-e', 'b'], 'e:', 'e'), 'b');
  assert.equal(selectOption(['-le/bin/sh'], 'le:', 'e'), '/bin/sh');
  assert.equal(selectOption(['-l'], 'le:', 'l'), 'l');
  assert.equal(selectOption(['-l'], 'le:', 'e'), undefined);
  assert.equal(selectOption(['-e'], 'e:', 'e'), '');
  assert.equal(selectOption(['-z'], 'e:', '?'), undefined);
  assert.equal(getopt(['-c', 'id'], 'c:', 'c'), 'id');
});
