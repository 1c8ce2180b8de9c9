/** Metrics of audit events: what came, what it was answered with, what waits, what was wrong with it. */
import type { Metric } from '../../metrics/metric.ts';
import { FollowedLog } from '../../sources/audit/followed-log.ts';
import type { IntakeCounts } from '../../sources/audit/intake.ts';
import { AuditWebhook } from '../../sources/audit/webhook.ts';
import type { OpenAudit } from '../audit.ts';
import type { AuditKeeper } from '../audit-keep.ts';

export interface MeasuredAudit extends Pick<OpenAudit, 'intake' | 'inputs'> {
  /** Who keeps the events, where they are kept. */
  readonly keeper?: AuditKeeper | undefined;
}

/** Without audit events there are no such metrics. */
export function auditMetrics(audit: MeasuredAudit | undefined): Metric[] {
  if (!audit) return [];
  const { intake, inputs, keeper } = audit;
  const counter = (name: string, help: string, read: (counts: IntakeCounts) => number): Metric => ({
    name: `lanner_audit_${name}_total`,
    help,
    type: 'counter',
    read: () => read(intake.counts),
  });
  const webhooks = inputs.filter((input) => input instanceof AuditWebhook);
  const logs = inputs.filter((input) => input instanceof FollowedLog);
  return [
    counter('events', 'Audit events that came.', ({ events }) => events),
    counter('bytes', 'Bytes of audit events that came.', ({ bytes }) => bytes),
    counter(
      'events_shortened',
      'Audit events that were too large, and judged by what was kept.',
      (counts) => counts.shortened,
    ),
    counter(
      'payloads_cut_off',
      'Bodies and lines that were too large: only their beginning was judged.',
      (counts) => counts.cutOff,
    ),
    counter(
      'payloads_malformed',
      'Bodies and lines that were no audit events.',
      (counts) => counts.malformed,
    ),
    counter('entries_foreign', 'Entries of lists that were no audit events.', (counts) => counts.foreign),
    {
      name: 'lanner_audit_events_waiting',
      help: 'Audit events that wait to be judged.',
      type: 'gauge',
      read: () => intake.waiting.events,
    },
    {
      name: 'lanner_audit_requests_total',
      help: 'Requests of webhooks by the status of the answer; 429 asks to send again later.',
      type: 'counter',
      read: () =>
        webhooks.flatMap(({ name, answers }) =>
          [...answers].map(([status, value]) => ({ labels: { from: name, status: String(status) }, value })),
        ),
    },
    {
      name: 'lanner_audit_connections_refused_total',
      help: 'Connections to webhooks that were closed at once, since there were too many.',
      type: 'counter',
      read: () => webhooks.map(({ name, refusedConnections: value }) => ({ labels: { from: name }, value })),
    },
    ...(['written', 'dropped'] as const).map(
      (what): Metric => ({
        name: `lanner_audit_kept_${what}_total`,
        help:
          what === 'written' ? 'Audit events that were kept.' : 'Audit events that an output did not take.',
        type: 'counter',
        read: () =>
          (keeper?.counts() ?? []).map((counts) => ({
            labels: { output: counts.name },
            value: counts[what],
          })),
      }),
    ),
    {
      name: 'lanner_audit_log_rotations_total',
      help: 'How often a followed log was moved away.',
      type: 'counter',
      read: () => logs.map(({ name, counts }) => ({ labels: { from: name }, value: counts.rotations })),
    },
    {
      name: 'lanner_audit_log_truncations_total',
      help: 'How often a followed log was begun anew.',
      type: 'counter',
      read: () => logs.map(({ name, counts }) => ({ labels: { from: name }, value: counts.truncations })),
    },
  ];
}
