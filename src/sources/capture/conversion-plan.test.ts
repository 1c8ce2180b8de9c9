import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES } from '../../events/table.ts';
import { ANY_COUNT, CURRENT_COUNTS, NO_COUNT, planConversion } from './conversion-plan.ts';
import { CONVERSION_ROWS } from './conversion-rows.ts';

const ROWS = CONVERSION_ROWS.trim()
  .split('\n')
  .map((row) => {
    const [key = '', name = '', action = ''] = row.split(' ');
    const [code = 0, count = 0] = key.split('/').map(Number);
    return { key, code, count, name, action };
  });

test('every row is about an event of the table by its name, and no two about the same', () => {
  for (const { key, code, name, count } of ROWS) {
    assert.equal(EVENT_TYPES[code]?.name, name, key);
    assert.ok(count <= (EVENT_TYPES[code]?.parameters.length ?? 0), key);
  }
  assert.equal(new Set(ROWS.map(({ key }) => key)).size, ROWS.length);
});

test('every row ends in an event of the current schema or is kept for one', () => {
  for (const { key, code, count } of ROWS) {
    const plan = planConversion(code, count);
    assert.equal(plan.unknown, false, key);
    assert.ok(plan.deliver || plan.store, key);
    const type = EVENT_TYPES[plan.code];
    const total = plan.sources?.length ?? count;
    assert.ok(total <= (type?.parameters.length ?? 0), key);
    if (plan.store) assert.equal(plan.code % 2, 0, key);
    if (!plan.deliver || plan.code % 2 === 0) continue;
    assert.equal(type?.flags.has('OLD_VERSION'), false, key);
    assert.equal(total, type?.parameters.length, key);
  }
});

test('every source names a parameter that its event has', () => {
  for (const { key, code, count } of ROWS) {
    const { sources, enterCode } = planConversion(code, count);
    for (const source of sources ?? []) {
      if (source.from === 'old') assert.ok(source.index < count, key);
      if (source.from === 'enter') {
        assert.ok(enterCode >= 0, key);
        assert.ok(source.index < (EVENT_TYPES[enterCode]?.parameters.length ?? 0), key);
      }
    }
  }
});

test('parameters keep their type on the way, but for the few that changed with the schema', () => {
  const changed = new Set<string>();
  for (const { code, count } of ROWS) {
    const plan = planConversion(code, count);
    for (const [index, source] of (plan.sources ?? []).entries()) {
      if (source.from !== 'old' && source.from !== 'enter') continue;
      const from = EVENT_TYPES[source.from === 'old' ? code : plan.enterCode]?.parameters[source.index];
      const to = EVENT_TYPES[plan.code]?.parameters[index];
      if (from?.type !== to?.type) changed.add(`${EVENT_TYPES[code]?.name} ${from?.type} ${to?.type}`);
    }
  }
  assert.deepEqual(
    [...changed],
    [
      'openat CHARBUF FSRELPATH',
      'linkat CHARBUF FSRELPATH',
      'unlinkat CHARBUF FSRELPATH',
      'prlimit PID INT64',
      'execve INT32 UINT32',
      'bpf DYN FD',
      'bpf INT64 ENUMFLAGS32',
    ],
  );
});

test('an exit event that lacks its last parameters takes them from the enter event', () => {
  assert.deepEqual(planConversion(7, 2), {
    deliver: true,
    store: false,
    code: 7,
    sources: [
      { from: 'old', index: 0 },
      { from: 'old', index: 1 },
      { from: 'enter', index: 0, otherwise: 'default' },
      { from: 'enter', index: 1, otherwise: 'default' },
    ],
    enterCode: 6,
    unknown: false,
  });
});

test('a chain of versions is one step', () => {
  const { code, sources } = planConversion(13, 8);
  assert.equal(code, 293);
  const seen = sources?.map((source) => ('index' in source ? `${source.from}${source.index}` : source.from));
  const old = Array.from({ length: 8 }, (_, index) => `old${index}`);
  assert.deepEqual(seen, [...old, ...Array(22).fill('empty'), 'enter0']);
});

test('only the first step of a chain finds the enter event', () => {
  const { sources, enterCode } = planConversion(23, 2);
  assert.equal(enterCode, 22);
  assert.deepEqual(sources?.slice(2), [
    { from: 'enter', index: 0, otherwise: 'default' },
    { from: 'default' },
  ]);
});

test('an enter event of an old exec becomes the one that exit events look for', () => {
  const { code, store, deliver, sources } = planConversion(12, 0);
  assert.deepEqual(
    { code, store, deliver, sources },
    { code: 292, store: true, deliver: true, sources: [{ from: 'empty' }] },
  );
});

test('what no row is about: new exit events stay, the rest goes', () => {
  const flags = (code: number, count: number) => {
    const { deliver, store, unknown } = planConversion(code, count);
    return { deliver, store, unknown };
  };
  assert.deepEqual(flags(5, 0), { deliver: true, store: false, unknown: true });
  assert.deepEqual(flags(15, 3), { deliver: false, store: false, unknown: true });
  assert.deepEqual(flags(2, 2), { deliver: false, store: false, unknown: true });
  // Unused codes, and old enter events that no exit event needs.
  assert.deepEqual(flags(17, 0), { deliver: false, store: false, unknown: false });
  assert.deepEqual(flags(14, 0), { deliver: false, store: false, unknown: false });
});

test('parameters of a later schema are cut off', () => {
  const { code, deliver, sources } = planConversion(5, 4);
  assert.deepEqual({ code, deliver }, { code: 5, deliver: true });
  assert.deepEqual(sources, [
    { from: 'old', index: 0 },
    { from: 'old', index: 1 },
  ]);
});

test('current events need no plan', () => {
  assert.equal(CURRENT_COUNTS[5], 2);
  assert.equal(CURRENT_COUNTS[4], NO_COUNT);
  assert.equal(CURRENT_COUNTS[17], NO_COUNT);
  assert.equal(CURRENT_COUNTS[187], NO_COUNT);
  assert.equal(CURRENT_COUNTS[186], ANY_COUNT);
});
