/** The algebra of sets of requests, against the plain decision about single requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, isMatch } from './decide.ts';
import { partition } from './partition.ts';
import { Dice, randomPolicy, randomRequest } from './random.test-kit.ts';
import {
  EVERY_PATH,
  EVERY_RESOURCE,
  exampleRequest,
  hasRequest,
  intersectAll,
  isWithin,
  joinBoxes,
  type RequestBox,
  subtractBoxes,
} from './request-set.ts';
import { requestsOf } from './rule-requests.ts';
import { allBut, only } from './text-set.ts';

const ROUNDS = 300;

function hasAny(boxes: readonly RequestBox[], request: Parameters<typeof hasRequest>[1]): boolean {
  return boxes.some((box) => hasRequest(box, request));
}

test('the requests of a rule are those that it matches', () => {
  const dice = new Dice(1);
  for (let round = 0; round < ROUNDS; round++) {
    const { rules } = randomPolicy(dice);
    const requests = Array.from({ length: 20 }, () => randomRequest(dice));
    for (const rule of rules)
      for (const request of requests)
        assert.equal(
          hasAny(requestsOf(rule), request),
          isMatch(rule, request),
          JSON.stringify({ rule, request }),
        );
  }
});

test('intersection and difference hold for every request', () => {
  const dice = new Dice(2);
  let inside = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [a = [], b = []] = [randomPolicy(dice), randomPolicy(dice)].map(({ rules }) =>
      rules.flatMap(requestsOf),
    );
    const both = intersectAll(a, b);
    const rest = subtractBoxes(a, b) ?? assert.fail('too many boxes');
    for (let count = 0; count < 20; count++) {
      const request = randomRequest(dice);
      const [inA, inB] = [hasAny(a, request), hasAny(b, request)];
      assert.equal(hasAny(both, request), inA && inB);
      assert.equal(hasAny(rest, request), inA && !inB);
      if (inA && !inB) inside++;
    }
  }
  assert.ok(inside > 500, `${inside} requests were in a difference`);
});

test('a difference that is not empty has an example', () => {
  const dice = new Dice(3);
  for (let round = 0; round < ROUNDS; round++) {
    const [a = [], b = []] = [randomPolicy(dice), randomPolicy(dice)].map(({ rules }) =>
      rules.flatMap(requestsOf),
    );
    for (const box of subtractBoxes(a, b) ?? []) {
      const example = exampleRequest(box);
      assert.ok(hasRequest(box, example), JSON.stringify(example));
      assert.ok(hasAny(a, example) && !hasAny(b, example), JSON.stringify(example));
    }
  }
});

test('every request is in the share of the rule that decides it', () => {
  const dice = new Dice(4);
  for (let round = 0; round < ROUNDS; round++) {
    const policy = randomPolicy(dice);
    const shares = partition(policy, [EVERY_RESOURCE, EVERY_PATH]) ?? assert.fail('too tangled');
    for (let count = 0; count < 20; count++) {
      const request = randomRequest(dice);
      const { rule } = decide(policy, request);
      const found = shares.filter(({ boxes }) => hasAny(boxes, request)).map((share) => share.rule);
      assert.deepEqual(found, [rule]);
    }
  }
});

test('a joined box has the requests of both, and no others', () => {
  const a = { ...EVERY_RESOURCE, verb: only(['get']), user: allBut(['jane']) };
  const joined = joinBoxes(a, { ...a, verb: only(['list']) }) ?? assert.fail();
  assert.deepEqual([...joined.verb.values], ['get', 'list']);
  assert.equal(joinBoxes(a, { ...a, verb: only(['list']), user: only(['joe']) }), undefined);
  assert.equal(joinBoxes(a, { ...EVERY_PATH, verb: only(['get']), user: allBut(['jane']) }), undefined);
});

test('users are in many groups: being in one does not exclude another', () => {
  const of = (group: string) => ({
    ...EVERY_RESOURCE,
    groups: { anyOf: [new Set([group])], noneOf: new Set<string>() },
  });
  assert.equal(isWithin([of('a')], [of('b')]), false);
  const [both] = intersectAll([of('a')], [of('b')]);
  assert.ok(both && isWithin([both], [of('a')]) && isWithin([both], [of('b')]));
  // In "a" and not in "b", or in both: all of "a".
  assert.ok(isWithin([of('a')], [both, ...(subtractBoxes([of('a')], [of('b')]) ?? [])]));
});

test('too many parts are not computed', () => {
  const many = Array.from({ length: 3000 }, () => EVERY_RESOURCE);
  assert.equal(subtractBoxes(many, [EVERY_PATH]), undefined);
  assert.equal(isWithin(many, [EVERY_PATH]), false);
});
