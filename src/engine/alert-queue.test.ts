import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import type { HeldAlert } from '../alerts/alert-maker.ts';
import { AlertQueue, type AlertQueueOptions } from './alert-queue.ts';

/** Containers that are pending until a test says otherwise. */
function pendingContainers(...ids: string[]) {
  const pending = new Map(ids.map((id) => [id, [] as (() => void)[]]));
  return {
    isPending: (id: string) => pending.has(id),
    whenSettled: (id: string, action: () => void) => void pending.get(id)?.push(action),
    settle(id: string) {
      const actions = pending.get(id) ?? [];
      pending.delete(id);
      for (const action of actions) action();
    },
  };
}

function alertOf(rule: string, isLate = true): HeldAlert {
  return { isLate, finish: () => ({ kind: 'rule', rule, fields: [] }) as unknown as RuleAlert };
}

function queueOf(options: Omit<AlertQueueOptions, 'write'>) {
  const written: string[] = [];
  const queue = new AlertQueue({
    ...options,
    write: ({ rule, fields }) =>
      written.push([rule, ...fields.map(({ key, value }) => `${key}=${value}`)].join(' ')),
  });
  return { queue, written };
}

const LONG = 1_000_000;

test('alerts go out at once when there is nothing to wait for', () => {
  const containers = pendingContainers('c');
  const { queue, written } = queueOf({ containers, waitMs: LONG });
  queue.add(alertOf('host'), '');
  queue.add(alertOf('known'), 'known');
  queue.add(alertOf('tells nothing of the container', false), 'c');
  assert.deepEqual(written, ['host', 'known', 'tells nothing of the container']);
  const alone = queueOf({ waitMs: LONG });
  alone.queue.add(alertOf('nobody asks'), 'c');
  assert.deepEqual(alone.written, ['nobody asks']);
});

test('an alert waits for its container, and those behind it keep their place', async () => {
  const containers = pendingContainers('c', 'd');
  const { queue, written } = queueOf({ containers, waitMs: LONG });
  queue.add(alertOf('1'), 'c');
  queue.add(alertOf('2', false), '');
  queue.add(alertOf('3'), 'd');
  queue.add(alertOf('4'), 'c');
  assert.deepEqual(written, []);
  containers.settle('d');
  assert.deepEqual(written, []);
  const drained = queue.drained();
  containers.settle('c');
  assert.deepEqual(written, ['1', '2', '3', '4']);
  await drained;
  assert.equal(queue.incomplete, 0);
});

test('after the set time it goes out as it is, marked and counted', async () => {
  const { queue, written } = queueOf({ containers: pendingContainers('c'), waitMs: 1 });
  queue.add(alertOf('1'), 'c');
  queue.add(alertOf('2'), '');
  await queue.drained();
  assert.deepEqual(written, ['1 lanner.incomplete=container', '2']);
  assert.equal(queue.incomplete, 1);
});

test('when too many wait, the first goes out', () => {
  const containers = pendingContainers('c');
  const { queue, written } = queueOf({ containers, waitMs: LONG, limit: 2 });
  for (const rule of ['1', '2', '3']) queue.add(alertOf(rule), 'c');
  assert.deepEqual(written, ['1 lanner.incomplete=container']);
  containers.settle('c');
  assert.deepEqual(written.slice(1), ['2', '3']);
});
