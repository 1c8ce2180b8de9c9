/** The compiled matcher and the interpreter agree on generated conditions and events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../rules/checked.ts';
import { compileMatcher } from './compile.ts';
import { interpretRules } from './interpreter.ts';
import { Choices, randomCondition, randomEvent } from './random.test-kit.ts';
import { rule, testCatalog } from './test-kit.ts';

const RULE_SETS = 250;
const RULES_PER_SET = 12;
const EVENTS_PER_SET = 20;

for (const matching of ['all', 'first'] as const) {
  test(`compiled and interpreted rules agree (rule_matching: ${matching})`, () => {
    const choices = new Choices(matching === 'all' ? 1 : 2);
    let asked = 0;
    let held = 0;
    for (let set = 0; set < RULE_SETS; set++) {
      const macros: Condition[] = [];
      for (let index = 0; index < 3; index++) macros.push(randomCondition(choices, 2, macros));
      const rules = Array.from({ length: RULES_PER_SET }, (_, index) =>
        rule(`rule ${index}`, randomCondition(choices, 3, macros), {
          eventCodes: new Set([1, choices.below(3)]),
        }),
      );
      const options = { matching, source: 'syscall' };
      const compiled = compileMatcher({ rules }, testCatalog, options);
      const interpreted = interpretRules({ rules }, testCatalog, options);
      for (let index = 0; index < EVENTS_PER_SET; index++) {
        const event = randomEvent(choices, choices.below(3));
        const expected = interpreted.match(event);
        assert.deepEqual(
          compiled.match(event).map(({ name }) => name),
          expected.map(({ name }) => name),
          `rule set ${set}, event ${index}`,
        );
        asked += RULES_PER_SET;
        held += expected.length;
      }
    }
    // Were almost all conditions true or false, agreement would mean little.
    if (matching === 'all') assert.ok(held > asked / 10 && held < asked / 1.5, `${held} of ${asked} held`);
  });
}
