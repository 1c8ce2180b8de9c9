/** The admission webhook: decisions, and real questions over HTTPS. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import { describe, type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { parse } from 'yaml';
import { prometheusText } from '../../metrics/prometheus.ts';
import { admissionAlert } from './alert.ts';
import { makeCertificates } from './certificate.ts';
import { webhookConfiguration } from './configuration.ts';
import { judgeRequest } from './judge.ts';
import type { AdmissionPolicy } from './policy.ts';
import { readReview } from './review.ts';
import { AdmissionServer, type AdmissionServerOptions } from './server.ts';

const POLICY: AdmissionPolicy = {
  profile: 'baseline',
  mode: 'enforce',
  minor: 30,
  namespaces: [
    { name: 'shop', profile: 'restricted', mode: 'warn' },
    { name: 'dev-*', profile: undefined, mode: 'audit' },
    { name: 'free', profile: 'privileged', mode: undefined },
  ],
  exempt: {
    users: ['system:serviceaccount:ops:*'],
    namespaces: ['kube-system'],
    runtimeClasses: ['sandbox'],
  },
};

const GOOD = { containers: [{ name: 'web', image: 'web:1' }] };
const BAD = {
  hostNetwork: true,
  containers: [{ name: 'web', image: 'web:1', securityContext: { privileged: true } }],
};
const RESTRICTED = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'web',
      image: 'web:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

/** Kinds that bear pods: `GROUP/VERSION KIND`, and the object around a specification. */
const KINDS: Readonly<Record<string, (spec: object) => object>> = {
  'v1 Pod': (spec) => ({ spec }),
  'v1 PodTemplate': (spec) => ({ template: { spec } }),
  'v1 ReplicationController': (spec) => ({ spec: { template: { spec } } }),
  'apps/v1 Deployment': (spec) => ({ spec: { template: { spec } } }),
  'apps/v1 ReplicaSet': (spec) => ({ spec: { template: { spec } } }),
  'apps/v1 StatefulSet': (spec) => ({ spec: { template: { spec } } }),
  'apps/v1 DaemonSet': (spec) => ({ spec: { template: { spec } } }),
  'batch/v1 Job': (spec) => ({ spec: { template: { spec } } }),
  'batch/v1 CronJob': (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
};

interface Asked {
  readonly kind?: string;
  readonly namespace?: string;
  readonly operation?: string;
  readonly user?: string;
  readonly object?: object;
  readonly oldObject?: object;
  readonly subResource?: string;
  readonly dryRun?: boolean;
}

function reviewOf({
  kind = 'v1 Pod',
  namespace = 'default',
  operation = 'CREATE',
  user = 'jane',
  ...rest
}: Asked): string {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group, version, kind: name },
      namespace,
      operation,
      userInfo: { username: user, groups: ['system:authenticated'] },
      ...rest,
      object: { metadata: { name: 'web' }, ...rest.object },
    },
  });
}

function outcomeOf(asked: Asked): string {
  return judgeRequest(readReview(reviewOf(asked)), POLICY).outcome;
}

describe('decisions', () => {
  for (const [kind, around] of Object.entries(KINDS)) {
    test(kind, () => {
      assert.equal(outcomeOf({ kind, object: around(GOOD) }), 'allowed');
      const refused = judgeRequest(readReview(reviewOf({ kind, object: around(BAD) })), POLICY);
      assert.equal(refused.outcome, 'refused');
      assert.match(
        refused.answer.message ?? '',
        /^the profile baseline forbids this: .*hostNetwork.*privileged/,
      );
    });
  }

  test('a pod that is not there is not let in', () => {
    const { object: _, ...request } = readReview(reviewOf({ object: { spec: GOOD } }));
    assert.throws(() => judgeRequest({ ...request, object: undefined }, POLICY), /has no object/);
  });

  test('by namespace: profile and mode', () => {
    const object = { spec: BAD };
    assert.equal(outcomeOf({ object, namespace: 'shop' }), 'warned');
    assert.equal(outcomeOf({ object: { spec: GOOD }, namespace: 'shop' }), 'warned');
    assert.equal(outcomeOf({ object: { spec: RESTRICTED }, namespace: 'shop' }), 'allowed');
    assert.equal(outcomeOf({ object, namespace: 'dev-jane' }), 'audited');
    assert.equal(outcomeOf({ object, namespace: 'free' }), 'allowed');
    assert.equal(outcomeOf({ object, namespace: 'freedom' }), 'refused');
  });

  test('exemptions', () => {
    const object = { spec: BAD };
    assert.equal(outcomeOf({ object, namespace: 'kube-system' }), 'exempt');
    assert.equal(outcomeOf({ object, user: 'system:serviceaccount:ops:deploy' }), 'exempt');
    assert.equal(outcomeOf({ object, user: 'system:serviceaccount:opsy:deploy' }), 'refused');
    assert.equal(outcomeOf({ object: { spec: { ...BAD, runtimeClassName: 'sandbox' } } }), 'exempt');
  });

  test('what there is already can be changed in what is not judged, and in nothing else', () => {
    const bad = { spec: BAD };
    const labelled = { metadata: { name: 'web', labels: { a: 'b' }, finalizers: [] }, ...bad };
    assert.equal(outcomeOf({ operation: 'UPDATE', object: labelled, oldObject: bad }), 'irrelevant');
    const ephemeral = {
      spec: {
        ...GOOD,
        ephemeralContainers: [{ name: 'debug', image: 'x', securityContext: { privileged: true } }],
      },
    };
    const update = { operation: 'UPDATE', object: ephemeral, oldObject: { spec: GOOD } };
    assert.equal(outcomeOf({ ...update, subResource: 'ephemeralcontainers' }), 'refused');
    const terminating = {
      ...ephemeral,
      metadata: { name: 'web', deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    assert.equal(outcomeOf({ ...update, object: terminating }), 'refused');
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' };
    const annotated = { metadata: { name: 'web', annotations }, spec: GOOD };
    assert.equal(outcomeOf({ operation: 'UPDATE', object: annotated, oldObject: { spec: GOOD } }), 'refused');
    const image = { spec: { ...BAD, containers: [{ ...BAD.containers[0], image: 'web:2' }] } };
    assert.equal(outcomeOf({ operation: 'UPDATE', object: image, oldObject: bad }), 'refused');
  });

  test('what bears no pod is none of our business', () => {
    for (const kind of [
      'v1 ConfigMap',
      'autoscaling/v1 Scale',
      'example.org/v1 Deployment',
      'policy/v1 Eviction',
    ])
      assert.equal(outcomeOf({ kind, object: { spec: { template: { spec: BAD } } } }), 'irrelevant', kind);
    for (const operation of ['DELETE', 'CONNECT'])
      assert.equal(outcomeOf({ operation, object: { spec: BAD } }), 'irrelevant');
  });

  test('alerts tell what was forbidden, and nothing of dry runs', () => {
    const alertOf = (asked: Asked) => {
      const request = readReview(reviewOf(asked));
      return admissionAlert(request, judgeRequest(request, POLICY), { time: 1n, hostname: 'h' });
    };
    const alert = alertOf({ kind: 'apps/v1 Deployment', object: { spec: { template: { spec: BAD } } } });
    assert.equal(alert?.rule, 'Pod Refused by Admission');
    assert.match(
      alert?.message ?? '',
      /^Deployment default\/web refused, which the profile baseline forbids: .*user=jane/,
    );
    const fields = Object.fromEntries((alert?.fields ?? []).map(({ key, value }) => [key, value]));
    assert.deepEqual(fields['admission.fields'], [
      'spec.template.spec.hostNetwork',
      'spec.template.spec.containers[0].securityContext.privileged',
    ]);
    assert.equal(alertOf({ object: { spec: BAD }, namespace: 'shop' })?.rule, 'Forbidden Pod Admitted');
    assert.equal(alertOf({ object: { spec: BAD }, dryRun: true }), undefined);
    assert.equal(alertOf({ object: { spec: GOOD } }), undefined);
  });
});

describe('certificates', () => {
  test('a certificate for names and addresses, signed by its authority', () => {
    const made = makeCertificates({ names: ['a.b.svc', 'localhost', '127.0.0.1', '::1'], days: 10 });
    const [authority, own] = [new X509Certificate(made.authority), new X509Certificate(made.certificate)];
    assert.ok(authority.ca && !own.ca);
    assert.ok(own.verify(authority.publicKey) && authority.verify(authority.publicKey));
    assert.ok(own.checkIssued(authority));
    assert.equal(
      own.subjectAltName,
      'DNS:a.b.svc, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    assert.deepEqual(own.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    assert.ok(Date.parse(own.validTo) - Date.now() < 10 * 86_400_000);
  });

  test('dates after 2049', () => {
    const made = makeCertificates({ names: ['a'], days: 36_500, now: new Date('2026-01-01T00:00:00Z') });
    assert.match(new X509Certificate(made.certificate).validTo, /2125/);
  });
});

const MADE = makeCertificates({ names: ['localhost', '127.0.0.1'], days: 1 });

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Client {
  readonly port: number;
  readonly server: AdmissionServer;
  ask(path: string, body?: string, options?: https.RequestOptions): Promise<Reply>;
}

async function serve(context: TestContext, options: Partial<AdmissionServerOptions> = {}): Promise<Client> {
  const server = new AdmissionServer({
    address: '127.0.0.1',
    port: 0,
    identity: MADE,
    maxBytes: 10_000,
    timeoutMs: 60_000,
    maxRequests: 2,
    policy: POLICY,
    onJudgement: () => {},
    log: () => {},
    ...options,
  });
  const port = await server.listen();
  context.after(() => server.close());
  const ask: Client['ask'] = (path, body, more = {}) =>
    new Promise((resolve, reject) => {
      const request = https.request(
        {
          ...{ host: '127.0.0.1', port, path, ca: MADE.authority, agent: false },
          method: body === undefined ? 'GET' : 'POST',
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
          ...more,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  return { port, server, ask };
}

describe('over HTTPS', () => {
  test('refusals, warnings, annotations and what is allowed', async (context) => {
    const judged: string[] = [];
    const { ask } = await serve(context, { onJudgement: (_, { outcome }) => judged.push(outcome) });
    const responseTo = async (asked: Asked): Promise<Record<string, unknown>> => {
      const { status, text } = await ask('/validate?timeout=5s', reviewOf(asked));
      assert.equal(status, 200);
      const review = JSON.parse(text) as {
        apiVersion: string;
        kind: string;
        response: Record<string, unknown>;
      };
      assert.deepEqual([review.apiVersion, review.kind], ['admission.k8s.io/v1', 'AdmissionReview']);
      assert.equal(review.response.uid, 'u-1');
      return review.response;
    };
    assert.deepEqual(await responseTo({ object: { spec: GOOD } }), { uid: 'u-1', allowed: true });
    const refused = await responseTo({ object: { spec: BAD } });
    assert.equal(refused.allowed, false);
    assert.deepEqual((refused.status as { code: number }).code, 403);
    const warned = await responseTo({ object: { spec: BAD }, namespace: 'shop' });
    assert.equal(warned.allowed, true);
    assert.ok((warned.warnings as string[]).some((text) => /^restricted: .*privileged/.test(text)));
    const audited = await responseTo({ object: { spec: BAD }, namespace: 'dev-1' });
    assert.equal(audited.allowed, true);
    assert.match((audited.auditAnnotations as { violations: string }).violations, /hostNetwork/);
    assert.deepEqual(judged, ['allowed', 'refused', 'warned', 'audited']);
  });

  test('health and metrics', async (context) => {
    const { ask, server } = await serve(context);
    assert.deepEqual(await ask('/healthz'), { status: 200, text: 'ok\n' });
    await ask('/validate', reviewOf({ object: { spec: BAD } }));
    await ask('/validate', '{}');
    const { status, text } = await ask('/metrics');
    assert.equal(status, 200);
    assert.match(text, /^lanner_admission_reviews_total\{outcome="refused"\} 1$/m);
    assert.match(text, /^lanner_admission_failures_total\{reason="not a review"\} 1$/m);
    assert.match(text, /^lanner_admission_duration_seconds_count 1$/m);
    assert.equal(prometheusText(server.metrics()), text);
  });

  test('what is no question is not answered, and counted', async (context) => {
    const { ask } = await serve(context);
    const review = reviewOf({ object: { spec: GOOD } });
    const cases: readonly (readonly [number, string, string | undefined, https.RequestOptions?])[] = [
      [404, '/other', review],
      [405, '/validate', undefined],
      [405, '/healthz', review],
      [415, '/validate', review, { headers: { 'content-type': 'text/plain' } }],
      [400, '/validate', 'not JSON'],
      [400, '/validate', '[]'],
      [400, '/validate', review.replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1')],
      [400, '/validate', review.replace('"uid":"u-1",', '')],
      [413, '/validate', `${review}${' '.repeat(10_000)}`],
    ];
    for (const [status, path, body, options] of cases)
      assert.equal((await ask(path, body, options)).status, status, path);
    const { text } = await ask('/metrics');
    assert.match(text, /failures_total\{reason="too large"\} 1/);
  });

  test('a body without a length is cut off at the limit', async (context) => {
    const { port } = await serve(context);
    const status = await new Promise((resolve, reject) => {
      const request = https.request(
        {
          ...{ host: '127.0.0.1', port, path: '/validate', ca: MADE.authority, method: 'POST', agent: false },
          headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (response) => resolve(response.statusCode),
      );
      // The rest may meet a closed connection.
      request.on('error', (error) => (request.reusedSocket ? reject(error) : undefined));
      for (let count = 0; count < 12; count++) request.write(' '.repeat(1000));
    });
    assert.equal(status, 413);
  });

  test('more questions at once than may be are told to come again', async (context) => {
    const { ask, port } = await serve(context, { maxRequests: 1 });
    const slow = https.request({
      ...{ host: '127.0.0.1', port, path: '/validate', ca: MADE.authority, method: 'POST', agent: false },
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    const answered = new Promise((resolve) =>
      slow.on('response', (response) => resolve(response.resume().statusCode)),
    );
    const review = reviewOf({ object: { spec: GOOD } });
    slow.write(review.slice(0, 10));
    // It counts as soon as its head has arrived.
    for (;;) if (/^lanner_admission_requests 1$/m.test((await ask('/metrics')).text)) break;
    assert.equal((await ask('/validate', review)).status, 429);
    slow.end(review.slice(10));
    assert.equal(await answered, 200);
    assert.equal((await ask('/validate', review)).status, 200);
  });

  test('one that is too slow is given up', async (context) => {
    const { ask, port } = await serve(context, { timeoutMs: 300 });
    const socket = connect({ host: '127.0.0.1', port, ca: MADE.authority, servername: 'localhost' });
    socket.write(
      'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve).resume());
    assert.match((await ask('/metrics')).text, /^lanner_admission_requests 0$/m);
  });

  test('an error while judging is answered with 500: the failurePolicy decides', async (context) => {
    const lines: string[] = [];
    const { ask } = await serve(context, {
      log: (line) => lines.push(line),
      onJudgement: () => {
        throw new Error('disk full');
      },
    });
    assert.equal((await ask('/validate', reviewOf({ object: { spec: GOOD } }))).status, 500);
    assert.deepEqual(lines, ['a request was not judged: disk full']);
  });

  test('only clients of the authority may ask, where one is configured; anybody for health', async (context) => {
    const others = makeCertificates({ names: ['other'], days: 1 });
    const { ask } = await serve(context, { clientAuthority: MADE.authority });
    const review = reviewOf({ object: { spec: GOOD } });
    assert.equal((await ask('/healthz')).status, 200);
    assert.equal((await ask('/validate', review)).status, 401);
    assert.equal((await ask('/validate', review, { cert: others.certificate, key: others.key })).status, 401);
    assert.equal((await ask('/validate', review, { cert: MADE.certificate, key: MADE.key })).status, 200);
  });

  test('a renewed certificate is shown to new connections', async (context) => {
    const { server, port } = await serve(context);
    const next = makeCertificates({ names: ['localhost'], days: 1 });
    server.renew(next);
    const socket = connect({ host: '127.0.0.1', port, ca: next.authority, servername: 'localhost' });
    await new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    assert.ok(socket.authorized);
    socket.destroy();
    assert.throws(() => server.renew({ certificate: 'none', key: 'none' }));
  });
});

test('the configuration asks about everything that bears pods, and fails as it is told to', () => {
  const text = webhookConfiguration({
    name: 'lanner-admission',
    at: { service: { namespace: 'lanner', name: 'lanner-admission', port: 443 } },
    authority: MADE.authority,
    failurePolicy: 'Fail',
    timeoutSeconds: 3,
    withoutNamespaces: ['kube-system', 'lanner'],
  });
  const { webhooks } = parse(text) as { webhooks: Record<string, unknown>[] };
  const [webhook = {}] = webhooks;
  assert.equal(webhook.failurePolicy, 'Fail');
  assert.equal(webhook.sideEffects, 'NoneOnDryRun');
  assert.deepEqual(webhook.clientConfig, {
    service: { namespace: 'lanner', name: 'lanner-admission', port: 443, path: '/validate' },
    caBundle: Buffer.from(MADE.authority).toString('base64'),
  });
  const asked = (webhook.rules as { resources: string[] }[]).flatMap(({ resources }) => resources);
  assert.deepEqual(asked.toSorted(), [
    ...['cronjobs', 'daemonsets', 'deployments', 'jobs', 'pods', 'pods/ephemeralcontainers', 'podtemplates'],
    ...['replicasets', 'replicationcontrollers', 'statefulsets'],
  ]);
});
