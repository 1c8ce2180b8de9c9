import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CgroupSets } from './cgroup-sets.ts';

test('equal cgroups are one set, until it is forgotten', () => {
  const sets = new CgroupSets(2);
  const first = sets.of('cpu=/web\0memory=/web\0');
  assert.deepEqual(first.paths, ['cpu=/web', 'memory=/web']);
  assert.equal(first.containers.believed, undefined);
  assert.equal(first.containersInPidNamespace.believed?.id, 'web');
  assert.equal(sets.of('cpu=/web\0memory=/web\0'), first);
  sets.of('cpu=/a');
  sets.of('cpu=/b');
  const again = sets.of('cpu=/web\0memory=/web\0');
  assert.notEqual(again, first);
  assert.deepEqual(again, first);
});
