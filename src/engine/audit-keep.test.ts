import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Output, OutputMessage } from '../outputs/output.ts';
import { AuditEventWriter } from '../sources/audit/event-writer.ts';
import { auditEventOf } from '../sources/audit/testing.ts';
import { AuditKeeper } from './audit-keep.ts';

/** Ids of these events, as receivers are told them. */
function idsOf(...documents: readonly object[]): string[] {
  const ids: string[] = [];
  const output = { name: 'probe', write: ({ id }: OutputMessage) => void ids.push(id) } as unknown as Output;
  const keeper = new AuditKeeper([output], [], 'host');
  const writer = new AuditEventWriter();
  for (const document of documents) {
    const json = Buffer.from(JSON.stringify(document));
    keeper.judged(writer.show({ document: document as Record<string, unknown>, json, time: 1n }, 1));
  }
  return ids;
}

test('an event that is sent again has the same id, another with a chosen audit id has not', () => {
  const event = auditEventOf('a', { verb: 'create' });
  const [first, again, other, stage] = idsOf(
    event,
    structuredClone(event),
    auditEventOf('a', { verb: 'get' }),
    auditEventOf('a', { verb: 'create', stage: 'RequestReceived' }),
  );
  assert.equal(first, again);
  assert.equal(new Set([first, other, stage]).size, 3);
  assert.match(first as string, /^a-ResponseComplete-[0-9a-f]{32}$/);
});
