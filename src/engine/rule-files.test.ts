import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { loadRuleFiles, ruleFilePaths } from './rule-files.ts';

function configOf(...overrides: string[]): Config {
  return loadConfig({ file: undefined, overrides, environment: {} }).config;
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-rule-files-'));
  context.after(() => rmSync(path, { recursive: true }));
  for (const name of ['b.yml', 'a.yaml', 'c.txt', 'a.yaml.bak']) writeFileSync(join(path, name), '');
  mkdirSync(join(path, 'd.yaml'));
  return path;
}

test('a directory stands for its YAML files in the order of their names', (context) => {
  const path = folder(context);
  assert.deepEqual(ruleFilePaths([path], configOf(), assert.fail), [
    join(path, 'a.yaml'),
    join(path, 'b.yml'),
  ]);
});

test('the command line comes before the configuration, and that before the rules that ship', (context) => {
  const path = folder(context);
  const config = configOf(`rules_files[]=${path}/a.yaml`, 'rules_files[]=/no/such/file');
  const missing: string[] = [];
  const note = (file: string): void => void missing.push(file);
  assert.deepEqual(ruleFilePaths([`${path}/c.txt`], config, note), [`${path}/c.txt`]);
  assert.deepEqual(ruleFilePaths([], config, note), [`${path}/a.yaml`]);
  assert.deepEqual(missing, ['/no/such/file']);
  const own = ruleFilePaths([], configOf(), note);
  assert.equal(basename(own[0] ?? ''), '00-definitions.yaml');
});

test('a file that cannot be read is a problem among those of the others', (context) => {
  const path = folder(context);
  writeFileSync(join(path, 'a.yaml'), '- rule: A\n');
  const paths = ruleFilePaths(['/no/such/file', join(path, 'a.yaml')], configOf(), assert.fail);
  const { ok, problems } = loadRuleFiles(paths, configOf());
  assert.equal(ok, false);
  assert.equal(problems[0]?.code, 'LOAD_ERR_FILE_READ');
  assert.match(problems[0]?.message ?? '', /ENOENT/);
  assert.equal(problems[1]?.location.file, join(path, 'a.yaml'));
});

test('rules less severe than the configured priority are loaded and not enabled', (context) => {
  const path = folder(context);
  const rule = 'desc: d\n  condition: evt.type = open\n  output: o\n  priority:';
  writeFileSync(join(path, 'a.yaml'), `- rule: A\n  ${rule} ERROR\n- rule: B\n  ${rule} INFO\n`);
  const { ruleSet, ok } = loadRuleFiles([join(path, 'a.yaml')], configOf('priority=warning'));
  assert.ok(ok);
  assert.deepEqual(
    ruleSet.rules.map(({ name, enabled }) => [name, enabled]),
    [
      ['A', true],
      ['B', false],
    ],
  );
});

test('conditions may ask for static fields, with the type of text', (context) => {
  const path = folder(context);
  const file = join(path, 'a.yaml');
  const loads = (condition: string): boolean => {
    writeFileSync(
      file,
      `- rule: A\n  desc: d\n  condition: evt.type = open and ${condition}\n  output: o\n  priority: INFO\n`,
    );
    return loadRuleFiles([file], configOf('static_fields.stage=test')).ok;
  };
  assert.ok(loads('static.stage = test'));
  assert.ok(!loads('static.stage bcontains 00'));
  assert.ok(!loads('static.site = test'));
});

test('settings about rules that make no sense are errors with their place', () => {
  for (const [option, message] of [
    ['rules[].disable=x', /rules\[0\]\.disable must be a mapping/],
    ['append_output=yes', /append_output must be a list/],
    ['static_fields=x', /static_fields must be a mapping of names to values/],
  ] as const) {
    assert.throws(() => configOf(option), message);
  }
});
