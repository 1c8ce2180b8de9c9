/** `lanner admission` as a program: asked over HTTPS, its alerts, its manifest and its certificates. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { LANNER, lanner, start } from '../support/lanner.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { hostPID: true, containers: [{ name: 'web', image: 'web:1' }] },
};
const REVIEW = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    namespace: 'shop',
    operation: 'CREATE',
    userInfo: { username: 'jane' },
    object: POD,
  },
});

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-admission-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function ask(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        ...{ host: '127.0.0.1', port, ca, path: '/validate', method: 'POST', agent: false },
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      },
    );
    request.on('error', reject);
    request.end(REVIEW);
  });
}

const COMMON = [
  '-c',
  '',
  '-o',
  'kubernetes.admission.listen_port=0',
  '-o',
  'kubernetes.admission.mode=enforce',
];

test('refuses a pod, alerts, and ends when it is told to', async (context) => {
  const out = folder(context);
  const made = await lanner(['admission', 'certificate', '--name', '127.0.0.1', '--out', out]);
  assert.equal(made.code, 0);
  assert.equal(statSync(join(out, 'tls.key')).mode & 0o777, 0o600);
  const [certificate, key, ca] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => join(out, name)) as [
    string,
    string,
    string,
  ];
  const running = start(LANNER, [
    'admission',
    ...COMMON,
    ...['-o', 'json_output=true', '-o', `kubernetes.admission.certificate=${certificate}`],
    ...['-o', `kubernetes.admission.key=${key}`],
  ]);
  let log = '';
  running.child.stderr?.on('data', (chunk: string) => {
    log += chunk;
  });
  await running.printed('stderr', /listening on https:\S+\/validate/);
  const port = Number(/:(\d+)\/validate/.exec(log)?.[1]);
  const { response } = JSON.parse(await ask(port, readFileSync(ca, 'utf8'))) as {
    response: { allowed: boolean };
  };
  assert.equal(response.allowed, false);
  await running.printed('stdout', /Pod Refused by Admission/);
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.finished;
  assert.equal(code, 0);
  const alert = JSON.parse(stdout) as {
    rule: string;
    source: string;
    output_fields: Record<string, unknown>;
  };
  assert.deepEqual([alert.rule, alert.source], ['Pod Refused by Admission', 'k8s_admission']);
  assert.equal(alert.output_fields['admission.user'], 'jane');
  assert.equal(alert.output_fields['k8s.ns.name'], 'shop');
});

test('makes a certificate where it has none, and prints its authority', async () => {
  const running = start(LANNER, ['admission', ...COMMON, '--certificate-name', '127.0.0.1']);
  let log = '';
  running.child.stderr?.on('data', (chunk: string) => {
    log += chunk;
  });
  await running.printed('stdout', '-----END CERTIFICATE-----');
  await running.printed('stderr', /listening on/);
  assert.ok(Number(/:(\d+)\/validate/.exec(log)?.[1]) > 0);
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.finished;
  assert.equal(code, 0);
  assert.ok(new X509Certificate(stdout).ca);
});

test('prints the configuration for the API server', async (context) => {
  const out = folder(context);
  await lanner(['admission', 'certificate', '--name', 'a.b.svc', '--out', out]);
  const { code, stdout } = await lanner([
    ...['admission', 'manifest', '-c', '', '--service', 'sec/hook:8443', '--ca', join(out, 'ca.crt')],
    ...['--failure-policy', 'Fail', '--timeout', '3'],
  ]);
  assert.equal(code, 0);
  const { kind, webhooks } = parse(stdout) as {
    kind: string;
    webhooks: { failurePolicy: string; clientConfig: { service: object }; namespaceSelector: object }[];
  };
  assert.equal(kind, 'ValidatingWebhookConfiguration');
  assert.equal(webhooks[0]?.failurePolicy, 'Fail');
  assert.deepEqual(webhooks[0]?.clientConfig.service, {
    namespace: 'sec',
    name: 'hook',
    port: 8443,
    path: '/validate',
  });
  assert.deepEqual(webhooks[0]?.namespaceSelector, {
    matchExpressions: [
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'sec'] },
    ],
  });
});

test('says what is wrong with its settings', async () => {
  const version = await lanner(['admission', ...COMMON, '-o', 'kubernetes.admission.version=newest']);
  assert.equal(version.code, 1);
  assert.match(version.stderr, /there is no version "newest"/);
  const file = await lanner(['admission', ...COMMON, '-o', 'kubernetes.admission.certificate=/absent.pem']);
  assert.equal(file.code, 1);
  assert.match(file.stderr, /absent\.pem/);
});
