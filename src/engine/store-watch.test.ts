import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputCounts } from './outputs.ts';
import { StoreWatch } from './store-watch.ts';

const FILE: OutputCounts = {
  ...{ name: 'stdout', waiting: 0, queued: 0, written: 0, dropped: 0 },
  ...{ retries: undefined, undelivered: undefined },
};

test('what is wrong with the store is told when it begins, and once', () => {
  let store: OutputCounts = { ...FILE, name: 'store a.db', isFailing: false, setAside: 0 };
  const told: string[] = [];
  const watch = new StoreWatch({
    counts: () => [FILE, store],
    alert: ({ message, priority }) => told.push(`${priority} ${message}`),
    hostname: 'h',
  });
  const look = (next: Partial<OutputCounts>): number => {
    store = { ...store, ...next };
    watch.look();
    return told.length;
  };
  assert.equal(look({}), 0);
  assert.equal(look({ setAside: 1, trouble: 'it was damaged' }), 1);
  assert.equal(look({}), 1);
  assert.equal(look({ isFailing: true, trouble: 'it cannot be written' }), 2);
  assert.equal(look({}), 2);
  assert.equal(look({ isFailing: false }), 2);
  assert.equal(look({ isFailing: true }), 3);
  assert.equal(told[0], 'Critical Lanner internal: alert store: store a.db: it was damaged');
});
