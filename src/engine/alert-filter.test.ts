import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../alerts/alert.ts';
import { loadConfig } from '../config/load.ts';
import { alertFilter } from './alert-filter.ts';

const ALERT: Alert = {
  ...{
    kind: 'rule',
    rule: 'Read a (sensitive) file',
    priority: 'Warning',
    source: 'syscall',
    tags: ['file', 'host'],
  },
  ...{ time: 0n, hostname: 'h', message: 'm', fields: [] },
};
const INTERNAL: Alert = {
  ...{
    kind: 'internal',
    rule: 'Lanner internal: x',
    priority: 'Debug',
    time: 0n,
    hostname: 'h',
    message: 'm',
  },
  fields: {},
};

function passes(filter: string, alert: Alert = ALERT): boolean {
  const overrides = [`stdout_output.filter=${filter}`];
  const { config } = loadConfig({ file: undefined, overrides, environment: {} });
  return alertFilter(config.stdout_output.filter)?.(alert) ?? true;
}

test('priority, rules with a star, tags and sources; all that are given must hold', () => {
  assert.ok(passes('{}'));
  assert.ok(passes('{"priority": "warning"}'));
  assert.ok(!passes('{"priority": "error"}'));
  assert.ok(passes('{"rules": ["Other", "Read a (sensitive)*"]}'));
  assert.ok(!passes('{"rules": ["Read a"]}'));
  assert.ok(passes('{"tags": ["network", "host"]}'));
  assert.ok(!passes('{"tags": ["network"]}'));
  assert.ok(passes('{"sources": ["syscall"], "tags": ["file"]}'));
  assert.ok(!passes('{"sources": ["k8s_audit"], "tags": ["file"]}'));
});

test("Lanner's own alerts have the source internal and no tags", () => {
  assert.ok(passes('{"sources": ["internal"]}', INTERNAL));
  assert.ok(!passes('{"tags": ["file"]}', INTERNAL));
  assert.ok(!passes('{"priority": "notice"}', INTERNAL));
});
