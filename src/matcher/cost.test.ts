import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../rules/checked.ts';
import { CostModel } from './cost.ts';
import { among, and, check, exists, not, or, testCatalog } from './test-kit.ts';

const costs = new CostModel(testCatalog);

const cheap = check('t.name', '=', 'x');
const middle = check('t.other', '=', 'x');
const dear = check('t.path', '=', 'x');

function order(kind: 'and' | 'or', ...operands: Condition[]): Condition[] {
  return costs.order(kind, operands);
}

test('what is cheap comes first, as the author wrote it where nothing speaks for an order', () => {
  assert.deepEqual(order('and', dear, middle, cheap), [cheap, middle, dear]);
  assert.deepEqual(order('or', dear, cheap, middle), [cheap, middle, dear]);
  const twin = check('t.name', '=', 'y');
  assert.deepEqual(order('and', twin, cheap), [twin, cheap]);
});

test('a dear test that mostly fails goes before a cheap one that mostly holds, under and', () => {
  const rarely = not(cheap);
  assert.deepEqual(order('and', rarely, dear), [dear, rarely]);
  assert.deepEqual(order('or', rarely, dear), [rarely, dear]);
  assert.deepEqual(order('and', exists('t.name'), middle), [middle, exists('t.name')]);
});

test('likelihoods follow the form of conditions', () => {
  const likelihood = (condition: Condition) => Number(costs.likelihood(condition).toFixed(3));
  assert.equal(likelihood(cheap), 0.1);
  assert.equal(likelihood(among('t.name', 'in', ['x', 'y'])), 0.1);
  assert.equal(likelihood(check('t.name', '!=', 'x')), 0.9);
  assert.equal(likelihood(not(cheap)), 0.9);
  assert.equal(likelihood(and(cheap, middle)), 0.01);
  assert.equal(likelihood(or(cheap, middle)), 0.19);
});

test('what is asked seldom costs little', () => {
  assert.ok(costs.cost(and(cheap, dear)) < costs.cost(cheap) + costs.cost(dear) / 2);
  assert.ok(costs.cost(or(cheap, dear)) > costs.cost(and(cheap, dear)));
});
