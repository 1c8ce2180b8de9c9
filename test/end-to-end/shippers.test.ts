/** What deploy/shippers says of Lanner is so: file names, configuration keys, and the fields of alerts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, matchesGlob } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { RuleAlert } from '../../src/alerts/alert.ts';
import { formatEcs } from '../../src/alerts/ecs.ts';
import { loadConfig } from '../../src/config/load.ts';
import { FileOutput } from '../../src/outputs/file.ts';
import { ROOT } from '../support/lanner.ts';

const FOLDER = join(ROOT, 'deploy/shippers');
const FILEBEAT = readFileSync(join(FOLDER, 'filebeat.yml'), 'utf8');
const filebeat = parse(FILEBEAT);
const template = JSON.parse(readFileSync(join(FOLDER, 'elasticsearch-template.json'), 'utf8'));

const FIELDS = {
  ...{ 'fd.cip': '1.2.3.4', 'fd.sip': '1.2.3.4', 'fd.lip': '1.2.3.4', 'fd.rip': '1.2.3.4' },
  'proc.cmdline': 'cat x',
};
const ALERT: RuleAlert = {
  ...{ kind: 'rule', rule: 'R', priority: 'Warning', source: 'syscall', tags: [], time: 1n, hostname: 'h' },
  message: 'm',
  fields: Object.entries(FIELDS).map(([key, value]) => ({ key, value, type: 'CHARBUF' })),
};

/** The value at a path of names with dots between. */
function at(tree: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => (value as Record<string, unknown>)?.[name], tree);
}

test('Filebeat: the configuration of Lanner that it asks for is right, and its files are found', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-shippers-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const asked = FILEBEAT.split('\n')
    .filter((line) => line.startsWith('#   '))
    .map((line) => line.slice(4));
  const file = join(folder, 'lanner.yaml');
  writeFileSync(file, asked.join('\n'));
  const { config, warnings } = loadConfig({ file, overrides: [], environment: {} });
  assert.deepEqual(warnings, []);
  const { filename, format, rotate } = config.file_output;
  assert.ok(format === 'ecs' && rotate !== undefined);

  const path = join(folder, basename(filename));
  const rotation = { maxBytes: 10, maxBackups: 3, maxAgeMs: 0 };
  const output = new FileOutput({ path, keepAlive: true, rotation }, () => assert.fail());
  for (let count = 0; count < 3; count++) {
    output.write({ alert: ALERT, id: 'i', line: formatEcs(ALERT) });
    await output.flush();
  }
  await output.close();
  const [input] = filebeat['filebeat.inputs'];
  const names = readdirSync(folder).filter((name) => name !== 'lanner.yaml');
  assert.equal(names.length, 3);
  for (const name of names) assert.ok(matchesGlob(name, basename(input.paths[0])), name);
  const [{ fingerprint }] = filebeat.processors;
  assert.equal(typeof at(JSON.parse(formatEcs(ALERT)), fingerprint.fields[0]), 'string');
});

test('the index template is for our indices, and what it names is what alerts have', () => {
  const [pattern] = template.index_patterns;
  const { config } = loadConfig({
    file: undefined,
    overrides: ['receivers=[{"name": "x", "elasticsearch": {"url": "http://x"}}]'],
    environment: {},
  });
  const indices = [config.receivers[0]?.elasticsearch?.index, filebeat['output.elasticsearch'].index];
  for (const index of indices) assert.ok(matchesGlob(index ?? '', pattern), `${index}`);
  const alert = JSON.parse(formatEcs(ALERT));
  const { properties } = template.template.mappings;
  const paths = Object.entries<{ properties?: object }>(properties).flatMap(
    ([name, { properties: inner }]) =>
      inner === undefined ? [name] : Object.keys(inner).map((each) => `${name}.${each}`),
  );
  for (const path of paths) assert.notEqual(at(alert, path), undefined, path);
});
