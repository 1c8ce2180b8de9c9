import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PayloadError, readPayload, timeOf } from './payload.ts';
import { repair } from './repair.ts';
import { auditEventOf, eventList } from './testing.ts';
import { parseTimestamp } from './timestamp.ts';

function ids(value: unknown): unknown[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return readPayload(Buffer.from(text)).documents.map(({ auditID }) => auditID);
}

const [A, B, C] = ['a', 'b', 'c'].map((id) => auditEventOf(id)) as [object, object, object];

test('an event, a list, an array, and arrays of lists', () => {
  assert.deepEqual(ids(A), ['a']);
  assert.deepEqual(ids(eventList(A, B)), ['a', 'b']);
  assert.deepEqual(ids([A, eventList(B), [C]]), ['a', 'b', 'c']);
  assert.deepEqual(ids(eventList()), []);
  assert.deepEqual(ids([]), []);
  assert.deepEqual(ids({ kind: 'EventList', items: null }), []);
  assert.deepEqual(ids(` \n${JSON.stringify(A)}\n`), ['a']);
});

test('lists within lists beyond measure are no audit events', () => {
  const depth = 200_000;
  const payload = Buffer.from('['.repeat(depth) + ']'.repeat(depth));
  assert.throws(() => readPayload(payload), PayloadError);
});

test('what is no audit event is left out of lists, and counted', () => {
  const { documents, foreign } = readPayload(Buffer.from(JSON.stringify([A, 1, null, { kind: 'Pod' }])));
  assert.equal(documents.length, 1);
  assert.equal(foreign, 3);
});

test('what is no JSON and what is something else are told apart', () => {
  for (const text of ['', '{', 'x', '{"kind":"Event"', '\xff'])
    assert.throws(
      () => ids(text),
      (error: Error) => error instanceof PayloadError && /^not JSON/.test(error.message),
      text,
    );
  for (const text of ['1', 'null', '"x"', '{}', '{"kind":0}', '{"kind":"Pod"}'])
    assert.throws(
      () => ids(text),
      (error: Error) => error instanceof PayloadError && /EventList/.test(error.message),
      text,
    );
});

test('the time of an event is that of its stage', () => {
  const stage = 1_769_864_588_000_001_000n;
  assert.equal(timeOf({ ...A }, 7n), stage);
  assert.equal(timeOf({ ...A, stageTimestamp: 'soon' }, 7n), 1_769_864_587_123_456_000n);
  assert.equal(timeOf({}, 7n), 7n);
});

test('times to the nanosecond, with and without zone', () => {
  assert.equal(parseTimestamp('1970-01-01T00:00:01Z'), 1_000_000_000n);
  assert.equal(parseTimestamp('1970-01-01T00:00:01.5Z'), 1_500_000_000n);
  assert.equal(parseTimestamp('1970-01-01T00:00:01.123456789Z'), 1_123_456_789n);
  assert.equal(parseTimestamp('1970-01-01T01:00:01+01:00'), 1_000_000_000n);
  for (const odd of ['', '1970-01-01', '1970-13-01T00:00:00Z', '1969-01-01T00:00:00Z', 5, null, undefined])
    assert.equal(parseTimestamp(odd), undefined);
});

test('a beginning of any length is repaired to what was whole in it', () => {
  const text = JSON.stringify(
    eventList({ ...(A as object), note: '"}],{\\' }, { ...B, deep: [[{ a: [1, 2] }]] }, C),
  );
  let most = 0;
  for (let length = 1; length <= text.length; length++) {
    const repaired = repair(Buffer.from(text.slice(0, length))).toString();
    if (repaired === '') continue;
    const value: { items?: readonly { auditID?: string }[] } = JSON.parse(repaired);
    const found = (value.items ?? []).flatMap(({ auditID }) => auditID ?? []);
    assert.deepEqual(found, ['a', 'b', 'c'].slice(0, found.length));
    assert.ok(found.length >= most, 'a longer beginning holds no less');
    most = found.length;
  }
  assert.equal(most, 3);
  assert.equal(repair(Buffer.from(text)).toString(), text);
});

test('repairing takes any bytes', () => {
  for (const odd of ['', '"', '}', ']]]', '{"a', '{"a":"\\', '[1,', ',', '{]'.repeat(50), '['.repeat(5000)])
    assert.ok(repair(Buffer.from(odd)).length <= odd.length + 1000);
});
