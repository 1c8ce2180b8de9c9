import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AcceptedSockets } from './accepted-sockets.ts';

test('the oldest socket is forgotten first', () => {
  const sockets = new AcceptedSockets(2);
  for (const inode of [1, 2, 1, 3]) sockets.add(inode);
  assert.deepEqual(
    [1, 2, 3].map((inode) => sockets.has(inode)),
    [true, false, true],
  );
  sockets.forget(3);
  assert.equal(sockets.has(3), false);
});
