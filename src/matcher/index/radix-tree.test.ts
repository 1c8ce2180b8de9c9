import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Choices } from '../random.test-kit.ts';
import { RadixTree } from './radix-tree.ts';

function randomText(choices: Choices): string {
  return Array.from({ length: choices.below(7) }, () => choices.of([...'ab/'])).join('');
}

function found(tree: RadixTree, text: string): number[] {
  const values: number[] = [];
  tree.fold(text, 0, (state, value) => {
    values.push(value);
    return state;
  });
  return values;
}

test('finds what a text begins with and ends with, from the shortest on', () => {
  const texts: [string, number][] = [
    ['/etc/', 0],
    ['/etc/passwd', 1],
    ['/', 2],
    ['/opt', 3],
    ['', 4],
  ];
  assert.deepEqual(found(new RadixTree('start', texts), '/etc/passwd'), [4, 2, 0, 1]);
  assert.deepEqual(found(new RadixTree('start', texts), '/etc/p'), [4, 2, 0]);
  assert.deepEqual(found(new RadixTree('start', texts), 'etc'), [4]);
  assert.deepEqual(
    found(
      new RadixTree('end', [
        ['wd', 1],
        ['passwd', 2],
      ]),
      '/etc/passwd',
    ),
    [1, 2],
  );
  assert.deepEqual(found(new RadixTree('start', []), 'a'), []);
});

test('agrees with startsWith and endsWith on generated texts', () => {
  const choices = new Choices(5);
  for (let round = 0; round < 300; round++) {
    const texts = [...new Set(Array.from({ length: 12 }, () => randomText(choices)))];
    const entries = texts.map((text, value): [string, number] => [text, value]);
    const text = randomText(choices) + randomText(choices);
    const expected = (holds: (part: string) => boolean) =>
      texts.flatMap((part, value) => (holds(part) ? [value] : []));
    const sorted = (values: number[]) => values.sort((a, b) => a - b);
    assert.deepEqual(
      sorted(found(new RadixTree('start', entries), text)),
      expected((part) => text.startsWith(part)),
    );
    assert.deepEqual(
      sorted(found(new RadixTree('end', entries), text)),
      expected((part) => text.endsWith(part)),
    );
  }
});
