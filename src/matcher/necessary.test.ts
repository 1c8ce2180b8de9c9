import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { Condition } from '../rules/checked.ts';
import { withEventCode } from './event-code.ts';
import { holds } from './interpreter.ts';
import {
  allOf,
  anyOf,
  type Check,
  evaluateFormula,
  type Formula,
  Necessary,
  predicate,
} from './necessary.ts';
import { Choices, randomCondition, randomEvent } from './random.test-kit.ts';
import { and, check, field, not, or, testCatalog } from './test-kit.ts';

const a = check('t.name', '=', 'a');
const b = check('t.number', '=', 1);
const c = check('t.path', 'startswith', '/c');

function isCheck(condition: Condition): condition is Check {
  return condition.kind !== 'and' && condition.kind !== 'or' && condition.kind !== 'not';
}

/** Tells everything of all checks but `unknown`. */
function except(unknown: Condition) {
  return new Necessary<Check>((check, wanted) => (check === unknown ? true : predicate(check, wanted)));
}

test('what cannot be told is taken for true, on whichever side of a negation', () => {
  assert.deepEqual(except(a).of(and(a, b)), predicate(b));
  assert.deepEqual(except(a).of(or(a, b)), true);
  assert.deepEqual(except(a).of(not(or(a, b))), predicate(b, false));
  assert.deepEqual(except(a).of(not(and(a, b))), true);
  assert.deepEqual(except(a).of(not(a)), true);
});

test('junctions drop what is constant, there twice, or of the same kind', () => {
  const [x, y, z] = [predicate('x'), predicate('y'), predicate('z')];
  assert.deepEqual(allOf([x, true, allOf([x, y]), z]), { kind: 'and', operands: [x, y, z] });
  assert.deepEqual(anyOf([x, anyOf([y, z]), false]), { kind: 'or', operands: [x, y, z] });
  assert.equal(allOf([x, false]), false);
  assert.equal(anyOf([x, true]), true);
  assert.equal(allOf([]), true);
  assert.equal(anyOf([]), false);
  assert.equal(allOf([x, x]), x);
});

test('a condition that is shared has one formula', () => {
  const shared = or(b, c);
  const analysis = except(a);
  const first = analysis.of(and(a, shared));
  assert.equal(analysis.of(shared), first);
});

test('the type of the event decides what is said of it', () => {
  const type = FIELD_CATALOG.find('evt.type')?.field;
  assert.ok(type);
  const open = check({ ...field('t.name'), field: type }, '=', 'openat');
  const decide = (code: number) =>
    new Necessary<Check>(withEventCode(code, FIELD_CATALOG, (check, wanted) => predicate(check, wanted)));
  assert.equal(decide(307).of(open), true);
  assert.equal(decide(307).of(not(open)), false);
  assert.equal(decide(5).of(open), false);
  // The name of an asynchronous event stands in the event.
  assert.deepEqual(decide(402).of(open), predicate(open));
});

test('a formula holds at every event at which the condition has the value that was wanted', () => {
  const choices = new Choices(7);
  let refuted = 0;
  let asked = 0;
  for (let round = 0; round < 400; round++) {
    const macros = [randomCondition(choices, 2), randomCondition(choices, 2)];
    const condition = randomCondition(choices, 4, macros);
    const unknown = new Map<Check, boolean>();
    const analysis = new Necessary<Check>((check, wanted): Formula<Check> => {
      if (!unknown.has(check)) unknown.set(check, choices.below(3) === 0);
      return unknown.get(check) ? true : predicate(check, wanted);
    });
    for (let event = 0; event < 20; event++) {
      const context = randomEvent(choices);
      const isTrue = (each: Check) => holds(each, context, testCatalog);
      const value = holds(condition, context, testCatalog);
      assert.ok(evaluateFormula(analysis.of(condition, value), isTrue), `round ${round}, event ${event}`);
      if (!evaluateFormula(analysis.of(condition, !value), isTrue)) refuted++;
      asked++;
    }
    assert.ok(isCheck(condition) || unknown.size > 0);
  }
  // A formula that is always true would be sound as well.
  assert.ok(refuted > asked / 4, `${refuted} of ${asked} refuted`);
});
