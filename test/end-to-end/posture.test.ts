/** `lanner posture`: what somebody who keeps manifests, or a pipeline, sees. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startFakeServer } from '../../src/kubernetes/cluster/fake-server.test-kit.ts';
import { LANNER, start } from '../support/lanner.ts';

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: web
`;

function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-posture-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function posture(args: readonly string[], options: { cwd?: string; input?: string } = {}) {
  return start(LANNER, ['posture', ...args], options).finished;
}

test('a folder without manifests is an error', async (context) => {
  const cwd = folderWith(context, {});
  for (const command of ['posture', 'harden']) {
    const { code, stderr } = await start(LANNER, [command, '.'], { cwd }).finished;
    assert.deepEqual([code, stderr], [1, 'lanner: .: no *.yaml, *.yml or *.json is in this folder\n']);
  }
});

test('an empty input is an error, as that of a command that has failed', async () => {
  for (const command of ['posture', 'harden']) {
    const { code, stdout, stderr } = await start(LANNER, [command, '-'], { input: '\n' }).finished;
    assert.deepEqual([code, stderr], [1, 'lanner: <stdin>: no object of Kubernetes is in it\n']);
    assert.doesNotMatch(stdout, /nothing to complain about/);
  }
});

test('the exit code says whether a profile is violated', async (context) => {
  const cwd = folderWith(context, { 'pod.yaml': POD });
  const plain = await posture(['pod.yaml'], { cwd });
  assert.equal(plain.code, 0);
  assert.match(plain.stdout, /^ {2}pod\.yaml:6:5: warning: .*\[readOnlyRootFilesystem, immutable\]$/m);
  assert.equal((await posture(['pod.yaml', '--fail-on', 'baseline'], { cwd })).code, 0);
  assert.equal((await posture(['pod.yaml', '--fail-on', 'restricted'], { cwd })).code, 1);
  const shown = await posture(['pod.yaml', '--profile', 'baseline', '--fail-on', 'restricted'], { cwd });
  assert.match(shown.stdout, /4 against restricted/);
});

test('standard input, versions and JSON', async () => {
  const { code, stdout } = await posture(
    ['-', '--standards', 'v1.7', '--profile', 'restricted', '--format', 'json'],
    {
      input: POD,
    },
  );
  assert.equal(code, 0);
  const report = JSON.parse(stdout);
  assert.equal(report.version, 'v1.7');
  assert.deepEqual(
    report.pods[0].findings.map(({ control, file }: Record<string, unknown>) => [control, file]),
    [['runAsNonRoot', '<stdin>']],
  );
});

test('what cannot be read has its place, and the rest is judged', async (context) => {
  const cwd = folderWith(context, { 'pod.yaml': POD, 'broken.yaml': 'kind: Pod\n  spec: [\n' });
  const { code, stdout, stderr } = await posture(['.', '--format', 'sarif'], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^lanner: broken\.yaml:1:7: not valid YAML/);
  assert.equal(JSON.parse(stdout).runs[0].results.length, 6);
});

test('wrong use is one line', async () => {
  for (const [args, message] of [
    [[], /name manifests to judge/],
    [['x', '--standards', '1.30'], /Write it as v1\.30/],
    [['x', '--image-root', 'x'], /Write it as IMAGE=FOLDER/],
    [['x', '--profile', 'strict'], /Allowed choices are privileged, baseline, restricted, immutable/],
  ] as const) {
    const { code, stderr } = await posture(args);
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  }
});

test('a cluster: its workloads, a namespace, and the labels that it can have', async (context) => {
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  const pod = (name: string) => ({ metadata: { name, namespace: 'shop' }, spec });
  const server = await startFakeServer(context, {
    '/api/v1/pods': [pod('web'), pod('db'), pod('cache')],
    '/api/v1/namespaces/shop/pods': [pod('web')],
    '/apis/apps/v1/namespaces/shop/deployments': 403,
  });
  const kubeconfig = ['--cluster', '--kubeconfig', server.kubeconfig({ token: 'secret-token' })];
  const all = await posture([...kubeconfig, '--format', 'json']);
  assert.equal(all.code, 0, all.stderr);
  assert.deepEqual(
    JSON.parse(all.stdout).pods.map(({ name, satisfies, line }: Record<string, unknown>) => [
      name,
      satisfies,
      line,
    ]),
    ['web', 'db', 'cache'].map((name) => [name, 'baseline', null]),
  );
  const one = await posture([...kubeconfig, '-n', 'shop', '--profile', 'baseline']);
  assert.equal(one.code, 1, 'what may not be listed is an error');
  assert.match(one.stderr, /^lanner: deployments: cannot be listed: /);
  assert.match(one.stdout, /^1 pod judged: 1 baseline$/m);
  assert.equal((await start(LANNER, ['harden', '--namespace', 'shop', ...kubeconfig]).finished).code, 1);
  const other = await start(LANNER, ['harden', '--namespace', 'empty', ...kubeconfig]).finished;
  assert.match(other.stdout, /enforce: restricted/);
  assert.match((await posture(['x.yaml', ...kubeconfig])).stderr, /exclude each other/);
});
