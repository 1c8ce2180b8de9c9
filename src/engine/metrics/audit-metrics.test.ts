import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusText } from '../../metrics/prometheus.ts';
import { AuditIntake } from '../../sources/audit/intake.ts';
import { auditEventOf, eventList } from '../../sources/audit/testing.ts';
import { AuditWebhook } from '../../sources/audit/webhook.ts';
import { auditMetrics } from './audit-metrics.ts';

test('without audit events there are no metrics of them', () => {
  assert.deepEqual(auditMetrics(undefined), []);
});

test('what came, what waits, what was wrong, and how it was answered', () => {
  const intake = new AuditIntake({ eventBytes: 1000, payloadBytes: 10_000, queueBytes: 10_000 }, () => {});
  const settings = { address: '127.0.0.1', port: 1, path: '/x', log: () => {} };
  const webhook = new AuditWebhook(settings, intake);
  webhook.answers.set(200, 3).set(429, 1);
  intake.take(Buffer.from(JSON.stringify(eventList(auditEventOf('a'), { kind: 'Pod' }))), 'x');
  intake.take(Buffer.from(JSON.stringify(auditEventOf('b', { requestObject: 'x'.repeat(2000) }))), 'x');
  assert.throws(() => intake.take(Buffer.from('{'), 'x'));
  intake.takeBeginning(Buffer.from('['), 'x');
  const text = prometheusText(auditMetrics({ intake, inputs: [webhook] }));
  for (const line of [
    'lanner_audit_events_total 2',
    'lanner_audit_events_shortened_total 1',
    'lanner_audit_payloads_cut_off_total 1',
    'lanner_audit_payloads_malformed_total 1',
    'lanner_audit_entries_foreign_total 1',
    'lanner_audit_events_waiting 2',
    'lanner_audit_requests_total{from="http://127.0.0.1:1/x",status="200"} 3',
    'lanner_audit_requests_total{from="http://127.0.0.1:1/x",status="429"} 1',
  ])
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
});
