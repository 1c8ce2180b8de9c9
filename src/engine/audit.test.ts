import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { auditEventOf } from '../sources/audit/testing.ts';
import { openAudit } from './audit.ts';

test('the largest pods are judged whole: none of their containers is hidden by those before it', () => {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const { intake } = openAudit(config, { hostname: 'host', alert: () => {}, log: () => {} });
  const environment = Array.from({ length: 40 }, (_, index) => ({
    name: `NAME${index}`,
    value: 'x'.repeat(40),
  }));
  const containers = Array.from({ length: 1000 }, (_, index) => ({ name: `c${index}`, env: environment }));
  const requestObject = { kind: 'Pod', spec: { containers } };
  const bytes = Buffer.from(JSON.stringify({ ...auditEventOf('a'), requestObject }));
  assert.ok(bytes.length > 2_500_000, `${bytes.length}`);
  intake.take(bytes, 'test');
  assert.equal(intake.counts.shortened, 0);
});
