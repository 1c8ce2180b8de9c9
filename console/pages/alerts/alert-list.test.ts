import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AlertItem, AlertPage } from '../../../src/server/api-types.ts';
import { AlertList, MOST_LOADED } from './alert-list.ts';

function alert(id: number): AlertItem {
  return {
    ...{ id, time: id, rule: 'Rule', priority: 'Notice', message: 'm', source: 'syscall', tags: [] },
    ...{ hostname: 'h', container: null, pod: null, process: null },
  };
}

function alerts(newest: number, count: number): AlertItem[] {
  return Array.from({ length: count }, (_, index) => alert(newest - index));
}

/** Answers that the test gives, one for each question, in its own order. */
function server(context: TestContext): ((page: AlertPage) => void)[] {
  const asked: ((page: AlertPage) => void)[] = [];
  context.mock.method(globalThis, 'fetch', () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    asked.push((page) => resolve(Response.json(page)));
    return promise;
  });
  return asked;
}

function ids(list: AlertList): number[] {
  return list.items.value.map(({ id }) => id);
}

test('what comes while the list is being loaded is neither lost nor shown twice', async (context) => {
  const asked = server(context);
  const list = new AlertList({});
  const loading = list.load();
  assert.equal(list.load(), loading, 'one answer is enough');
  for (const id of [3, 4, 5]) list.add(alert(id));
  // The fourth was stored between the two looks of the server.
  asked[0]?.({ alerts: alerts(4, 4), next: null, last: 3 });
  await loading;
  await list.showWaiting();
  assert.deepEqual(ids(list), [5, 4, 3, 2, 1]);
  assert.deepEqual([asked.length, list.last], [1, 5]);
});

test('what was missed while the list was being loaded is loaded again', async (context) => {
  const asked = server(context);
  const list = new AlertList({});
  const first = list.load();
  list.miss({ count: 300 }, 400);
  asked[0]?.({ alerts: alerts(100, 100), next: null, last: 100 });
  await first;
  assert.equal(list.missed.value, 300);
  const second = list.showWaiting();
  asked[1]?.({ alerts: alerts(400, 200), next: '1.1', last: 400 });
  await second;
  assert.deepEqual([list.missed.value, list.items.value.length], [0, 200]);
});

test('an older page that comes after the list was loaded anew leaves no gap', async (context) => {
  const asked = server(context);
  const list = new AlertList({});
  const first = list.load();
  asked[0]?.({ alerts: alerts(200, 200), next: '1.1', last: 200 });
  await first;
  const more = list.loadMore();
  const again = list.load();
  asked[2]?.({ alerts: alerts(900, 200), next: '701.701', last: 900 });
  await again;
  asked[1]?.({ alerts: alerts(0, 1), next: null, last: 200 });
  await more;
  assert.deepEqual([list.items.value.length, list.hasMore], [200, true]);
});

test('a page that is open for days holds no more than it may', async (context) => {
  const asked = server(context);
  const list = new AlertList({});
  const loading = list.load();
  asked[0]?.({ alerts: alerts(MOST_LOADED, MOST_LOADED), next: '1.1', last: MOST_LOADED });
  await loading;
  list.add(alert(MOST_LOADED + 1));
  await list.showWaiting();
  assert.deepEqual(
    [list.items.value.length, ids(list)[0], list.hasMore],
    [MOST_LOADED, MOST_LOADED + 1, false],
  );
});
