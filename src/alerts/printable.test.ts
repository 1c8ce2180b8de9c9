import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString, toText } from '../events/bytes.ts';
import { printableText, printableValue } from './printable.ts';

test('what does not print is replaced, and nothing else', () => {
  const shown = (text: string) => toText(printableText(toByteString(text)));
  assert.equal(shown('a b~'), 'a b~');
  assert.equal(shown('a\nb\tc\x7f'), 'a\ufffdb\ufffdc\ufffd');
  assert.equal(shown('héllo 日本 🎉'), 'héllo 日本 🎉');
  assert.equal(shown('a\u0085b\ufdd0c\uffff'), 'a\ufffdb\ufffdc\ufffd');
  assert.equal(toText(printableText('a\xffb\xe6\x97z')), 'a\ufffdb\ufffdz', 'a broken sequence counts once');
});

test('values that are no text stay', () => {
  assert.equal(printableValue('\x7f\0\0\x01', 'IPADDR'), '\x7f\0\0\x01');
  assert.equal(printableValue('a\n', 'BYTEBUF'), 'a\n');
  assert.equal(printableValue(7, 'INT64'), 7);
  assert.deepEqual(printableValue(['a', '\n'], 'CHARBUF'), ['a', toByteString('\ufffd')]);
});
