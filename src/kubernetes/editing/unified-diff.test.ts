import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unifiedDiff } from './unified-diff.ts';

const NAMES = { before: 'a', after: 'b' };

test('changes with three lines around them', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');
  const after = before.replace('line 5\n', 'line five\n').replace('line 18', 'line 18\nmore');
  assert.equal(
    unifiedDiff(before, after, NAMES),
    [
      '--- a',
      '+++ b',
      '@@ -2,7 +2,7 @@',
      ' line 2',
      ' line 3',
      ' line 4',
      '-line 5',
      '+line five',
      ' line 6',
      ' line 7',
      ' line 8',
      '@@ -16,5 +16,6 @@',
      ' line 16',
      ' line 17',
      ' line 18',
      '+more',
      ' line 19',
      ' line 20',
    ].join('\n'),
  );
});

test('no change, no text', () => assert.equal(unifiedDiff('a\nb\n', 'a\nb\n', NAMES), ''));

test('changes at the end, with and without a last newline', () => {
  const names = { before: 'a', after: 'b' };
  assert.equal(unifiedDiff('a\n', 'b\n', names), '--- a\n+++ b\n@@ -1,1 +1,1 @@\n-a\n+b');
  assert.equal(
    unifiedDiff('a', 'a\n', names),
    '--- a\n+++ b\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a',
  );
});
