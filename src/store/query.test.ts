import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import { rowOf } from './alert-row.ts';
import { wordsOf } from './filter.ts';
import { openToRead, openToWrite } from './open.ts';
import { type Filter, StoreQuery } from './query.ts';
import { alert, NOON, temporaryStore } from './store.test-kit.ts';
import { StoreWriter } from './writer.ts';

function stored(context: TestContext, alerts: readonly RuleAlert[]): StoreQuery {
  const path = temporaryStore(context);
  const writing = openToWrite(path, assert.fail);
  new StoreWriter(writing, { maxAgeMs: 0, maxBytes: 0 }).write(alerts.map(rowOf), Date.now());
  const reading = openToRead(path);
  context.after(() => [writing, reading].map((database) => database.close()));
  return new StoreQuery(reading);
}

/** Messages of what is found, newest first. */
function found(query: StoreQuery, filter: Filter): string[] {
  return query.find(filter, 100).alerts.map(({ line }) => JSON.parse(line).output.replace(/^\S+ \S+ /, ''));
}

const SHELL = { 'proc.name': 'bash', 'container.id': '0123456789ab', 'container.name': 'web' };
const ALERTS = [
  alert({ at: 1, message: 'one /etc/shadow', rule: 'Read', fields: SHELL }),
  alert({
    at: 3,
    message: 'three näher',
    rule: 'Write',
    priority: 'Critical',
    fields: { 'proc.name': 'cat' },
  }),
  // Came late.
  alert({
    at: 2,
    message: 'two',
    rule: 'Read',
    fields: { ...SHELL, 'k8s.pod.name': 'web-1', 'fd.name': '/opt/x.y' },
  }),
  alert({
    at: 4,
    message: 'four',
    rule: "O'Rule %",
    source: 'k8s_audit',
    fields: { 'container.name': 'host' },
  }),
];

test('alerts are found by time, rule, priority, source, container, pod and process, newest first', (context) => {
  const query = stored(context, ALERTS);
  assert.deepEqual(found(query, {}), ['four', 'three näher', 'two', 'one /etc/shadow']);
  const second = 1_000_000;
  assert.deepEqual(found(query, { since: (NOON + 2) * second, until: (NOON + 4) * second }), [
    'three näher',
    'two',
  ]);
  assert.deepEqual(found(query, { rules: ['Read'] }), ['two', 'one /etc/shadow']);
  assert.deepEqual(found(query, { rules: ["O'Rule %"] }), ['four']);
  assert.deepEqual(found(query, { rules: ['*r*e*'] }), ['three näher']);
  assert.deepEqual(found(query, { priority: 'Error' }), ['three näher']);
  assert.equal(found(query, { priority: 'Debug' }).length, 4);
  assert.deepEqual(found(query, { sources: ['k8s_audit', 'internal'] }), ['four']);
  assert.deepEqual(found(query, { containers: ['web'] }), ['two', 'one /etc/shadow']);
  assert.deepEqual(found(query, { containers: ['0123456789ab', 'web'] }), ['two', 'one /etc/shadow']);
  assert.deepEqual(found(query, { pods: ['web-*'] }), ['two']);
  assert.deepEqual(found(query, { processes: ['cat', 'bash'], rules: ['Read'], pods: ['web-1'] }), ['two']);
  assert.deepEqual(found(query, { processes: ['nobody'] }), []);
});

test('text is found by beginnings of words and by phrases, and means nothing else', (context) => {
  const query = stored(context, ALERTS);
  assert.deepEqual(found(query, { text: '/etc/shad' }), ['one /etc/shadow']);
  assert.deepEqual(found(query, { text: 'NÄH' }), ['three näher']);
  assert.deepEqual(found(query, { text: '/opt/x' }), ['two'], 'a field that the message does not tell');
  assert.deepEqual(found(query, { text: 'read one' }), ['one /etc/shadow']);
  assert.deepEqual(found(query, { text: '"one read"' }), []);
  assert.deepEqual(found(query, { text: 'nothing OR one' }), []);
  assert.deepEqual(found(query, { text: 'one NOT three' }), []);
  assert.deepEqual(found(query, { text: "'; DROP TABLE alerts; --" }), []);
  assert.deepEqual(found(query, { text: '/ -- ' }).length, 4, 'no words, no condition');
  assert.equal(wordsOf('a "b c" d"e'), '"a"* "b c"* "d"* "e"*');
});

test('pages follow one another without gap and repetition, whatever leads', (context) => {
  const alerts = Array.from({ length: 60 }, (_, index) =>
    alert({
      at: (index * 7) % 20,
      message: `number ${index} of them`,
      rule: index % 2 === 0 ? 'Even' : 'Odd',
      priority: index % 3 === 0 ? 'Error' : 'Notice',
      fields: index % 5 === 0 ? { 'container.id': 'abcdefabcdef', 'container.name': 'web' } : {},
    }),
  );
  const query = stored(context, alerts);
  const filters: readonly Filter[] = [
    {},
    { rules: ['Even', 'Odd'] },
    { rules: ['Even'], priority: 'Notice' },
    { text: 'number of' },
    { text: 'them', rules: ['O*'], priority: 'Error' },
    { containers: ['web', 'abcdefabcdef'] },
  ];
  for (const filter of filters) {
    const all = query.find(filter, 1000).alerts.map(({ id }) => id);
    assert.equal(all.length, query.count(filter));
    assert.ok(all.length > 0);
    const paged: number[] = [];
    for (let page = query.find(filter, 7); ; page = query.find(filter, 7, page.next)) {
      paged.push(...page.alerts.map(({ id }) => id));
      if (page.next === undefined) break;
    }
    assert.deepEqual(paged, all, JSON.stringify(filter));
    assert.equal(new Set(all).size, all.length);
    const expected = query.after(0, filter, 1000).map(({ id }) => id);
    assert.deepEqual(
      all.toSorted((one, other) => one - other),
      expected,
    );
    const [middle = 0] = expected.slice(expected.length >> 1);
    const behind = query.after(middle, filter, 1000).map(({ id }) => id);
    assert.deepEqual(
      behind,
      expected.filter((id) => id > middle),
    );
    assert.equal(query.count({ ...filter, after: middle }), behind.length);
  }
});

test('what is counted by time, rule and priority is what is there', (context) => {
  const query = stored(context, ALERTS);
  const span = 2_000_000;
  assert.deepEqual(query.counts({}, 'rule', span), [
    { time: NOON * 1_000_000, of: 'Read', count: 1 },
    { time: NOON * 1_000_000 + span, of: 'Read', count: 1 },
    { time: NOON * 1_000_000 + span, of: 'Write', count: 1 },
    { time: NOON * 1_000_000 + 2 * span, of: "O'Rule %", count: 1 },
  ]);
  // The same by the way of a condition that all fit.
  assert.deepEqual(query.counts({ rules: ['*'] }, 'rule', span), query.counts({}, 'rule', span));
  const since = (NOON + 2) * 1_000_000;
  assert.deepEqual(
    query.counts({ since, until: since + span }, 'priority', span).map(({ of, count }) => [of, count]),
    [
      [2, 1],
      [4, 1],
    ],
  );
  assert.deepEqual(query.counts({ rules: ['Write'] }, 'priority', span), [
    { time: NOON * 1_000_000 + span, of: 2, count: 1 },
  ]);
  assert.equal(query.count({ text: 'one' }), 1);
  assert.deepEqual(
    [...query.all()].map(({ id }) => id),
    [1, 2, 3, 4],
  );
  assert.equal(query.last, 4);
});

test('tags are those of rules when they last fired', (context) => {
  const tagged = (rule: string, at: number, tags: readonly string[]): RuleAlert => ({
    ...alert({ rule, at }),
    tags,
  });
  const query = stored(context, [
    tagged('A', 1, ['old', 'T1005']),
    tagged('A', 2, ['T1005']),
    tagged('B', 3, ['T1059.004', 'mitre_execution']),
    tagged('C', 4, []),
  ]);
  const ids = (tags: readonly string[]): number[] => query.find({ tags }, 10).alerts.map(({ id }) => id);
  assert.deepEqual(ids(['T1005']), [2, 1]);
  assert.deepEqual(ids(['old']), [], 'the rule has it no more');
  assert.deepEqual(ids(['T10*', 'none']), [3, 2, 1]);
  assert.deepEqual(ids(['none']), []);
});

test('names are counted, with their newest alerts', (context) => {
  const query = stored(context, ALERTS);
  const second = 1_000_000;
  const countsOf = (...given: Parameters<StoreQuery['countsOf']>) =>
    query.countsOf(...given).map(({ name, count, last }) => ({ name, count, last }));
  assert.deepEqual(countsOf({}, 'rule'), [
    { name: 'Read', count: 2, last: (NOON + 2) * second },
    { name: "O'Rule %", count: 1, last: (NOON + 4) * second },
    { name: 'Write', count: 1, last: (NOON + 3) * second },
  ]);
  assert.deepEqual(countsOf({ since: (NOON + 2) * second, rules: ['Read', 'Write'] }, 'process'), [
    { name: 'bash', count: 1, last: (NOON + 2) * second },
    { name: 'cat', count: 1, last: (NOON + 3) * second },
  ]);
  assert.equal(query.countUpTo({}, 3), 3);
  assert.equal(query.countUpTo({ rules: ['Read'] }, 3), 2);
  assert.equal(query.count({ after: 1, upTo: 3 }), 2);
  assert.deepEqual(query.times, { oldest: (NOON + 1) * second, newest: (NOON + 4) * second });
  // Spans that begin before the filter hold only what is in both.
  const since = (NOON + 3) * second;
  assert.deepEqual(
    query.counts({ since }, 'priority', 4 * second).map(({ count }) => count),
    [1, 1],
  );
  for (const rules of [['Read'], ['Read', 'Write'], ['*']]) {
    const spans = query.counts({ rules, priority: 'Warning' }, 'priority', second);
    assert.equal(
      spans.reduce((sum, { count }) => sum + count, 0),
      query.count({ rules, priority: 'Warning' }),
    );
  }
});

test('a NUL among the words parts them', () => {
  assert.equal(wordsOf('a\0b "c\0d"'), '"a"* "b"* "c d"*');
});
