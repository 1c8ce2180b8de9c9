import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MatcherProfile } from '../matcher/profile.ts';
import { added, type TopSample, tableJson, tableText, topTable, workBetween } from './top-views.ts';

const SAMPLE: TopSample = {
  seconds: 2,
  isTotal: false,
  counts: {
    events: 40,
    alerts: 2,
    uncounted: 4,
    withoutProcess: 0,
    calls: new Map([
      ['openat', { events: 30, alerts: 2 }],
      ['execve', { events: 10, alerts: 0 }],
    ]),
    processes: new Map([
      [7, { pid: 7, name: 'sh\x1b[2J', container: '', events: 31, alerts: 2 }],
      [1200, { pid: 1200, name: 'a', container: 'abc', events: 5, alerts: 0 }],
    ]),
    containers: new Map([
      ['', { events: 31, alerts: 2 }],
      ['abc', { events: 5, alerts: 0 }],
    ]),
  },
  rules: [
    { rule: 'A', evaluations: 8, matches: 2, milliseconds: 1 },
    { rule: 'B', evaluations: 80, matches: 0, milliseconds: 0.5 },
  ],
  leftOut: new Map([['openat', 100]]),
  lost: new Map([['connect', 1]]),
  traced: 60,
  nameOf: (id) => (id === 'abc' ? 'shop' : undefined),
};

test('calls: what was judged, left out and lost, and that other calls are not counted', () => {
  assert.equal(
    tableText(topTable('calls', SAMPLE, undefined, 10)),
    `20/s events judged, 50/s left out in the kernel, 0.5/s lost
60 kinds of events are collected for rules and model; of others nothing is counted
calls/s  judged/s  left out/s  lost/s  alerts/s  call
     65        15          50       0         1  openat
      5         5           0       0         0  execve
    0.5         0           0     0.5         0  connect`,
  );
});

test('processes: names cannot move the cursor; whose events were left out nobody knows', () => {
  assert.equal(
    tableText(topTable('processes', SAMPLE, 'pid', 10), 40),
    `20/s events judged, 50/s left out in the
whose events were left out or lost is no
2/s of processes that were too many to c
events/s  alerts/s   pid  container  pro
     2.5         0  1200        abc  a
      16         1     7       host  sh?`,
  );
});

test('containers and rules, sorted and cut; counts of the whole time', () => {
  const total = { ...SAMPLE, isTotal: true };
  assert.equal(
    tableText(topTable('containers', total, 'container', 1)),
    `40 events judged, 100 left out in the kernel, 1 lost
whose events were left out or lost is not known: they are in no row
4 of processes that were too many to count each
events  alerts  processes  container  name
     5       0          1        abc  shop
and 1 more`,
  );
  assert.deepEqual(JSON.parse(tableJson(topTable('rules', SAMPLE, 'evaluated', 9))), {
    kind: 'sample',
    view: 'rules',
    seconds: 2,
    rows: [
      { milliseconds: 0.25, evaluated: 40, matched: 0, nanoseconds: 6250, rule: 'B' },
      { milliseconds: 0.5, evaluated: 4, matched: 1, nanoseconds: 125000, rule: 'A' },
    ],
    more: 0,
    notes: ['20/s events judged, 50/s left out in the kernel, 0.5/s lost'],
  });
});

test('what was added between two moments', () => {
  const counts = added(
    new Map([
      ['a', 5],
      ['b', 2],
    ]),
    new Map([
      ['a', 3],
      ['b', 2],
    ]),
  );
  assert.deepEqual([...counts], [['a', 2]]);
  const profile = (evaluations: number, milliseconds: number): MatcherProfile => {
    const rule = { name: 'A' } as MatcherProfile['rules'][number]['rule'];
    return { events: 0, settled: 0, rules: [{ rule, evaluations, matches: 1, milliseconds }] };
  };
  assert.deepEqual(workBetween(profile(9, 2), profile(5, 1.5)), [
    { rule: 'A', evaluations: 4, matches: 0, milliseconds: 0.5 },
  ]);
  assert.deepEqual(workBetween(profile(5, 2), profile(5, 2)), []);
  assert.equal(workBetween(profile(5, 2), undefined)[0]?.evaluations, 5);
});
