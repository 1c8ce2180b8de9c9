import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadingWatch } from './reading-watch.ts';

test('trouble is that events wait and none is read for ten looks', () => {
  const counts = { emitted: 5, delivered: 3 };
  const watch = new ReadingWatch(() => counts);
  watch.look();
  for (let count = 0; count < 9; count++) watch.look();
  assert.equal(watch.trouble, undefined);
  watch.look();
  assert.equal(watch.trouble, '2 events wait, and none has been read for 10 seconds');
  counts.delivered = 4;
  watch.look();
  assert.equal(watch.trouble, undefined);
});

test('quiet is no trouble', () => {
  const watch = new ReadingWatch(() => ({ emitted: 5, delivered: 5 }));
  for (let count = 0; count < 60; count++) watch.look();
  assert.equal(watch.trouble, undefined);
});
