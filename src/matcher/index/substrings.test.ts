import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowerAscii } from '../ascii.ts';
import { Choices } from '../random.test-kit.ts';
import { Substrings } from './substrings.ts';

function randomText(choices: Choices, least: number, most: number): string {
  const length = least + choices.below(most - least + 1);
  return Array.from({ length }, () => choices.of([...'abAB\xff'])).join('');
}

function found(substrings: Substrings, text: string): number[] {
  const values = new Set<number>();
  substrings.fold(text, 0, (state, value) => {
    values.add(value);
    return state;
  });
  return [...values].sort((a, b) => a - b);
}

for (const ignoreCase of [false, true]) {
  test(`agrees with includes on generated texts${ignoreCase ? ', in any case' : ''}`, () => {
    const choices = new Choices(9);
    const folded = (text: string) => (ignoreCase ? lowerAscii(text) : text);
    let hits = 0;
    for (let round = 0; round < 400; round++) {
      const texts = [...new Set(Array.from({ length: 8 }, () => randomText(choices, 1, 5)))];
      const substrings = new Substrings(new Map(texts.map((text, value) => [text, value])), { ignoreCase });
      const text = randomText(choices, 0, 16);
      const expected = texts.flatMap((part, value) => (folded(text).includes(folded(part)) ? [value] : []));
      assert.deepEqual(found(substrings, text), expected, `${texts.join()} in ${text}`);
      hits += expected.length;
    }
    assert.ok(hits > 400, `${hits} hits`);
  });
}

test('texts beyond the size of a table do not fit', () => {
  assert.ok(Substrings.fits(['/.ssh/', 'id_rsa']));
  const letters = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
  assert.ok(!Substrings.fits([letters.repeat(200)]));
});
