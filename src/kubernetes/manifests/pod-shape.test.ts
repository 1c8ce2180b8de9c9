import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { pathText } from './field-path.ts';
import { shapeProblems } from './pod-shape.ts';

function problems(spec: string): string[] {
  return shapeProblems({ spec: parse(spec) as unknown }, []).map(
    ({ path, message }) => `${pathText(path)} ${message}`,
  );
}

test('what the API server would refuse has its place', () => {
  assert.deepEqual(problems('{containers: [{name: a, image: b}], hostPID: null}'), []);
  assert.deepEqual(problems('[]'), ['spec must be a mapping with the specification of the pod']);
  assert.deepEqual(problems('{}'), ['spec.containers must list at least one container']);
  assert.deepEqual(problems('containers: []'), ['spec.containers must list at least one container']);
  assert.deepEqual(problems('containers: {a: b}'), ['spec.containers must be a list, not a mapping']);
  assert.deepEqual(problems('containers: [null]'), ['spec.containers[0] must not be empty']);
  assert.deepEqual(problems('{containers: [{securityContext: {privileged: "true"}}]}'), [
    'spec.containers[0].securityContext.privileged must be a boolean, not the string "true"',
  ]);
  assert.deepEqual(
    problems('{containers: [{name: a}], securityContext: {sysctls: [{name: 7}], runAsUser: []}}'),
    [
      'spec.securityContext.runAsUser must be a number, not a list',
      'spec.securityContext.sysctls[0].name must be a string, not the number 7',
    ],
  );
});
