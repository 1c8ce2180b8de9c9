/** `lanner harden`: files in, files out. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LANNER, start } from '../support/lanner.ts';

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true   # why?
  containers:
  - name: web
    image: web@sha256:00
`;

function folderWith(context: TestContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-harden-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return {
    folder,
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
    harden: (...args: string[]) => start(LANNER, ['harden', ...args], { cwd: folder }).finished,
    posture: (...args: string[]) => start(LANNER, ['posture', ...args], { cwd: folder }).finished,
  };
}

test('prints, writes, and shows what changes; twice is once', async (context) => {
  const { read, harden, posture } = folderWith(context, { 'pod.yaml': POD });
  const printed = await harden('pod.yaml');
  assert.equal(printed.code, 0);
  assert.match(printed.stderr, /^pod\.yaml: Pod shop\/web: changes: spec\.hostPID: .*\[hostNamespaces\]$/m);
  const diff = await harden('--diff', 'pod.yaml');
  assert.match(diff.stdout, /^-{3} pod\.yaml\n\+{3} pod\.yaml \(hardened\)\n@@ /);
  assert.match(diff.stdout, /^- {2}hostPID: true {3}# why\?$/m);
  assert.equal(read('pod.yaml'), POD, 'nothing was written so far');
  assert.equal((await harden('-o', 'new.yaml', 'pod.yaml')).code, 0);
  assert.equal(read('new.yaml'), printed.stdout);
  assert.equal((await harden('--in-place', 'new.yaml')).code, 0);
  assert.equal(read('new.yaml'), printed.stdout);
  assert.equal((await harden('--diff', 'new.yaml')).stdout, '');
  assert.equal((await posture('new.yaml', '--fail-on', 'immutable')).code, 0);
});

test('directories from alerts, from flags, and the usual one', async (context) => {
  const lines = ['/var/lib/web/a', '/etc/passwd'].map((path) =>
    JSON.stringify({ output_fields: { 'evt.type': 'openat', 'evt.is_open_write': true, 'fd.name': path } }),
  );
  const { harden } = folderWith(context, {
    'pod.yaml': POD,
    'alerts.json': `${lines.join('\n')}\n`,
    empty: '{}\n',
  });
  const mounts = (text: string) => [...text.matchAll(/mountPath: (.*)/g)].map(([, path]) => path);
  assert.deepEqual(mounts((await harden('pod.yaml')).stdout), ['/tmp']);
  const observed = await harden('pod.yaml', '--observed', 'alerts.json', '--no-prepare');
  assert.deepEqual(mounts(observed.stdout), ['/var/lib/web']);
  assert.match(observed.stderr, /was seen to write \/etc\/passwd, .*not made writable/);
  const asked = await harden('pod.yaml', '--writable', '/cache', '--writable', 'other:/x', '--no-prepare');
  assert.deepEqual(mounts(asked.stdout), ['/cache']);
  assert.match((await harden('pod.yaml', '--observed', 'empty')).stderr, /empty tells no write/);
});

test('labels of a namespace', async (context) => {
  const other = POD.replace('shop', 'other').replace('name: web', 'name: elsewhere');
  const { harden } = folderWith(context, { 'pod.yaml': `${POD}---\n${other}` });
  const { code, stdout } = await harden('--namespace', 'shop', '--standards', 'v1.30', 'pod.yaml');
  assert.equal(code, 0);
  assert.match(stdout, /^ {4}pod-security\.kubernetes\.io\/enforce: privileged\n.*enforce-version: v1\.30$/m);
  assert.match(stdout, /# {3}Pod shop\/web\n# {5}pod\.yaml:5:3: /);
  assert.doesNotMatch(stdout, /elsewhere/);
});

test('the rules with which writes are observed are rules', async (context) => {
  const { harden, folder } = folderWith(context, {});
  const { stdout } = await harden('--observe-rules');
  writeFileSync(join(folder, 'rules.yaml'), stdout);
  const { code, stdout: checked } = await start(LANNER, ['check', '--strict', 'rules.yaml'], { cwd: folder })
    .finished;
  assert.equal(code, 0, checked);
});

test('wrong use is one line, and nothing is written', async (context) => {
  const { harden, read } = folderWith(context, { 'pod.yaml': POD, 'bad.yaml': 'kind: Pod\n  a: [\n' });
  for (const [args, message] of [
    [[], /name manifests to harden/],
    [['pod.yaml', '--in-place', '--diff'], /exclude each other/],
    [['pod.yaml', 'pod.yaml', '-o', 'x'], /result of one file/],
    [['-', '--in-place'], /standard input/],
    [['pod.yaml', '--user', '0'], /user id from 1 on/],
    [['pod.yaml', '--writable', 'tmp'], /\/DIR or CONTAINER/],
    [['pod.yaml', '--observed', 'absent'], /cannot read absent/],
    [['pod.yaml', 'bad.yaml', '--in-place'], /bad\.yaml:1:7: not valid YAML/],
  ] as const) {
    const { code, stderr } = await harden(...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
  assert.equal(read('pod.yaml'), POD);
});
