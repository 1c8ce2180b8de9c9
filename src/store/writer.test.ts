import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { NOTHING_IN_TIME } from '../alerts/evidence.ts';
import { rowOf } from './alert-row.ts';
import { openToRead, openToWrite } from './open.ts';
import { StoreQuery } from './query.ts';
import { alert, EVIDENCE, EVIDENCE_CONDITION, temporaryStore } from './store.test-kit.ts';
import { StoreWriter } from './writer.ts';

const HOUR_MS = 3_600_000;

function rows(count: number, from = 0): ReturnType<typeof rowOf>[] {
  return Array.from({ length: count }, (_, index) =>
    rowOf(
      alert({
        message: `number ${from + index} ${'of many '.repeat(20)}`,
        rule: `Rule ${index % 10}`,
        fields: { 'proc.name': `process-${from + index}` },
      }),
    ),
  );
}

test('what is too old goes, by the time of storing, with its words and names', (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  context.after(() => database.close());
  const writer = new StoreWriter(database, { maxAgeMs: HOUR_MS, maxBytes: 0 });
  const query = new StoreQuery(database);
  const now = Date.now();
  writer.write(rows(2500), now - 2 * HOUR_MS);
  writer.write(rows(10, 3000), now);
  assert.deepEqual(writer.trim(now), { age: 2000, size: 0, isDone: false });
  assert.deepEqual(writer.trim(now), { age: 500, size: 0, isDone: true });
  writer.tidy();
  assert.equal(query.count({}), 10);
  assert.equal(query.count({ text: 'number' }), 10);
  const names = database.prepare("SELECT count(*) AS count FROM names WHERE kind = 'process'").get()?.count;
  assert.equal(names, 10);
  writer.write(rows(1, 2), now);
  assert.equal(query.count({ processes: ['process-2'] }), 1, 'a name that had gone comes again');
});

test('a store that is full stays within its size, and the oldest go', (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  const maxBytes = 2 * 1024 * 1024;
  const writer = new StoreWriter(database, { maxAgeMs: 0, maxBytes });
  let removed = 0;
  for (let batch = 0; batch < 40; batch++) {
    writer.write(rows(500, batch * 500), Date.now());
    for (let step = writer.trim(Date.now()); ; step = writer.trim(Date.now())) {
      removed += step.size;
      if (step.isDone) break;
    }
    writer.tidy();
  }
  const query = new StoreQuery(database);
  const left = query.count({});
  assert.ok(removed > 0 && left > 0);
  assert.equal(removed + left, 40 * 500);
  assert.equal(query.find({}, 1).alerts[0]?.id, 40 * 500);
  assert.equal(query.after(0, {}, 1)[0]?.id, removed + 1);
  database.close();
  // A batch is written before room is made.
  assert.ok(statSync(path).size < maxBytes * 1.5, `${statSync(path).size} bytes`);
});

test('a smaller bound makes the file smaller', (context) => {
  const path = temporaryStore(context);
  const database = openToWrite(path, assert.fail);
  context.after(() => database.close());
  new StoreWriter(database, { maxAgeMs: 0, maxBytes: 0 }).write(rows(5000), Date.now());
  const pages = (): number => Number(database.prepare('PRAGMA page_count').get()?.page_count);
  const before = pages();
  const writer = new StoreWriter(database, { maxAgeMs: 0, maxBytes: 1024 * 1024 });
  while (!writer.trim(Date.now()).isDone);
  assert.ok(pages() < before / 2, `${pages()} of ${before} pages`);
});

test('two who write do not lead each other to wrong names', (context) => {
  const path = temporaryStore(context);
  const [one, other] = [openToWrite(path, assert.fail), openToWrite(path, assert.fail)];
  const reading = openToRead(path);
  context.after(() => [one, other, reading].map((database) => database.close()));
  const [first, second] = [one, other].map(
    (database) => new StoreWriter(database, { maxAgeMs: 1, maxBytes: 0 }),
  );
  const now = Date.now();
  first?.write(rows(2000), 0);
  assert.equal(second?.trim(now).age, 2000);
  second?.trim(now);
  second?.tidy();
  second?.write(rows(3, 5000), now);
  first?.write(rows(3), now);
  const query = new StoreQuery(reading);
  for (const name of ['process-0', 'process-5001']) assert.equal(query.count({ processes: [name] }), 1);
  assert.equal(query.count({ rules: ['Rule 1'] }), 2);
});

test('evidence goes with its alert, and what it shares with others when the last one goes', (context) => {
  const database = openToWrite(temporaryStore(context), assert.fail);
  context.after(() => database.close());
  const writer = new StoreWriter(database, { maxAgeMs: HOUR_MS, maxBytes: 0 });
  const query = new StoreQuery(database);
  const now = Date.now();
  const old = { ...EVIDENCE, condition: { ...EVIDENCE_CONDITION, text: 'or', kind: 'or' } } as const;
  writer.write(
    Array.from({ length: 2500 }, () => rowOf(alert({ evidence: old }))),
    now - 2 * HOUR_MS,
  );
  const last = [alert({ evidence: EVIDENCE }), alert({}), alert({ evidence: NOTHING_IN_TIME })];
  writer.write(
    last.map((each) => rowOf(each)),
    now,
  );
  const count = (table: string): unknown =>
    database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count;
  assert.deepEqual([count('evidence'), count('outlines')], [2502, 2]);
  assert.deepEqual(query.evidence(1), old);
  assert.deepEqual(query.evidence(2501), EVIDENCE);
  assert.equal(query.evidence(2502), undefined);
  assert.deepEqual(query.evidence(2503), NOTHING_IN_TIME);
  while (!writer.trim(now).isDone);
  writer.tidy();
  assert.deepEqual([count('evidence'), count('outlines')], [2, 1]);
  assert.equal(query.evidence(1), undefined);
  assert.deepEqual(query.evidence(2501), EVIDENCE);
  database.exec("UPDATE evidence SET data = x'0102' WHERE alert = 2501");
  assert.match(query.evidence(2501)?.conditionReason ?? '', /what was kept is damaged/);
  assert.equal(query.alert(1), undefined);
  assert.equal(query.alert(2501)?.id, 2501);
});

test('alerts that were stored while the clock was wrong do not keep older ones behind them', (context) => {
  const database = openToWrite(temporaryStore(context), assert.fail);
  context.after(() => database.close());
  const writer = new StoreWriter(database, { maxAgeMs: HOUR_MS, maxBytes: 0 });
  const query = new StoreQuery(database);
  const now = Date.now();
  writer.write(rows(3), now + 1000 * HOUR_MS);
  writer.write(rows(3, 3), now - 2 * HOUR_MS);
  writer.write(rows(3, 6), now);
  assert.deepEqual(writer.trim(now), { age: 6, size: 0, isDone: true });
  assert.deepEqual(
    [...query.all()].map(({ id }) => id),
    [7, 8, 9],
  );
  assert.deepEqual(writer.trim(now), { age: 0, size: 0, isDone: true });
});
