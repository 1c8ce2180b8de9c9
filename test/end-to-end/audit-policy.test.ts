/** `lanner audit …` as commands: what they print, write and take back, and their exit codes. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { lanner } from '../support/lanner.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
  - command:
    - kube-apiserver # the server
    image: x
    name: kube-apiserver
`;
const POLICY = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n- level: None\n';
const RULES = `- rule: Secret read
  desc: Somebody reads a secret.
  source: k8s_audit
  priority: WARNING
  condition: ka.verb=get and ka.target.resource=secrets and ka.stage=ResponseComplete
  output: Secret read (user=%ka.user.name secret=%ka.target.name)
`;

interface Place {
  readonly folder: string;
  readonly manifest: string;
  readonly policy: string;
  readonly rules: string;
  enable(...args: readonly string[]): ReturnType<typeof lanner>;
}

function place(context: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-audit-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'manifests'));
  const manifest = join(folder, 'manifests', 'kube-apiserver.yaml');
  const [policy, rules] = [join(folder, 'policy.yaml'), join(folder, 'rules.yaml')];
  writeFileSync(manifest, MANIFEST);
  writeFileSync(policy, POLICY);
  writeFileSync(rules, RULES);
  chmodSync(manifest, 0o600);
  const common = ['--manifest', manifest, '--policy', policy, '--backup-dir', join(folder, 'backups')];
  return {
    folder,
    manifest,
    policy,
    rules,
    enable: (...args) => lanner(['audit', 'enable', ...common, ...args]),
  };
}

describe('lanner audit policy', () => {
  test('check: text, JSON, exit codes, standard input', async (context) => {
    const { policy, rules } = place(context);
    const checked = await lanner(['audit', 'policy', 'check', policy, '-r', rules]);
    assert.equal(checked.code, 0);
    assert.match(
      checked.stdout,
      /policy\.yaml:5:3: warning: no request reaches this rule.*\[unreachable\]\n2 rules: 1 warning\n$/,
    );
    const strict = await lanner(['audit', 'policy', 'check', policy, '--no-rules', '--strict', '--json']);
    assert.equal(strict.code, 1);
    const { usable, problems } = JSON.parse(strict.stdout) as {
      usable: boolean;
      problems: { line: number }[];
    };
    assert.equal(usable, true);
    assert.deepEqual(
      problems.map(({ line }) => line),
      [5],
    );
    const broken = await lanner(['audit', 'policy', 'check', '-', '--no-rules'], { input: 'kind: Policy\n' });
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /<stdin>:1:1: error: the apiVersion/);
  });

  test('generate makes what check is content with', async (context) => {
    const { rules } = place(context);
    const { code, stdout } = await lanner(['audit', 'policy', 'generate', '-r', rules]);
    assert.equal(code, 0);
    assert.match(stdout, /# For: Secret read\n {2}- level: Metadata\n {4}verbs: \["get"\]/);
    const checked = await lanner(['audit', 'policy', 'check', '-', '-r', rules, '--strict'], {
      input: stdout,
    });
    assert.deepEqual([checked.code, checked.stdout], [0, '1 rule: nothing to complain about\n']);
    const explained = await lanner(
      ['audit', 'policy', 'explain', '-', '--verb', 'get', '--resource', 'secrets', '--namespace', 'shop'],
      { input: stdout },
    );
    assert.equal(explained.code, 0);
    assert.match(explained.stdout, /^Rule 1 decides \(<stdin>:\d+:5\): level Metadata\.\n/);
    assert.match(explained.stdout, /ResponseComplete {2}recorded: metadata\n/);
  });

  test('explain says what is missing', async (context) => {
    const { policy } = place(context);
    const asked = await lanner(['audit', 'policy', 'explain', policy, '--verb', 'get']);
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /say what is asked for/);
  });
});

describe('lanner audit enable', () => {
  test('without anybody to ask it shows what it would do, and does nothing', async (context) => {
    const { manifest, folder, enable } = place(context);
    for (const args of [[], ['--dry-run']]) {
      const { code, stdout } = await enable(...args);
      assert.equal(code, args.length === 0 ? 1 : 0);
      assert.match(stdout, /^\+ {4}- --audit-log-maxage=30$/m);
      assert.equal(readFileSync(manifest, 'utf8'), MANIFEST);
      assert.deepEqual(readdirSync(folder).sort(), ['manifests', 'policy.yaml', 'rules.yaml']);
    }
  });

  test('changes the manifest once, keeps its mode, leaves nothing beside it, and takes all back', async (context) => {
    const { manifest, folder, enable } = place(context);
    const config = join(folder, 'hook.kubeconfig');
    const args = [
      '--yes',
      '--webhook',
      'https://127.0.0.1:9765/',
      '--webhook-config',
      config,
      '--log-maxage',
      '3',
    ];
    assert.equal((await enable(...args)).code, 0);
    assert.match(readFileSync(manifest, 'utf8'), /- kube-apiserver # the server\n {4}- --audit-policy-file=/);
    assert.equal(statSync(manifest).mode & 0o777, 0o600);
    assert.equal(statSync(config).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(folder, 'manifests')), ['kube-apiserver.yaml']);
    const changed = readFileSync(manifest, 'utf8');
    assert.match((await enable(...args)).stdout, /^nothing to do/);
    assert.equal(readFileSync(manifest, 'utf8'), changed);

    assert.equal((await enable('--undo', '--yes')).code, 0);
    assert.equal(readFileSync(manifest, 'utf8'), MANIFEST);
    assert.ok(!existsSync(config));
    assert.deepEqual(readdirSync(join(folder, 'backups')), []);
    const again = await enable('--undo', '--yes');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /there is no backup/);
  });

  test('several changes are undone one by one, and not over what others have changed', async (context) => {
    const { manifest, enable } = place(context);
    await enable('--yes');
    const first = readFileSync(manifest, 'utf8');
    await enable('--yes', '--log-maxage', '5');
    writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}# mine\n`);
    const refused = await enable('--undo', '--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /has been changed since/);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('# mine\n', ''));
    await enable('--undo', '--yes');
    assert.equal(readFileSync(manifest, 'utf8'), first);
    await enable('--undo', '--yes');
    assert.equal(readFileSync(manifest, 'utf8'), MANIFEST);
  });

  test('refuses backups in the folder of the kubelet, and policies that the API server would refuse', async (context) => {
    const { folder, policy, manifest, enable } = place(context);
    const inside = await enable('--yes', '--backup-dir', join(folder, 'manifests', 'old'));
    assert.equal(inside.code, 1);
    assert.match(inside.stderr, /second API server/);
    writeFileSync(policy, POLICY.replace('Metadata', 'Everything'));
    const refused = await enable('--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /would not start:\n.*policy\.yaml:4:3: error: there is no level/);
    assert.equal(readFileSync(manifest, 'utf8'), MANIFEST);
  });
});
