import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScope } from './scope.ts';

test('processes add up', () => {
  const first = parseScope('pid=1,22', undefined);
  assert.deepEqual(first, { kind: 'processes', pids: [1, 22] });
  assert.deepEqual(parseScope('pid=333', first), { kind: 'processes', pids: [1, 22, 333] });
});

test('a control group', () => {
  assert.deepEqual(parseScope('cgroup=/a=b', undefined), { kind: 'cgroup', path: '/a=b' });
});

test('what is neither is refused', () => {
  for (const text of [
    '',
    'pid',
    'pid=',
    'pid=0',
    'pid=-1',
    'pid=1,',
    'pid=1 2',
    'pid=1e3',
    'uid=1',
    'cgroup=',
  ]) {
    assert.throws(() => parseScope(text, undefined), { code: 'commander.invalidArgument' }, text);
  }
  assert.throws(() => parseScope('pid=1', { kind: 'cgroup', path: '/' }));
  assert.throws(() => parseScope('cgroup=/', { kind: 'processes', pids: [1] }));
});
