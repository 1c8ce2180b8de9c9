import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PayloadError } from './payload.ts';
import { shorten } from './shorten.ts';
import { AuditProbe, auditEventOf, eventList } from './testing.ts';

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function tooMany(count: number): object[] {
  return Array.from({ length: count }, (_, index) => auditEventOf(`e${index}`));
}

test('events come in order, with their number, time and bytes', async () => {
  const seen: unknown[] = [];
  const probe = new AuditProbe({}, (event) => seen.push([event.number, event.timestamp, event.type.name]));
  probe.intake.take(bytesOf(eventList(auditEventOf('a'), auditEventOf('b'))), 'test');
  probe.start();
  await probe.ended();
  assert.deepEqual(probe.ids, ['a', 'b']);
  const time = 1_769_864_588_000_001_000n;
  assert.deepEqual(seen, [
    [1, time, 'pluginevent'],
    [2, time, 'pluginevent'],
  ]);
});

test('the bytes of an event are those of its document, whatever was there before', async () => {
  const documents = [auditEventOf('long', { x: 'x'.repeat(100_000) }), auditEventOf('short')];
  const seen: string[] = [];
  const probe = new AuditProbe({}, (event) => seen.push(event.raw(1)?.toString() ?? ''));
  for (const document of documents) probe.intake.take(bytesOf(document), 'test');
  probe.start();
  await probe.ended();
  assert.deepEqual(
    seen,
    documents.map((document) => JSON.stringify(document)),
  );
});

test('the queue is full and has room again', async () => {
  const probe = new AuditProbe({ queueBytes: 1000 });
  const { intake } = probe;
  assert.ok(!intake.isFull);
  let judged = 0;
  intake.take(bytesOf(eventList(...tooMany(10))), 'test', () => judged++);
  assert.ok(intake.isFull, 'a batch that has begun to fit is taken whole');
  assert.equal(intake.waiting.events, 10);
  const room = intake.room();
  probe.start();
  await room;
  await probe.ended();
  assert.deepEqual([judged, intake.waiting], [1, { events: 0, bytes: 0 }]);
  assert.equal(probe.ids.length, 10);
});

test('a batch without events is judged at once', async () => {
  const probe = new AuditProbe();
  let judged = 0;
  probe.intake.take(bytesOf(eventList()), 'test', () => judged++);
  probe.start();
  await probe.ended();
  assert.equal(judged, 1);
});

test('what is malformed is refused, counted and told', () => {
  const probe = new AuditProbe();
  assert.throws(() => probe.intake.take(Buffer.from('{"kind":'), '10.0.0.1'), PayloadError);
  probe.intake.take(bytesOf([auditEventOf('a'), 5]), '10.0.0.1');
  const { malformed, foreign, events } = probe.intake.counts;
  assert.deepEqual([malformed, foreign, events], [1, 1, 1]);
  assert.deepEqual(
    probe.troubles.map(({ kind, from }) => [kind, from]),
    [
      ['bad payload', '10.0.0.1'],
      ['foreign entries', '10.0.0.1'],
    ],
  );
});

test('a large event is judged by what is kept of it, and told', async () => {
  const spec = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] };
  const padded = (bytes: number) => ({ metadata: { annotations: { a: 'x'.repeat(bytes) } }, spec });
  const probe = new AuditProbe({ eventBytes: 2000 }, (event) => {
    const { requestObject } = event.json(1) as { requestObject: { spec: unknown } };
    assert.deepEqual(requestObject.spec, spec);
    assert.ok((event.raw(1)?.length ?? 0) <= 2000);
  });
  const event = auditEventOf('big', { requestObject: padded(5000), responseObject: padded(5000) });
  probe.intake.take(bytesOf(event), 'test');
  probe.start();
  await probe.ended();
  assert.deepEqual(probe.ids, ['big']);
  assert.equal(probe.intake.counts.shortened, 1);
  assert.match(probe.troubles[0]?.reason ?? '', /^the event big has 1\d{4} bytes, more than 2000: .* kept$/);
});

test('an event is shortened below any limit that holds who did what', () => {
  const many = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  const shapes: readonly object[] = [
    { requestObject: { list: Array.from({ length: 10_000 }, () => 'entry') } },
    { requestObject: many(10_000) },
    { responseObject: many(10_000) },
    many(10_000),
    { annotations: many(10_000), user: { username: 'u'.repeat(10_000) } },
    { requestObject: { metadata: { managedFields: [many(10_000)] }, spec: { a: 1 } } },
  ];
  for (const shape of shapes) {
    const { document, json } = shorten(auditEventOf('id', shape), 1500);
    assert.ok(json.length <= 1500, `${json.length} bytes`);
    assert.deepEqual(JSON.parse(json.toString()), document);
    const { auditID, verb, user } = document as Record<string, unknown>;
    assert.deepEqual([auditID, verb, typeof user], ['id', 'get', 'object']);
  }
  const { document } = shorten(auditEventOf('id', shapes[5]), 1500);
  assert.deepEqual((document as { requestObject: unknown }).requestObject, { metadata: {}, spec: { a: 1 } });
});

test('objects within objects beyond measure do no harm', async () => {
  const probe = new AuditProbe({ payloadBytes: 1 << 24, queueBytes: 1 << 25 });
  const depth = 200_000;
  const text = JSON.stringify(auditEventOf('deep')).slice(0, -1);
  probe.intake.take(Buffer.from(`${text},"requestObject":${'['.repeat(depth)}${']'.repeat(depth)}}`), 'test');
  probe.start();
  await probe.ended();
  assert.deepEqual(probe.ids, ['deep']);
  assert.equal(probe.troubles[0]?.kind, 'large event');
});

test('of a payload that is too large the beginning is judged', async () => {
  const probe = new AuditProbe();
  const whole = bytesOf(eventList(...tooMany(5)));
  probe.intake.takeBeginning(whole.subarray(0, -300), 'test');
  probe.intake.takeBeginning(Buffer.from('nothing'), 'test');
  probe.start();
  await probe.ended();
  assert.ok(probe.ids.length >= 4);
  assert.equal(probe.intake.counts.cutOff, 2);
  assert.deepEqual(
    probe.troubles.map(({ kind }) => kind),
    ['large payload', 'large payload'],
  );
});
