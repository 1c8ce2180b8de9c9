import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rules/load.ts';
import { askedHosts, hostsToResolve } from './asked-hosts.ts';
import { ruleEnvironment } from './rule-environment.ts';

const RULES = `
- list: miners
  items: [pool.example.com, "other.example.com"]
- rule: a
  desc: d
  condition: evt.type = connect and (fd.sip.name in (miners) or fd.rip.name = one.example.com)
  output: o
  priority: INFO
- rule: b
  desc: d
  condition: evt.type = connect and not fd.cip.name != two.example.com and fd.lip.name exists
  output: o
  priority: INFO
- rule: off
  desc: d
  condition: evt.type = connect and fd.sip.name = off.example.com
  output: o
  priority: INFO
  enabled: false
`;

test('the hosts of enabled rules are resolved, unless that is switched off', () => {
  const { ruleSet } = loadRules([{ name: 'r.yaml', text: RULES }], ruleEnvironment());
  assert.deepEqual([...askedHosts(ruleSet)].sort(), [
    'one.example.com',
    'other.example.com',
    'pool.example.com',
    'two.example.com',
  ]);
  const hosts = (resolve: 'live' | 'never') =>
    hostsToResolve({ host_names: { resolve, wait_ms: 0 } }, ruleSet).size;
  assert.deepEqual([hosts('live'), hosts('never')], [4, 0]);
});
