/** Alerts of audit events in the schemas of others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertValue, RuleAlert } from './alert.ts';
import { formatEcs } from './ecs.ts';
import { formatOcsf } from './ocsf.ts';

const FIELDS: Readonly<Record<string, AlertValue>> = {
  'ka.user.name': 'alice',
  'ka.impuser.name': 'bob',
  'ka.sourceips': ['10.0.0.1', '10.0.0.2'],
  'ka.verb': 'list',
  'ka.target.resource': 'secrets',
  'ka.target.namespace': 'shop',
  'ka.target.name': null,
};

const ALERT: RuleAlert = {
  ...{ kind: 'rule', rule: 'Secrets Listed', priority: 'Warning', source: 'k8s_audit', tags: ['T1552.007'] },
  ...{ time: 1_769_864_588_000_001_000n, hostname: 'host', message: 'm' },
  fields: Object.entries(FIELDS).map(([key, value]) => ({ key, value, type: 'CHARBUF' })),
};

test('the Elastic Common Schema tells who asked for what', () => {
  const { user, source, event, orchestrator } = JSON.parse(formatEcs(ALERT));
  assert.deepEqual(user, { name: 'alice', effective: { name: 'bob' } });
  assert.deepEqual(source, { ip: ['10.0.0.1', '10.0.0.2'] });
  assert.deepEqual([event.action, event.provider], ['list', 'k8s_audit']);
  assert.deepEqual(orchestrator, { namespace: 'shop', resource: { type: 'secrets' } });
});

test('the evidence of a finding too', () => {
  const { evidences } = JSON.parse(formatOcsf(ALERT));
  assert.deepEqual(evidences, [{ actor: { user: { name: 'alice' } }, api: { operation: 'list' } }]);
});
