import assert from 'node:assert/strict';
import { test } from 'node:test';
import koffi from 'koffi';
import { compileGlob } from './glob.ts';

function assertGlob(pattern: string, matching: string[], others: string[], ignoreCase = false): void {
  const matches = compileGlob(pattern, { ignoreCase });
  for (const text of matching) assert.equal(matches(text), true, `${pattern} should match ${text}`);
  for (const text of others) assert.equal(matches(text), false, `${pattern} should not match ${text}`);
}

test('plain characters match themselves', () => {
  assertGlob('cat', ['cat'], ['ca', 'cats', 'Cat', '']);
  assertGlob('', [''], ['a']);
});

test('* matches anything, slashes and leading dots too; ? one byte', () => {
  assertGlob('*', ['', 'a', '/etc/.x'], []);
  assertGlob('/etc/*.conf', ['/etc/a.conf', '/etc/a/b.conf', '/etc/.conf'], ['/etc/conf', '/etc/a.conf.d']);
  assertGlob('*ab*ab*', ['abab', 'xabyabz'], ['ab', 'aab']);
  assertGlob('a?c', ['abc', 'a/c', 'a\xffc'], ['ac', 'abbc']);
  assertGlob('??', ['\xc3\xa9'], ['\xc3']);
});

test('sets have characters, ranges, classes and complements', () => {
  assertGlob('[abc]', ['a', 'c'], ['d', '', 'ab']);
  assertGlob('[a-c]x', ['ax', 'bx'], ['dx']);
  assertGlob('[!a-c]', ['d', '/'], ['a', '']);
  assertGlob('[^a-c]', ['d'], ['b']);
  assertGlob('[]a]', [']', 'a'], ['b']);
  assertGlob('[!]a]', ['b'], [']', 'a']);
  assertGlob('[a-]', ['a', '-'], ['b']);
  assertGlob('[[:digit:][:upper:]_]', ['7', 'Q', '_'], ['q', ':']);
  assertGlob('[\\]]', [']'], ['\\']);
  assertGlob('[\x80-\xff]', ['\xc3'], ['a']);
});

test('a backslash takes the next character literally', () => {
  assertGlob('\\*', ['*'], ['a', '\\*']);
  assertGlob('a\\?b', ['a?b'], ['axb']);
  assertGlob('\\a', ['a'], ['\\a']);
});

test('malformed patterns match literally or nothing', () => {
  assertGlob('[ab', ['[ab'], ['a']);
  assertGlob('a\\', [], ['a', 'a\\']);
  assertGlob('[[:nothing:]]', [], ['a', ':']);
});

test('case is ignored for ASCII letters only', () => {
  assertGlob('/ETC/p[A-C]*', ['/etc/Pb', '/Etc/pCx'], ['/etc/px'], true);
  assertGlob('\xc0', ['\xc0'], ['\xe0'], true);
});

test('many stars take no exponential time', () => {
  const matches = compileGlob(`${'*a'.repeat(200)}b`);
  assert.equal(matches('a'.repeat(5000)), false);
});

test('patterns match as fnmatch(3) of the GNU C library does', (context) => {
  const fnmatch = loadFnmatch();
  if (!fnmatch) return context.skip('the GNU C library (libc.so.6) is not here');
  const pieces = [...'abAB-[]!^*?\\/.z', '[:alpha:]', '[:upper:]', '[a-c]', '[!b]', '[A-B]', '*a*'];
  const characters = [...'abAB-[]!^*\\/.cz:'];
  const random = randomNumbers(42);
  const pick = (from: string[], most: number) =>
    Array.from({ length: random(most + 1) }, () => from[random(from.length)]).join('');
  let matched = 0;
  for (let round = 0; round < 20_000; round++) {
    const pattern = pick(pieces, 7);
    const text = pick(characters, 6);
    for (const ignoreCase of [false, true]) {
      const expected: boolean = fnmatch(pattern, text, ignoreCase ? FNM_CASEFOLD : 0) === 0;
      if (expected) matched++;
      assert.equal(compileGlob(pattern, { ignoreCase })(text), expected, `${pattern} on ${text}`);
    }
  }
  assert.ok(matched > 500, `only ${matched} patterns matched`);
});

const FNM_CASEFOLD = 16;

function loadFnmatch(): ((pattern: string, text: string, flags: number) => number) | undefined {
  try {
    return koffi.load('libc.so.6').func('int fnmatch(const char *, const char *, int)');
  } catch {
    return undefined;
  }
}

/** Deterministic numbers below `limit`. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
}
