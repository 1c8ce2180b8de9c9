/** Patterns in POSIX syntax, with what RE2 itself says of them in that syntax. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perlOfPosix } from './posix-regex.ts';
import { compilePattern, regexError } from './regex.ts';

function fits(pattern: string, text: string): boolean {
  return compilePattern(pattern).testExact(text);
}

test('a repetition may be repeated', () => {
  for (const pattern of ['a+?', 'a**', 'a*+', '(a?){2}?', 'a{2}?', '(a)+?', '[a]+?', '\\x61+?', 'b|a+?']) {
    assert.equal(regexError(pattern), undefined, pattern);
    assert.ok(fits(pattern, ''), `${pattern} fits nothing`);
    assert.ok(fits(pattern, 'aa'), `${pattern} fits aa`);
  }
  assert.ok(!fits('xa+?', ''));
  assert.ok(fits('xa+?', 'x'));
  assert.ok(fits('a++', 'aaa'));
  assert.ok(!fits('a++', ''));
  assert.ok(fits('a{2}{3}', 'a'.repeat(6)));
  assert.ok(!fits('a{2}{3}', 'a'.repeat(5)));
});

test('what only looks like a repetition is left alone', () => {
  assert.equal(perlOfPosix('[*+?]'), '[*+?]');
  assert.equal(perlOfPosix('\\*+'), '\\*+');
  assert.equal(perlOfPosix('[]*]+'), '[]*]+');
  assert.equal(perlOfPosix('a{,2}'), 'a{,2}');
});

test("Perl's syntax is no POSIX pattern, and is read as what it is", () => {
  for (const pattern of ['\\d+', '(?i)A', '(?:a)', '[\\w]', '\\bx', '\\pL', '\\\\\\d']) {
    assert.equal(perlOfPosix(pattern), undefined, pattern);
    assert.equal(regexError(pattern), undefined, pattern);
  }
  assert.notEqual(perlOfPosix('\\\\d'), undefined);
  assert.ok(fits('\\d+', '12'));
  assert.ok(!fits('(?:a)+?', ''), 'a lazy repetition in a pattern that POSIX does not have');
});

test('wrong in both is wrong', () => {
  for (const pattern of [
    '*',
    '(',
    'a)',
    '(*a)',
    'a|*',
    '[a',
    'a{1001}',
    '[z-a]',
    '[[:none:]]',
    '\\8',
    '\\',
  ]) {
    assert.notEqual(regexError(pattern), undefined, pattern);
  }
});
