import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Strangers } from './strangers.ts';

function connection(remotePort: number) {
  return Object.assign(new PassThrough(), { remoteAddress: '127.0.0.1', remotePort });
}

test('the oldest connection of a stranger ends for a new one; who was let in stays', () => {
  let ended = 0;
  const strangers = new Strangers(() => ended++);
  const connections = Array.from({ length: 130 }, (_, index) => connection(1000 + index));
  const [first, second, third] = connections.slice(0, 3) as unknown as [
    PassThrough,
    PassThrough,
    PassThrough,
  ];
  strangers.add(first);
  // The encrypted socket is another object with the same ends.
  strangers.letIn({ remoteAddress: '127.0.0.1', remotePort: 1000 });
  for (const one of connections.slice(1)) strangers.add(one);
  assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [false, true, false]);
  assert.equal(ended, 1);
});

test('a connection that has ended makes room', async () => {
  let ended = 0;
  const strangers = new Strangers(() => ended++);
  const connections = Array.from({ length: 128 }, (_, index) => connection(1000 + index));
  for (const one of connections) strangers.add(one);
  const first = connections[0] as PassThrough;
  const closed = new Promise((resolve) => first.once('close', resolve));
  first.destroy();
  await closed;
  strangers.add(connection(5000));
  assert.equal(ended, 0);
});
