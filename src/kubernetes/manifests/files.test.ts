import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readManifests } from './files.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n';

function folderWith(context: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-manifests-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'inner'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('a folder is read with all below it, in order; other files and documents are passed over', (context) => {
  const folder = folderWith(context, {
    'b.yaml': POD,
    'inner/a.yml': POD,
    'values.yaml': 'replicas: 2\n',
    'c.json': '{"apiVersion": "v1", "kind": "Pod"}',
    'README.md': '# Pods',
  });
  const { files, problems, others } = readManifests([folder]);
  assert.deepEqual(problems, []);
  assert.equal(others, 1);
  assert.deepEqual(
    files
      .filter(({ manifests }) => manifests.length === 1)
      .map(({ origin }) => origin.slice(folder.length + 1)),
    ['b.yaml', 'c.json', 'inner/a.yml'],
  );
});

test('what cannot be read is a problem: absent, not UTF-8, without a kind', (context) => {
  const folder = folderWith(context, {
    'a.yaml': Buffer.from([0x6b, 0xff, 0xfe]),
    'values.yaml': 'replicas: 2\n',
  });
  const paths = ['absent.yaml', 'a.yaml', 'values.yaml'].map((name) => join(folder, name));
  const { problems } = readManifests(paths);
  assert.match(problems[0]?.message ?? '', /cannot be read.*ENOENT/);
  assert.match(problems[1]?.message ?? '', /not UTF-8/);
  assert.match(problems[2]?.message ?? '', /no kind/);
});

test('standard input', () => {
  const module = new URL('./files.ts', import.meta.url).href;
  const code = `const { readManifests } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(readManifests(['-']).files[0].manifests[0].locate(['kind'])));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { input: POD });
  assert.deepEqual(JSON.parse(stdout.toString()), { origin: '<stdin>', line: 2, column: 1 });
});
