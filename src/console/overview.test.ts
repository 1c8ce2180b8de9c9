/** ATT&CK, health, and recordings. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WatchHealth } from '../engine/watch-health.ts';
import { attackMatrix } from './attack.ts';
import { TACTICS, TECHNIQUES } from './attack-names.ts';
import { HealthSampler } from './health.ts';
import { listRecordings, recordingPath } from './recordings.ts';

test('techniques stand under the tactics that the rule and ATT&CK have for them', () => {
  const rules = [
    {
      name: 'A',
      enabled: true,
      tags: ['mitre_privilege_escalation', 'mitre_stealth', 'T1611', 'T1006', 'host'],
    },
    { name: 'B', enabled: false, tags: ['T1059.004', 'T9999'] },
    { name: 'C', enabled: true, tags: ['mitre_defense_evasion', 'T1562.001', 'mitre_own_words'] },
    { name: 'D', enabled: true, tags: ['host'] },
  ];
  const fired = [{ name: 'A', day: 1, all: 5, last: 1 }];
  const { tactics, hasStore } = attackMatrix(rules, fired);
  const of = (tag: string) => tactics.find((tactic) => tactic.tag === tag);
  const techniques = (tag: string): string[] => of(tag)?.techniques.map(({ id }) => id) ?? [];
  assert.deepEqual(techniques('privilege_escalation'), ['T1611']);
  assert.deepEqual(techniques('stealth'), ['T1006']);
  assert.deepEqual(of('stealth')?.techniques[0]?.rules, [{ name: 'A', enabled: true, day: 1, all: 5 }]);
  assert.deepEqual(techniques('execution'), ['T1059.004']);
  assert.deepEqual(techniques('defense_evasion'), ['T1562.001']);
  assert.deepEqual([of('own_words')?.name, of('own_words')?.id], ['own words', null]);
  assert.equal(hasStore, true);
  assert.equal(attackMatrix(rules, undefined).hasStore, false);
  assert.equal(tactics.length, TACTICS.length + 2);
});

test('the table of techniques is whole', () => {
  for (const [id, { name, tactics }] of TECHNIQUES) {
    assert.match(id, /^T\d{4}(?:\.\d{3})?$/);
    assert.ok(name !== '', id);
    const [parent = ''] = id.split('.');
    assert.ok(id === parent ? tactics.length > 0 : TECHNIQUES.has(parent), id);
  }
});

function health(change: Partial<WatchHealth>): WatchHealth {
  return {
    ...{
      events: 0,
      filtered: new Map(),
      losses: [],
      alerts: 0,
      failed: 0,
      outputs: [],
      sources: ['syscall'],
    },
    latency: { bounds: [0.001, 0.01], counts: [0, 0, 0], sum: 0 },
    memory: { resident: 1, ceiling: 0, givenUp: 0, cpu: 0.1 },
    tables: { processes: 1, threads: 1, containers: 0 },
    outputTroubles: new Map(),
    trouble: undefined,
    ...change,
  };
}

test('rates are those of the last seconds, and counters are read once a second', () => {
  let [now, reads] = [0, 0];
  let current = health({ events: 100 });
  const sampler = new HealthSampler(
    () => {
      reads++;
      return current;
    },
    () => now,
  );
  assert.equal(sampler.brief().eventsPerSecond, 0);
  now = 500;
  sampler.brief();
  assert.equal(reads, 1);
  now = 2000;
  const losses = [
    { event: 'open', cause: 'full', count: 3 },
    { event: 'close', cause: 'full', count: 2 },
    { event: 'read', cause: 'busy', count: 0 },
  ];
  const latency = { bounds: [0.001, 0.01], counts: [90, 5, 5], sum: 1 };
  current = health({
    events: 1100,
    losses,
    latency,
    filtered: new Map([['open', 7]]),
    trouble: 'nobody reads',
  });
  const { eventsPerSecond, lostPerSecond, trouble } = sampler.brief();
  assert.deepEqual([eventsPerSecond, lostPerSecond, trouble], [500, 2.5, 'nobody reads']);
  const events = sampler.events();
  assert.deepEqual(events.losses, [{ reason: 'the buffer was full', count: 5 }]);
  assert.deepEqual(events.latency, { median: 1, p99: null });
  assert.deepEqual(events.filteredByName, [{ name: 'open', count: 7 }]);
  assert.equal(sampler.memory().limit, null);
  const counts = {
    written: 1,
    dropped: 0,
    waiting: 10,
    queued: 1,
    retries: undefined,
    undelivered: undefined,
  };
  now = 4000;
  current = health({
    outputs: [
      { ...counts, name: 'store /a', trouble: 'it cannot be written: the disk is full' },
      { ...counts, name: 'file /b' },
      { ...counts, name: 'receiver c', retries: 3, undelivered: 7 },
    ],
    outputTroubles: new Map([['file /b', 'has taken nothing for 5 s']]),
  });
  assert.deepEqual(
    sampler.outputs().map(({ waiting, trouble }) => [waiting, trouble]),
    [
      [1, 'it cannot be written: the disk is full'],
      [1, 'has taken nothing for 5 s'],
      [7, 'batches were sent again 3 times'],
    ],
  );
  assert.deepEqual(sampler.troubles(), [
    'store /a: it cannot be written: the disk is full',
    'file /b: has taken nothing for 5 s',
  ]);
});

test('recordings are plain files of the folder, and nothing else', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-recordings-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.scap'), 'abc');
  writeFileSync(join(folder, '.hidden'), '');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('/etc/passwd', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const { recordings, others } = await listRecordings(folder);
  assert.deepEqual(
    recordings.map(({ name, bytes }) => [name, bytes]),
    [['a.scap', 3]],
  );
  assert.equal(others, 0);
  assert.equal(await recordingPath(folder, 'a.scap'), join(folder, 'a.scap'));
  for (const name of [
    '.hidden',
    'folder',
    'link',
    'pipe',
    '..',
    '.',
    '',
    '../a.scap',
    './a.scap',
    'a.scap\0',
    '/etc/passwd',
  ])
    assert.equal(await recordingPath(folder, name), undefined, name);
  assert.deepEqual((await listRecordings(join(folder, 'none'))).recordings, []);
});
