import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internText } from './interner.ts';

function intern(text: string): string {
  const buffer = Buffer.from(`xx${text}yy`, 'latin1');
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return internText(buffer, view, 2, buffer.length - 2);
}

test('texts come out as they went in, however often', () => {
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    'abcde',
    '/etc/passwd',
    '\xff\x00\xfe',
    'x'.repeat(96),
    'y'.repeat(97),
  ];
  for (const length of [100, 1000, 4096, 5000]) texts.push('long '.repeat(1000).slice(0, length));
  for (let round = 0; round < 4; round++) for (const text of texts) assert.equal(intern(text), text);
});

test('texts that differ in one byte are told apart', () => {
  for (const length of [1, 3, 4, 7, 90, 200, 3000])
    for (let at = 0; at < length; at += Math.max(1, length >> 5)) {
      const text = 'a'.repeat(length);
      const other = `${text.slice(0, at)}b${text.slice(at + 1)}`;
      for (let round = 0; round < 3; round++)
        assert.ok(intern(text) === text && intern(other) === other, `length ${length}, byte ${at}`);
    }
});

test('many different texts do not mix', () => {
  for (let round = 0; round < 2; round++)
    for (let number = 0; number < 20_000; number++) {
      const text = `/usr/share/doc/package-${number}/changelog`;
      if (intern(text) !== text) assert.fail(text);
    }
});
