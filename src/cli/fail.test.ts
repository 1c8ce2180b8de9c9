import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError } from './fail.ts';

test('an error is a line with our name before it, or one per problem', () => {
  assert.equal(describeError(new Error('it is broken'), false), 'lanner: it is broken\n');
  assert.equal(describeError(new Error('one\ntwo'), false), 'lanner: one\nlanner: two\n');
  assert.equal(describeError('odd', false), 'lanner: odd\n');
});

test('verbose adds the detail, the stack and the causes', () => {
  const cause = Object.assign(new Error('the cause'), { detail: 'what the verifier said' });
  const text = describeError(new Error('it is broken', { cause }), true);
  assert.match(text, /^lanner: it is broken\nError: it is broken\n\s+at /);
  assert.match(text, /what the verifier said\nError: the cause\n\s+at /);
});
