import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../../../src/engine/rule-environment.ts';
import { loadRules } from '../../../src/rules/load.ts';
import type { AlertDetail, AlertField, AlertItem } from '../../../src/server/api-types.ts';
import { appended, exceptionItem, overrideItem } from './templates.ts';

const NAME = 'A "rule": with # signs';
const BASE = `- rule: ${JSON.stringify(NAME)}
  desc: d
  condition: evt.type = openat and proc.name != x
  output: o
  priority: INFO
`;

function detail(fields: readonly AlertField[]): Pick<AlertDetail, 'alert' | 'fields'> {
  return { alert: { id: 7, rule: NAME } as AlertItem, fields };
}

function errorsWith(item: string): readonly string[] {
  const files = [
    { name: 'base.yaml', text: BASE },
    { name: 'own.yaml', text: item },
  ];
  return loadRules(files, ruleEnvironment()).problems.map(({ message }) => message);
}

test('a change of a rule can be loaded as it is', () => {
  assert.deepEqual(errorsWith(overrideItem(NAME)), []);
});

test('an exception takes what tells programs apart, and leaves out what no literal holds', () => {
  const item = exceptionItem(
    detail([
      { name: 'evt.time', value: 1 },
      { name: 'proc.name', value: 'a, [b] #: c' },
      { name: 'proc.pname', value: 'it\'s "x"' },
      { name: 'fd.name', value: '/etc/shadow' },
      { name: 'user.name', value: '<NA>' },
    ]),
  );
  assert.ok(item !== undefined);
  assert.match(item, /fields: \[proc\.name, fd\.name\]/);
  assert.deepEqual(errorsWith(item), []);
  assert.equal(exceptionItem(detail([{ name: 'evt.num', value: 3 }])), undefined);
  assert.equal(exceptionItem(detail([{ name: 'proc.name', value: '\u202ex' }])), undefined);
});

test('an item stands behind what is there', () => {
  assert.equal(appended('', 'x\n'), 'x\n');
  assert.equal(appended('# y\n\n', 'x\n'), '# y\n\nx\n');
});
