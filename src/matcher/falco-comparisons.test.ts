/** Comparisons in captures of Falco's: each beside what the rule language says, which holds for all other events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { eventCodes } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { Field, FieldCatalog, FieldValue } from '../fields/field.ts';
import { loadRules } from '../rules/load.ts';
import { compileMatcher } from './compile.ts';
import { ipv4, testEvent } from './test-kit.ts';

const VALUES: Readonly<Record<string, FieldValue>> = {
  'fd.ip': [ipv4(10, 0, 0, 1), ipv4(1, 2, 3, 4)],
  'fd.net': [ipv4(10, 0, 0, 1), ipv4(1, 2, 3, 4)],
  'fd.port': [40000, 443],
  'fd.type': 'ipv4',
  'proc.apid': [7, 1],
  'proc.aname': ['bash', 'systemd'],
  'proc.apid[1]': 7,
  'evt.rawarg[res]': -2,
  'evt.rawarg[name]': '/etc/passwd',
  'evt.rawarg[data]': Uint8Array.from([0x61, 0x62]),
};

/** Whether a condition holds, in a capture of Falco's and elsewhere. */
function holds(condition: string, values = VALUES): [captured: boolean, otherwise: boolean] {
  const catalog: FieldCatalog<Field> = {
    fields: FIELD_CATALOG.fields,
    find(name) {
      const found = FIELD_CATALOG.find(name);
      if (!found) return undefined;
      const read: Field['read'] = (_, argument) =>
        values[argument === undefined ? found.field.name : `${found.field.name}[${argument}]`];
      return { ...found, field: { ...found.field, read } };
    },
  };
  const text = `- rule: R\n  desc: d\n  condition: evt.num >= 0 and ${condition}\n  output: o\n  priority: INFO\n`;
  const { ruleSet, ok, problems } = loadRules([{ name: 'r.yaml', text }], ruleEnvironment(catalog));
  assert.ok(ok, JSON.stringify(problems));
  const matches = (asFalco: boolean): boolean => {
    const matcher = compileMatcher(ruleSet, catalog, { matching: 'all', source: 'syscall', asFalco });
    // Fields of parameters are read of events that have them alone.
    return eventCodes(condition.includes('name') ? 'open' : 'read').some(
      (code) => matcher.match(testEvent({}, code)).length === 1,
    );
  };
  Object.assign(values, { 'evt.num': 1 });
  return [matches(true), matches(false)];
}

function assertHolds(condition: string, captured: boolean, otherwise: boolean, values?: typeof VALUES): void {
  assert.deepEqual(holds(condition, values), [captured, otherwise], condition);
}

test('numbers, addresses and bytes are in no list', () => {
  assertHolds('fd.ip in (1.2.3.4)', false, true);
  assertHolds('not fd.ip in (1.2.3.4)', true, false);
  assertHolds('proc.apid in (1)', false, true);
  assertHolds('proc.apid intersects (1)', false, true);
  assertHolds('evt.rawarg.res in (0, -2)', false, true);
});

test('texts and ports are, and so is what is compared as other fields are', () => {
  assertHolds('proc.aname in (init, systemd)', true, true);
  assertHolds('evt.rawarg.name in (/etc/passwd)', true, true);
  assertHolds('evt.rawarg.name pmatch (/etc)', true, true);
  assertHolds('fd.port in (80, 443)', true, true);
  assertHolds('proc.apid[1] in (7)', true, true);
  assertHolds('fd.ip = 1.2.3.4', true, true);
  assertHolds('proc.apid = 1', true, true);
});

test('fd.net is in the first network alone', () => {
  assertHolds('fd.net in (10.0.0.0/8, 192.168.0.0/16)', true, true);
  assertHolds('fd.net in (192.168.0.0/16, 10.0.0.0/8)', false, true);
});

test('with a modifier the first value counts alone', () => {
  assertHolds('proc.aname = anyof (init, systemd)', false, true);
  assertHolds('proc.aname = anyof (systemd, init)', true, true);
  assertHolds('proc.aname startswith allof (sys, init)', true, false);
  assertHolds('fd.port != allof (80, 443)', true, false);
  assertHolds('evt.rawarg.res = anyof (0, -2)', false, true);
  assertHolds('proc.apid = anyof ()', false, false);
});

test('an end of a connection exists where there is a descriptor', () => {
  const file = { 'fd.type': 'file' };
  for (const name of ['fd.ip', 'fd.net', 'fd.port', 'fd.proto']) {
    assertHolds(`${name} exists`, true, false, { ...file });
    assertHolds(`${name} exists`, false, false, {});
  }
});

test('bytes of evt.rawarg count as none', () => {
  assertHolds('evt.rawarg.data contains ab', false, true);
  assertHolds('evt.rawarg.data != ab', true, false);
  assertHolds('evt.rawarg.data exists', true, true);
});
