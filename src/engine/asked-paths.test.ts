import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rules/load.ts';
import { askedPaths } from './asked-paths.ts';
import { ruleEnvironment } from './rule-environment.ts';

function asked(condition: string) {
  const text = `- {rule: r, desc: d, output: o, priority: ERROR, condition: '${condition}'}`;
  const { ruleSet } = loadRules([{ name: 'r.yaml', text }], ruleEnvironment());
  assert.ok(ruleSet);
  const { files, directories } = askedPaths(ruleSet);
  return [[...files].sort(), [...directories].sort()];
}

test('paths that conditions name in full', () => {
  assert.deepEqual(asked('evt.type=open and fd.name=/etc/shadow'), [['/etc/shadow'], []]);
  assert.deepEqual(asked('evt.type=open and (fd.name in (/a, /b/c) or not fs.path.name=/d)'), [
    ['/a', '/b/c', '/d'],
    [],
  ]);
});

test('directories whose files a condition asks for', () => {
  assert.deepEqual(asked('evt.type=open and fd.name startswith /etc/pam.d/'), [[], ['/etc/pam.d']]);
  assert.deepEqual(asked('evt.type=open and fd.directory=/etc/pam.d'), [[], ['/etc/pam.d']]);
  assert.deepEqual(asked('evt.type=open and fd.name pmatch (/etc/pam.d, /etc/x*)'), [
    ['/etc/pam.d'],
    ['/etc/pam.d'],
  ]);
});

test('beginnings, ends, patterns and other fields name no file', () => {
  assert.deepEqual(
    asked(
      'evt.type=open and fd.name startswith /etc and fd.name endswith /x and fd.name glob "/etc/*" and proc.name=/x',
    ),
    [[], []],
  );
});
