import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf, timeOf } from './filter-query.ts';

test('times are dates that people know', () => {
  const now = Date.UTC(2026, 0, 31);
  assert.equal(timeOf('1h', now), (now - 3_600_000) * 1000);
  assert.equal(timeOf('2026-01-31T00:00:00Z', now), now * 1000);
  for (const early of ['1000000000d', '-271821-04-20']) assert.equal(timeOf(early, now), 0, early);
  assert.equal(timeOf('+275760-09-13', now), Date.UTC(9999, 11, 31) * 1000);
  assert.equal(timeOf('tomorrow', now), undefined);
});

test('words are not too many, whatever is between them', () => {
  const filter = (text: string) => filterOf(new URLSearchParams({ text }));
  for (const between of [' ', '.', '" "', '/'])
    assert.throws(() => filter(Array(41).fill('a').join(between)), { status: 400 }, between);
  const path = '/usr/lib/python3/dist-packages/one/two/three.py';
  assert.equal(filter(path).text, path);
});
