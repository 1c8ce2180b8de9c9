/** Conditions of Sigma's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrammarError, namesOf, parseSigmaCondition, type SigmaCondition } from './grammar.ts';

function shown(condition: SigmaCondition): string {
  switch (condition.kind) {
    case 'name':
      return condition.name;
    case 'not':
      return `!${shown(condition.operand)}`;
    case 'some':
    case 'all':
      return `${condition.kind}:${condition.pattern}`;
    default:
      return `(${condition.operands.map(shown).join(condition.kind === 'and' ? ' & ' : ' | ')})`;
  }
}

test('not binds tightest, then and, then or', () => {
  const cases: readonly [string, string][] = [
    ['a or b and not c', '(a | (b & !c))'],
    ['(a or b) and not (c and d)', '((a | b) & !(c & d))'],
    ['not not a', 'a'],
    ['A AND B OR NOT C', '((A & B) | !C)'],
    ['selection and not 1 of filter_main_*', '(selection & !some:filter_main_*)'],
    ['all of them or any of x*y', '(all:them | some:x*y)'],
    ['notes and all_of_it and 1', '(notes & all_of_it & 1)'],
    ['a\n  and\n  (b)', '(a & b)'],
  ];
  for (const [text, tree] of cases) assert.equal(shown(parseSigmaCondition(text)), tree, text);
});

test('what does not follow the grammar, and where', () => {
  const cases: readonly [string, RegExp, number][] = [
    ['a | count() by b > 3', /aggregation/, 2],
    ['a and', /expected at the end/, 5],
    ['(a or b', /\) was expected/, 7],
    ['a b', /"b" was not expected/, 2],
    ['2 of them', /"2 of"/, 0],
    ['and a', /not "and"/, 0],
    ['', /expected at the end/, 0],
    ['a or )', /not "\)"/, 5],
    [`${'('.repeat(51)}a${')'.repeat(51)}`, /parentheses/, 50],
  ];
  for (const [text, message, offset] of cases) {
    assert.throws(
      () => parseSigmaCondition(text),
      (error) => error instanceof GrammarError && message.test(error.message) && error.offset === offset,
      text,
    );
  }
});

test('which detections a pattern means', () => {
  const names = ['selection_a', 'selection_b', 'filter', '_hidden', 'sel.x'];
  assert.deepEqual(namesOf('them', names), ['selection_a', 'selection_b', 'filter', 'sel.x']);
  assert.deepEqual(namesOf('selection_*', names), ['selection_a', 'selection_b']);
  assert.deepEqual(namesOf('*_a', names), ['selection_a']);
  assert.deepEqual(namesOf('_*', names), ['_hidden']);
  assert.deepEqual(namesOf('sel.*', names), ['sel.x']);
  assert.deepEqual(namesOf('nothing*', names), []);
});
