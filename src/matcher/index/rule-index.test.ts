import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckedRule } from '../../rules/checked.ts';
import type { EventContext } from '../../system/context.ts';
import { holds } from '../interpreter.ts';
import { Choices, randomCondition, randomEvent } from '../random.test-kit.ts';
import { among, and, check, exists, not, or, rule, testCatalog, testEvent } from '../test-kit.ts';
import type { IndexLimits } from './candidates.ts';
import { indexFor } from './rule-index.ts';

function candidates(rules: readonly CheckedRule[], context: EventContext): string[] {
  const index = indexFor(1, rules, testCatalog);
  return [...(index?.candidates(context) ?? [])].map((number) => rules[number]?.name ?? '');
}

test('rules that a literal refutes are no candidates', () => {
  const rules = [
    rule('equal', check('t.path', '=', '/etc/shadow')),
    rule('one of', among('t.path', 'in', ['/etc/shadow', '/etc/passwd'])),
    rule('start', check('t.path', 'startswith', '/etc/')),
    rule('end', check('t.path', 'endswith', 'shadow')),
    rule('part', check('t.path', 'contains', '/sha')),
    rule('any case', check('t.path', 'icontains', '/SHA')),
    rule('pattern', check('t.path', 'glob', '/etc/*w')),
    rule('pattern in any case', check('t.path', 'iglob', '/*TC/s*')),
    rule('directory', among('t.path', 'pmatch', ['/etc'])),
    rule('other', check('t.path', 'startswith', '/usr')),
    rule('except', and(check('t.path', 'startswith', '/'), not(check('t.path', 'contains', 'tc/s')))),
    rule('set', exists('t.path')),
    rule('different', check('t.path', '!=', '/etc/shadow')),
    rule('unset', not(exists('t.path'))),
  ];
  const all = rules.map(({ name }) => name);
  const without = (...names: string[]) => all.filter((name) => !names.includes(name));
  assert.deepEqual(
    candidates(rules, testEvent({ 't.path': '/etc/shadow' })),
    without('other', 'except', 'different', 'unset'),
  );
  assert.deepEqual(candidates(rules, testEvent({ 't.path': '/opt/x' })), ['except', 'set', 'different']);
  assert.deepEqual(candidates(rules, testEvent({})), ['unset']);
});

test('a rule with alternatives over several fields goes when all are refuted', () => {
  const rules = Array.from({ length: 8 }, (_, number) =>
    rule(
      `rule ${number}`,
      or(
        check('t.path', '=', `/p${number}`),
        check('t.name', '=', `n${number}`),
        check('t.number', '=', number),
      ),
    ),
  );
  assert.deepEqual(candidates(rules, testEvent({ 't.path': '/p3', 't.name': 'n5', 't.number': 99 })), [
    'rule 3',
    'rule 5',
  ]);
});

test('what cannot be asked keeps a rule a candidate', () => {
  const rules = [rule('regex', check('t.path', 'regex', '.*')), rule('dear', check('t.list', '=', 'x'))];
  assert.deepEqual(candidates(rules, testEvent({ 't.path': 'a' })), ['regex', 'dear']);
});

/** No rule may be lost, also while an index that is too small forgets everything again and again. */
const SMALL: IndexLimits = { states: 6, candidates: 300, residues: 200, classes: 3 };

for (const [size, limits] of [
  ['usual', undefined],
  ['small', SMALL],
] as const) {
  test(`every rule that holds is a candidate of an index of ${size} size`, () => {
    const choices = new Choices(11);
    let candidateCount = 0;
    let asked = 0;
    let resets = 0;
    for (let set = 0; set < 12; set++) {
      const macros = [randomCondition(choices, 2), randomCondition(choices, 2)];
      const rules = Array.from({ length: 60 }, (_, number) =>
        rule(`rule ${number}`, randomCondition(choices, 3, macros)),
      );
      const index = indexFor(1, rules, testCatalog, limits);
      for (let event = 0; event < 120; event++) {
        const context = randomEvent(choices);
        const found = new Set(index?.candidates(context));
        rules.forEach(({ condition }, number) => {
          if (holds(condition, context, testCatalog))
            assert.ok(found.has(number), `rule ${number} of set ${set} is missing at event ${event}`);
        });
        candidateCount += found.size;
        asked += rules.length;
      }
      resets += index?.statistics.resets ?? 0;
    }
    // An index that names all rules would pass as well.
    assert.ok(candidateCount < asked * 0.8, `${candidateCount} of ${asked} were candidates`);
    if (limits) assert.ok(resets > 100, `${resets} resets`);
  });
}
