import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitted, textWidth, visibleLines, visibleText } from './terminal-text.ts';

test('what does not print, or turns the direction of writing, is shown and not sent', () => {
  assert.equal(visibleText('a "b" \\d\x1b[31m\x9b\u202e\n'), 'a "b" \\d\\u001b[31m\\u009b\\u202e\\n');
  assert.equal(visibleLines('a\x07\nb'), 'a\\u0007\nb');
});

test('columns are those of the terminal: two for wide characters, none for marks', () => {
  assert.deepEqual(['abc', '日本', 'e\u0301', '👍', 'Ａ'].map(textWidth), [3, 4, 1, 2, 2]);
});

test('text is cut where the columns end, and says so', () => {
  assert.equal(fitted('abcdef', 6), 'abcdef');
  assert.equal(fitted('abcdefg', 6), 'abcde…');
  assert.equal(fitted('日本日本', 6), '日本…');
  assert.equal(fitted('日本日', 6), '日本日');
  assert.equal(fitted('x'.repeat(500), Number.POSITIVE_INFINITY).length, 500);
});
