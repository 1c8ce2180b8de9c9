import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import type { AlertPage } from '../server/api-types.ts';
import { rowOf } from '../store/alert-row.ts';
import { openToRead, openToWrite } from '../store/open.ts';
import { alert, NOON, temporaryStore } from '../store/store.test-kit.ts';
import { StoreWriter } from '../store/writer.ts';
import { cursorIn, filterOf, numberIn, timeOf } from './filter-query.ts';
import { Search } from './search.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const WEB = { 'proc.name': 'bash', 'container.id': '0123456789ab', 'container.name': 'web' };

function searching(context: TestContext, alerts: readonly RuleAlert[]): Search {
  const path = temporaryStore(context);
  const writing = openToWrite(path, assert.fail);
  new StoreWriter(writing, { maxAgeMs: 0, maxBytes: 0 }).write(alerts.map(rowOf), Date.now());
  const reading = openToRead(path);
  context.after(() => [writing, reading].map((database) => database.close()));
  return new Search(reading);
}

test('a page, and what is shown of an alert', (context) => {
  const hostile = '<img src=x onerror=alert(1)>\u202e\u001b[31m';
  const search = searching(context, [
    alert({
      at: 1,
      rule: 'Read',
      message: 'one',
      fields: { ...WEB, 'k8s.pod.name': 'p', 'k8s.ns.name': 'n' },
    }),
    alert({ at: 2, rule: 'Read', message: `two ${'x'.repeat(5000)}` }),
    alert({ at: 3, rule: 'Write', message: hostile, fields: { 'container.id': 'host', 'proc.name': '*' } }),
  ]);
  const page: AlertPage = JSON.parse(search.page({}, 2, undefined));
  assert.deepEqual(
    page.alerts.map(({ id, rule, container, process }) => [id, rule, container, process]),
    [
      [3, 'Write', null, '*'],
      [2, 'Read', null, null],
    ],
  );
  assert.equal(page.alerts[0]?.message, hostile, 'what it is, for the client to show');
  assert.equal(page.alerts[1]?.message.length, 2000);
  const next: AlertPage = JSON.parse(
    search.page({}, 2, cursorIn(new URLSearchParams({ cursor: page.next ?? '' }))),
  );
  assert.deepEqual(next.alerts[0]?.container, { id: '0123456789ab', name: 'web' });
  assert.deepEqual(next.alerts[0]?.pod, { name: 'p', namespace: 'n' });
  assert.deepEqual([next.next, next.last], [null, 3]);
  assert.equal(search.alert(2)?.message.length, 5004);
  assert.equal(search.alert(4), undefined);
});

test('earlier alerts of the same container or process, and similar ones', (context) => {
  const search = searching(context, [
    alert({ at: 1, rule: 'Read', fields: WEB }),
    alert({ at: 2, rule: 'Other', fields: { 'proc.name': 'bash' } }),
    alert({ at: 3, rule: 'Write', fields: WEB }),
    alert({ at: 4, rule: 'Read', fields: { 'proc.name': 'bash' } }),
    alert({ at: 5, rule: 'Read', fields: { 'proc.name': '*' } }),
    ...Array.from({ length: 30 }, (_, at) => alert({ at: 10 + at, rule: 'Read', fields: WEB })),
  ]);
  const ids = (items: readonly { readonly id: number }[] = []): number[] => items.map(({ id }) => id);
  const inContainer = search.alert(3);
  assert.deepEqual(ids(inContainer?.earlier), [1]);
  assert.deepEqual(ids(inContainer?.similar), []);
  assert.equal(inContainer?.similarCount, 1);
  const onHost = search.alert(4);
  assert.deepEqual(ids(onHost?.earlier), [3, 2, 1]);
  assert.equal(onHost?.similar.length, 20);
  assert.equal(onHost?.similarCount, 32);
  assert.deepEqual(ids(search.alert(5)?.similar), [], 'a name of a star stands for itself here');
});

test('a timeline has spans that people can read, and all alerts', (context) => {
  const alerts = Array.from({ length: 500 }, (_, index) =>
    alert({ at: index * 60, priority: index % 5 === 0 ? 'Critical' : 'Notice', rule: index % 2 ? 'A' : 'B' }),
  );
  const search = searching(context, alerts);
  const now = (NOON + 500 * 60) * SECOND;
  const all = search.timeline({}, 100, now);
  assert.equal(all.total, 500);
  assert.equal(all.span, 300 * SECOND);
  assert.ok(all.from <= NOON * SECOND && all.to >= now && (all.to - all.from) % all.span === 0);
  assert.equal(
    all.spans.reduce((sum, { counts }) => sum + (counts[2] ?? 0), 0),
    100,
  );
  for (const { time, counts } of all.spans) {
    assert.equal(time % all.span, 0);
    assert.equal(counts.length, 8);
  }
  const filter = { rules: ['A'], since: (NOON + 30) * SECOND, until: (NOON + 3600) * SECOND };
  const some = search.timeline(filter, 10, now);
  assert.equal(some.total, 30);
  assert.equal(
    some.spans.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0),
    30,
  );
  const empty = search.timeline({ since: now + DAY }, 100, now);
  assert.deepEqual([empty.total, empty.spans], [0, []]);
});

test('counts by name, and how often rules have fired', (context) => {
  const search = searching(context, [
    alert({ rule: 'A', fields: WEB }),
    alert({ rule: 'A', priority: 'Critical', fields: { ...WEB, 'container.name': 'db' } }),
    alert({ at: 86_400 * 3, rule: 'B', fields: WEB }),
  ]);
  assert.deepEqual(search.counts({}, 'rule', 1), {
    ...{ by: 'rule', counts: [{ name: 'A', count: 2 }], others: { names: 1, count: 1 } },
  });
  assert.deepEqual(search.counts({}, 'container', 5).counts, [
    { name: 'web', count: 2 },
    { name: 'db', count: 1 },
  ]);
  assert.deepEqual(search.counts({ rules: ['A'] }, 'priority', 5).counts, [
    { name: 'Critical', count: 1 },
    { name: 'Warning', count: 1 },
  ]);
  const now = (NOON + 86_400 * 3.5) * SECOND;
  const fired = [
    { name: 'A', day: 0, all: 2, last: NOON * SECOND },
    { name: 'B', day: 1, all: 1, last: (NOON + 86_400 * 3) * SECOND },
  ];
  assert.deepEqual(search.fired(now), fired);
  assert.equal(search.count({ rules: ['A', 'B'] }, 1, 3), 2);
  assert.deepEqual(
    search.after({ rules: ['B'] }, 0, 10).map(({ id, json }) => [id, JSON.parse(json).rule]),
    [[3, 'B']],
  );
  assert.deepEqual(search.state, { alerts: 3, oldest: NOON * SECOND });
});

test('filters of URLs', () => {
  const filter = (query: string): object => filterOf(new URLSearchParams(query));
  const { since, ...rest } = filterOf(
    new URLSearchParams('rule=a&rule=b*&priority=info&tag=T1&text=x+y&pod=&since=1h'),
  );
  assert.ok(Math.abs((since ?? 0) / 1000 - (Date.now() - 3_600_000)) < 60_000);
  assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
    ...{ rules: ['a', 'b*'], tags: ['T1'], priority: 'Informational', text: 'x y' },
  });
  assert.equal(timeOf('2026-01-01T12:00:00Z'), NOON * SECOND);
  for (const query of [
    'priority=loud',
    'since=yesterday',
    'text=a&text=b',
    'colour=red',
    '__proto__=1',
    'constructor=1',
  ])
    assert.throws(() => filter(query), { name: 'Refusal', status: 400 }, query);
  assert.throws(() => filter(Array.from({ length: 51 }, () => 'rule=a').join('&')), { status: 400 });
  for (const cursor of ['1', 'a.b', '1.2.3', '1e9.2', '-.1', `${'9'.repeat(20)}.1`])
    assert.throws(() => cursorIn(new URLSearchParams({ cursor })), { status: 400 }, cursor);
  const limits = { fallback: 7, least: 1, most: 9 };
  assert.equal(numberIn(new URLSearchParams(''), 'limit', limits), 7);
  for (const limit of ['0', '10', '-1', '1.5', '0x1', 'NaN', '1e0'])
    assert.throws(() => numberIn(new URLSearchParams({ limit }), 'limit', limits), { status: 400 }, limit);
});
