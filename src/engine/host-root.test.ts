import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostRootOf } from './host-root.ts';

test('the configuration comes before the environment, and slashes at the end do not count', () => {
  const environment = { HOST_ROOT: '/host/' };
  assert.equal(hostRootOf({ host_root: '' }, {}), '');
  assert.equal(hostRootOf({ host_root: '' }, environment), '/host');
  assert.equal(hostRootOf({ host_root: '/proc/1/root' }, environment), '/proc/1/root');
  assert.equal(hostRootOf({ host_root: '/' }, environment), '');
});
