import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LoadedConfig, loadConfig } from './load.ts';

/** Writes files into a folder, FOLDER in their texts, and loads `main.yaml`. */
function load(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  ...overrides: string[]
): LoadedConfig & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-include-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('FOLDER', folder));
  }
  const own = overrides.map((text) => text.replaceAll('FOLDER', folder));
  return { folder, ...loadConfig({ file: join(folder, 'main.yaml'), overrides: own, environment: {} }) };
}

const MAIN = 'priority: error\nrules_files: [/a]\nfile_output: {enabled: true, filename: /x}\n';

test('append: lists grow, other values are replaced, whole sections too', (context) => {
  const { config } = load(context, {
    'main.yaml': `${MAIN}config_files: [FOLDER/more.yaml]\n`,
    'more.yaml': 'priority: notice\nrules_files: [/b]\nfile_output: {keep_alive: true}\njson_output: true\n',
  });
  assert.equal(config.priority, 'Notice');
  assert.deepEqual(config.rules_files, ['/a', '/b']);
  assert.partialDeepStrictEqual(config.file_output, {
    enabled: false,
    keep_alive: true,
    filename: './events.txt',
  });
  assert.equal(config.json_output, true);
});

test('override replaces lists too, add-only leaves what is there', (context) => {
  const more = 'priority: notice\nrules_files: [/b]\njson_output: true\n';
  const overridden = load(context, {
    'main.yaml': `${MAIN}config_files: [{path: FOLDER/more.yaml, strategy: override}]\n`,
    'more.yaml': more,
  });
  assert.deepEqual(overridden.config.rules_files, ['/b']);
  const added = load(context, {
    'main.yaml': `${MAIN}config_files: [{path: FOLDER/more.yaml, strategy: add-only}]\n`,
    'more.yaml': more,
  });
  assert.deepEqual(
    [added.config.priority, added.config.rules_files, added.config.json_output],
    ['Error', ['/a'], true],
  );
});

test('a folder stands for its files in the order of their names, without folders below', (context) => {
  const { config, files, folder, included } = load(context, {
    'main.yaml': 'config_files: [FOLDER/d, FOLDER/none]\n',
    'd/20.yaml': 'rules_files: [/twenty]\n',
    'd/10.yaml': 'rules_files: [/ten]\n',
    'd/30/deep.yaml': 'rules_files: [/deep]\n',
  });
  assert.deepEqual(config.rules_files, ['/ten', '/twenty']);
  assert.deepEqual(files, [`${folder}/main.yaml`, `${folder}/d/10.yaml`, `${folder}/d/20.yaml`]);
  assert.deepEqual(included, [`${folder}/d`, `${folder}/none`]);
});

test('-o config_files comes before the files, other overrides after them', (context) => {
  const files = { 'main.yaml': MAIN, 'more.yaml': 'priority: notice\njson_output: true\n' };
  const { config } = load(context, files, 'priority=debug', 'config_files=FOLDER/more.yaml');
  assert.equal(config.priority, 'Debug');
  assert.equal(config.json_output, true);
  assert.equal(load(context, files, 'config_files[]={"path": "FOLDER/more.yaml"}').config.priority, 'Notice');
});

test('what cannot be included', (context) => {
  const nested = { 'main.yaml': 'config_files: [FOLDER/a.yaml]\n', 'a.yaml': 'x: 1\nconfig_files: []\n' };
  assert.throws(() => load(context, nested), /a\.yaml:2:1: config_files can only be in the first/);
  assert.throws(
    () => load(context, { 'main.yaml': 'config_files: [FOLDER/main.yaml]\n' }),
    /main\.yaml: config_files names this file itself/,
  );
  assert.throws(
    () => load(context, { 'main.yaml': 'config_files: [{path: /x, strategy: merge}]\n' }),
    /main\.yaml:1:37: config_files\[0\]\.strategy must be one of append, override, add-only, not "merge"/,
  );
});
