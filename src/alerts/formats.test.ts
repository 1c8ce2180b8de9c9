/** The formats of other worlds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from './alert.ts';
import { alertId } from './alert-id.ts';
import { formatEcs } from './ecs.ts';
import { formatOcsf } from './ocsf.ts';

const ALERT: Alert = {
  ...{
    kind: 'rule',
    rule: 'A rule',
    priority: 'Warning',
    source: 'syscall',
    tags: ['T1059.004', 'host', 'mitre_execution'],
  },
  ...{ time: 1_769_864_587_123_456_789n, hostname: 'h', message: 'm' },
  fields: [
    { key: 'proc.name', value: 'sh', type: 'CHARBUF' },
    { key: 'proc.pid', value: 12n, type: 'INT64' },
    { key: 'user.uid', value: 0, type: 'UINT32' },
    { key: 'user.name', value: null, type: 'CHARBUF' },
    { key: 'fd.name', value: '/etc/shadow', type: 'CHARBUF' },
    { key: 'evt.arg.flags', value: 2n ** 63n, type: 'UINT64' },
  ],
};

const INTERNAL: Alert = {
  ...{
    kind: 'internal',
    rule: 'Lanner internal: x',
    priority: 'Debug',
    time: 5n,
    hostname: 'h',
    message: 'm',
  },
  fields: { n: 1n },
};

test('ECS: fields at their places in the schema, all of them beside', () => {
  const text = formatEcs(ALERT);
  const ecs = JSON.parse(text);
  assert.equal(ecs['@timestamp'], '2026-01-31T13:03:07.123456789Z');
  assert.deepEqual(ecs.event, {
    ...{ id: alertId(ALERT), kind: 'alert', module: 'lanner', dataset: 'lanner.alerts', provider: 'syscall' },
    ...{ severity: 3, category: ['intrusion_detection'], type: ['info'] },
  });
  assert.deepEqual(ecs.process, { name: 'sh', pid: 12 });
  assert.deepEqual(ecs.user, { id: '0' });
  assert.deepEqual(ecs.file, { path: '/etc/shadow' });
  assert.deepEqual(ecs.threat, { framework: 'MITRE ATT&CK', technique: { id: ['T1059.004'] } });
  assert.equal(ecs.lanner.fields['user.name'], null);
  assert.match(text, /"evt\.arg\.flags":9223372036854775808\}/);
  assert.doesNotMatch(text, /\n/);
});

test('OCSF: a detection finding with its evidence', () => {
  const ocsf = JSON.parse(formatOcsf(ALERT));
  assert.deepEqual(
    [ocsf.class_uid, ocsf.type_uid, ocsf.severity_id, ocsf.severity, ocsf.time],
    [2004, 200_401, 3, 'Medium', 1_769_864_587_123],
  );
  assert.equal(ocsf.finding_info.uid, alertId(ALERT));
  assert.deepEqual(ocsf.finding_info.attacks, [{ technique: { uid: 'T1059.004' } }]);
  assert.deepEqual(ocsf.evidences, [
    {
      actor: { process: { name: 'sh', pid: 12 }, user: { uid: '0' } },
      file: { path: '/etc/shadow', name: 'shadow', type_id: 0 },
    },
  ]);
});

test('internal alerts have both formats too', () => {
  assert.equal(JSON.parse(formatEcs(INTERNAL)).event.kind, 'event');
  assert.deepEqual(JSON.parse(formatEcs(INTERNAL)).lanner.fields, { n: 1 });
  assert.equal(JSON.parse(formatOcsf(INTERNAL)).severity_id, 1);
});

test('an alert has one id, and another alert another', () => {
  assert.match(alertId(ALERT), /^[0-9a-f]{32}$/);
  assert.equal(alertId(ALERT), alertId({ ...ALERT }));
  assert.notEqual(alertId(ALERT), alertId({ ...ALERT, time: ALERT.time + 1n }));
});
