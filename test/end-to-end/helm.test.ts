import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { CHART_SCHEMA, currentChartSchema } from '../../scripts/chart-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { webhookConfiguration } from '../../src/kubernetes/admission/configuration.ts';
import { parseManifests } from '../../src/kubernetes/manifests/parse.ts';
import { judgeManifests } from '../../src/kubernetes/posture/judge.ts';
import { CHART, helm, render, withoutHelm } from '../support/helm.ts';
import { shapeErrors } from '../support/kubernetes-schema.ts';
import { LANNER, ROOT, start } from '../support/lanner.ts';

const options = { skip: withoutHelm };
const ALL = ['audit.enabled=true', 'admission.enabled=true'];

test('the chart refuses what the configuration refuses: its schema is up to date (scripts/reference-docs.ts)', () => {
  assert.deepEqual(JSON.parse(currentChartSchema()), JSON.parse(readFileSync(CHART_SCHEMA, 'utf8')));
});

test('helm lint finds nothing', options, () => {
  const { status, stdout } = helm(['lint', '--strict', CHART]);
  assert.equal(status, 0, stdout);
  assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/);
});

// Kinds of other people's operators, whose shape Kubernetes does not know.
const OPERATORS = ['ServiceMonitor', 'Certificate', 'Issuer'];

interface Rendering {
  readonly values: readonly string[];
  readonly more?: readonly string[];
  /** What must be among the objects, and what must not. */
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
}

const RENDERINGS: Readonly<Record<string, Rendering>> = {
  'as it is': {
    values: [],
    has: [
      'DaemonSet/lanner',
      'ConfigMap/lanner-node',
      'ServiceAccount/lanner',
      'Service/lanner-node-metrics',
    ],
    lacks: ['Deployment/lanner-audit', 'Deployment/lanner-admission', 'ClusterRole/lanner-security'],
  },
  everything: {
    values: [...ALL, 'metrics.serviceMonitor.enabled=true', 'networkPolicy.enabled=true'],
    has: [
      ...['Deployment/lanner-audit', 'Service/lanner-audit', 'Secret/lanner-audit-tls'],
      ...['Deployment/lanner-admission', 'Service/lanner-admission', 'Secret/lanner-admission-tls'],
      ...['ValidatingWebhookConfiguration/lanner-admission', 'PodDisruptionBudget/lanner-audit'],
      ...['ServiceMonitor/lanner', 'NetworkPolicy/lanner-node', 'NetworkPolicy/lanner-admission'],
    ],
  },
  'without the nodes': { values: ['node.enabled=false', 'audit.enabled=true'], lacks: ['DaemonSet/lanner'] },
  'audit without encryption': {
    values: ['audit.enabled=true', 'audit.tls.source=none'],
    lacks: ['Secret/lanner-audit-tls'],
  },
  'secrets of their own': {
    values: [
      ...ALL,
      ...['audit.tls.source=secret', 'audit.tls.secretName=mine', 'audit.tls.clientCaSecret=senders'],
      ...['admission.tls.source=secret', 'admission.tls.secretName=mine', 'admission.tls.clientCaSecret=api'],
    ],
    lacks: ['Secret/mine', 'Secret/lanner-audit-tls'],
  },
  'cert-manager': {
    values: [...ALL, 'audit.tls.source=cert-manager', 'admission.tls.source=cert-manager'],
    has: ['Certificate/lanner-audit', 'Certificate/lanner-admission', 'Issuer/lanner-admission'],
    lacks: ['Secret/lanner-admission-tls'],
  },
  'cert-manager with an issuer': {
    values: [
      ...['admission.enabled=true', 'admission.tls.source=cert-manager'],
      ...['admission.tls.issuer.name=corp', 'admission.tls.issuer.kind=ClusterIssuer'],
    ],
    has: ['Certificate/lanner-admission'],
    lacks: ['Issuer/lanner-admission'],
  },
  'metadata from the cluster': {
    values: ['node.metadata.enabled=true'],
    has: ['ClusterRole/lanner-security', 'ClusterRoleBinding/lanner-security'],
  },
  privileged: { values: ['node.privileged=true'] },
  'a mounted root': { values: ['node.host.access=mount', 'node.host.network=true'] },
  'rules of their own': {
    values: ['node.customRules.my\\.yaml=- list: x', 'node.rulesConfigMaps={team-a,team-b}'],
    has: ['ConfigMap/lanner-node-rules'],
  },
  'places for pods': {
    values: [
      ...ALL,
      ...['node.priorityClassName=system-node-critical', 'node.nodeSelector.kubernetes\\.io/os=linux'],
      ...['node.tolerations[0].operator=Exists', 'audit.priorityClassName=high', 'audit.replicas=3'],
      ...['audit.tolerations[0].key=x', 'audit.tolerations[0].operator=Exists'],
      'audit.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key=a',
      'audit.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator=Exists',
      'node.resources.limits.cpu=2',
    ],
  },
  'labels and names': {
    values: [...ALL, 'fullnameOverride=watch', 'commonLabels.team=sec', 'commonAnnotations.a=b'],
    has: ['DaemonSet/watch', 'Deployment/watch-audit'],
  },
  'secrets for the image': { values: ['imagePullSecrets[0].name=pull', 'restartOnChange=true'] },
  'services outside': {
    values: ['audit.enabled=true', 'audit.service.type=NodePort', 'audit.service.nodePort=30765'],
  },
  'a fixed address': { values: ['audit.enabled=true', 'audit.service.clusterIP=10.96.0.50'] },
  'more of everything': {
    values: [
      ...['node.extraEnv[0].name=TOKEN', 'node.extraEnv[0].valueFrom.secretKeyRef.name=s'],
      ...['node.extraEnv[0].valueFrom.secretKeyRef.key=k', 'node.extraArgs={--dry-run}'],
      ...['node.extraVolumes[0].name=v', 'node.extraVolumes[0].secret.secretName=s'],
      ...['node.extraVolumeMounts[0].name=v', 'node.extraVolumeMounts[0].mountPath=/v'],
      ...['node.seLinuxOptions.type=spc_t', 'node.appArmorProfile='],
    ],
  },
  'network policies': {
    values: [
      ...[...ALL, 'networkPolicy.enabled=true', 'networkPolicy.auditFrom[0].ipBlock.cidr=10.0.0.0/8'],
      'networkPolicy.egress[0].to[0].ipBlock.cidr=0.0.0.0/0',
    ],
  },
};

for (const [name, { values, more, has = [], lacks = [] }] of Object.entries(RENDERINGS))
  test(`what is rendered has the shape that Kubernetes wants: ${name}`, options, () => {
    const objects = render(values, more ?? ['--kube-version', '1.25.0']);
    for (const each of has) assert.ok(objects.has(each), `${each} is not among ${[...objects.keys()]}`);
    for (const each of lacks) assert.ok(!objects.has(each), `${each} is there`);
    for (const [key, object] of objects) {
      assert.equal(object.metadata.labels?.app, 'lanner', key);
      if (OPERATORS.includes(object.kind)) continue;
      // Newer groups have the same shape.
      const apiVersion = object.apiVersion === 'policy/v1' ? 'policy/v1beta1' : object.apiVersion;
      assert.deepEqual(shapeErrors({ ...object, apiVersion }), [], key);
    }
    for (const workload of [...objects.values()].filter(({ spec }) => podOf(spec) !== undefined))
      checkReferences(workload, objects, values);
  });

// biome-ignore lint/suspicious/noExplicitAny: rendered objects have all shapes.
function podOf(spec: any): any {
  return spec?.template;
}

/** Selectors fit the pods, mounts have volumes, and volumes of the chart's own objects have these. */
function checkReferences(
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  workload: any,
  objects: ReadonlyMap<string, unknown>,
  values: readonly string[],
): void {
  const { metadata, spec } = podOf(workload.spec);
  for (const [label, value] of Object.entries(workload.spec.selector.matchLabels))
    assert.equal(metadata.labels[label], value);
  assert.equal(metadata.labels.app, 'lanner');
  const volumes = new Map<string, Record<string, { name?: string; secretName?: string }>>(
    spec.volumes.map((volume: { name: string }) => [volume.name, volume]),
  );
  assert.equal(volumes.size, spec.volumes.length, 'two volumes have the same name');
  for (const { volumeMounts } of spec.containers)
    for (const { name } of volumeMounts) assert.ok(volumes.has(name), `no volume ${name}`);
  for (const { configMap, secret } of volumes.values()) {
    const own = [configMap && `ConfigMap/${configMap.name}`, secret && `Secret/${secret.secretName}`];
    for (const each of own)
      if (each && !values.some((value) => value.includes(each.split('/')[1] ?? '')) && !isMade(each, values))
        assert.ok(objects.has(each), `${each} is mounted and not there`);
  }
}

/** cert-manager makes secrets later. */
function isMade(name: string, values: readonly string[]): boolean {
  return (
    (/-tls$/.test(name) &&
      values.some((value) => value.includes('cert-manager')) &&
      name.startsWith('Secret/')) ||
    /^ConfigMap\/team-/.test(name)
  );
}

test('the configuration in the ConfigMaps is one that Lanner takes without a warning', options, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-helm-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const objects = render([
    ...ALL,
    'audit.tls.clientCaSecret=x',
    'config.priority=warning',
    'node.config.json_output=true',
  ]);
  for (const part of ['node', 'audit', 'admission']) {
    const { data } = objects.get(`ConfigMap/lanner-${part}`) as unknown as {
      data: { 'lanner.yaml': string };
    };
    const file = join(folder, `${part}.yaml`);
    writeFileSync(file, data['lanner.yaml']);
    const { config, warnings } = loadConfig({ file, overrides: [], environment: {} });
    assert.deepEqual(warnings, [], part);
    assert.equal(config.priority, 'Warning');
    assert.equal(config.json_output, part === 'node');
    if (part === 'node') assert.equal(config.host_root, '/proc/1/root');
    if (part === 'audit') assert.deepEqual(config.kubernetes.audit.from, ['https://0.0.0.0:9765/k8s-audit']);
  }
});

test('the arguments of the pods are ones that Lanner knows', options, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-helm-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const objects = render(ALL);
  const runPart = (workload: string, part: string, more: readonly string[]) => {
    const object = objects.get(workload);
    assert.ok(object);
    const { data } = objects.get(`ConfigMap/lanner-${part}`) as unknown as {
      data: { 'lanner.yaml': string };
    };
    const file = join(folder, `${part}.yaml`);
    writeFileSync(file, data['lanner.yaml']);
    const args: string[] = podOf(object.spec).spec.containers[0].args;
    const own = args.map((argument) => argument.replace('/etc/lanner/config/lanner.yaml', file));
    assert.ok(own.includes(file));
    return start(LANNER, [...own, ...more]).finished;
  };
  for (const [workload, part, rules] of [
    ['DaemonSet/lanner', 'node', 'rules'],
    ['Deployment/lanner-audit', 'audit', 'rules/kubernetes/audit.yaml'],
  ] as const) {
    const { code, stderr } = await runPart(workload, part, ['--dry-run', '-r', join(ROOT, rules)]);
    assert.equal(code, 0, stderr);
  }
  // It gets as far as to the certificate, which is not mounted here.
  const { stderr } = await runPart('Deployment/lanner-admission', 'admission', []);
  assert.match(stderr, /kubernetes\.admission: .*\/etc\/lanner\/tls\/tls\.crt/);
});

const REFUSED: Readonly<Record<string, RegExp>> = {
  'node.enabeld=true': /node: Additional property enabeld is not allowed/,
  'nodes.enabled=true': /\(root\): Additional property nodes is not allowed/,
  'config.json_outputs=true': /config: Additional property json_outputs is not allowed/,
  'config.priority=loud': /config\.priority must be one of/,
  'config.webserver.listen_port=99999': /config\.webserver\.listen_port: Must be less than or equal to 65535/,
  'audit.config.kubernetes.audit.form={x}': /Additional property form is not allowed/,
  'admission.mode=deny': /admission\.mode must be one of the following: "audit", "warn", "enforce"/,
  'admission.failurePolicy=ignore': /admission\.failurePolicy must be one of/,
  'admission.timeoutSeconds=60': /Must be less than or equal to 30/,
  'admission.tls.source=none': /admission\.tls\.source must be one of/,
  'audit.port=80': /audit\.port: Must be greater than or equal to 1024/,
  'audit.replicas=many': /audit\.replicas: Invalid type\. Expected: integer/,
  'image.digest=latest': /image\.digest: Does not match pattern/,
  'image.pullPolicy=Sometimes': /image\.pullPolicy must be one of/,
  'node.capabilities={CAP_BPF}': /node\.capabilities\.0/,
  'node.host.access=all': /node\.host\.access must be one of/,
  'node.customRules.readme\\.txt=x': /readme\.txt/,
  'node.resources.limits.memory=lots': /node\.resources\.limits\.memory/,
  'metrics.serviceMonitor.interval=often': /metrics\.serviceMonitor\.interval: Does not match pattern/,
  'node.tolerations[0].efect=NoSchedule': /Additional property efect is not allowed/,
};

for (const [value, message] of Object.entries(REFUSED))
  test(`helm refuses ${value}`, options, () => {
    const { status, stderr } = helm(['template', 'lanner', CHART, '--set', value]);
    assert.notEqual(status, 0);
    assert.match(stderr, message);
  });

test('a secret has to be named', options, () => {
  const { status, stderr } = helm([
    ...['template', 'lanner', CHART, '--set', 'audit.enabled=true,audit.tls.source=secret'],
  ]);
  assert.notEqual(status, 0);
  assert.match(stderr, /audit\.tls\.secretName is needed with audit\.tls\.source: secret/);
});

test('certificates are for the services, and the API server is told who has signed them', options, () => {
  const objects = render([...ALL, 'audit.service.clusterIP=10.96.0.50']);
  for (const part of ['audit', 'admission']) {
    const { data } = objects.get(`Secret/lanner-${part}-tls`) as unknown as { data: Record<string, string> };
    const pem = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString();
    const certificate = new X509Certificate(pem('tls.crt'));
    const authority = new X509Certificate(pem('ca.crt'));
    assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
    assert.equal(certificate.checkHost(`lanner-${part}.security.svc`), `lanner-${part}.security.svc`);
    assert.equal(certificate.checkIP('10.96.0.50') !== undefined, part === 'audit');
    if (part === 'admission') assert.equal(webhookOf(objects).clientConfig.caBundle, data['ca.crt']);
  }
});

// biome-ignore lint/suspicious/noExplicitAny: as above.
function webhookOf(objects: ReturnType<typeof render>): any {
  const configuration = objects.get('ValidatingWebhookConfiguration/lanner-admission');
  assert.ok(configuration);
  return (configuration.webhooks as unknown[])[0];
}

test('the webhook is what "lanner admission manifest" prints', options, () => {
  const webhook = webhookOf(render(ALL));
  const [wanted] = parse(
    webhookConfiguration({
      name: 'lanner-admission',
      at: { service: { namespace: 'security', name: 'lanner-admission', port: 443 } },
      ...{ authority: 'x', failurePolicy: 'Ignore', timeoutSeconds: 5 },
      withoutNamespaces: ['security', 'kube-system'],
    }),
  ).webhooks;
  wanted.clientConfig.caBundle = webhook.clientConfig.caBundle;
  assert.deepEqual(webhook, wanted);
});

test('the profile of AppArmor is a field where Kubernetes has it, and an annotation before', options, () => {
  for (const [version, isField] of [
    ['1.29.9', false],
    ['1.30.0', true],
  ] as const) {
    const template = podOf(specOf(render([], ['--kube-version', version])));
    const [container] = template.spec.containers;
    const expected = isField ? { type: 'Unconfined' } : undefined;
    assert.deepEqual(container.securityContext.appArmorProfile, expected);
    const annotation =
      template.metadata.annotations?.['container.apparmor.security.beta.kubernetes.io/lanner'];
    assert.equal(annotation, isField ? undefined : 'unconfined');
  }
});

function specOf(objects: ReturnType<typeof render>): unknown {
  const daemons = objects.get('DaemonSet/lanner');
  assert.ok(daemons);
  return daemons.spec;
}

function findings(values: readonly string[]) {
  const sets = values.flatMap((value) => ['--set', value]);
  const { stdout } = helm(['template', 'lanner', CHART, '--kube-version', '1.31.0', ...sets]);
  const { pods, problems } = judgeManifests(parseManifests(stdout, 'chart').manifests, [], {
    profile: 'immutable',
    minor: 31,
  });
  assert.deepEqual(problems, []);
  return new Map(
    pods.map(({ name, satisfies, findings }) => [
      name,
      { satisfies, controls: [...new Set(findings.map(({ control }) => control))].sort() },
    ]),
  );
}

test('pods that need nothing of the node are restricted, and immutable with a digest', options, () => {
  const digest = `image.digest=sha256:${'a'.repeat(64)}`;
  const judged = findings([...ALL, digest]);
  for (const name of ['lanner-audit', 'lanner-admission'])
    assert.deepEqual(judged.get(name), { satisfies: 'restricted', controls: [] });
});

test(
  'the pods of the nodes are over the profiles by what docs/kubernetes.md says, and no more',
  options,
  () => {
    const digest = `image.digest=sha256:${'a'.repeat(64)}`;
    const controls = (values: readonly string[]) => findings([digest, ...values]).get('lanner')?.controls;
    const usual = ['appArmorProfile', 'capabilities_baseline', 'hostNamespaces', 'runAsNonRoot', 'runAsUser'];
    assert.deepEqual(controls([]), usual);
    assert.deepEqual(controls(['node.host.access=mount']), [...usual, 'hostPathVolumes'].sort());
  },
);

test('there is a token only where the cluster is asked', options, () => {
  for (const isAsked of [false, true]) {
    const objects = render([`node.metadata.enabled=${isAsked}`]);
    assert.equal(podOf(specOf(objects)).spec.automountServiceAccountToken, isAsked);
    const role = objects.get('ClusterRole/lanner-security') as { rules: { verbs: string[] }[] } | undefined;
    const verbs = new Set(role?.rules.flatMap((rule) => rule.verbs));
    assert.deepEqual([...verbs].sort(), isAsked ? ['get', 'list', 'watch'] : []);
  }
});

test('a change of the configuration changes the pods only where that is wanted', options, () => {
  const template = (values: readonly string[]) => podOf(specOf(render(values)));
  assert.deepEqual(template([]), template(['config.priority=warning']));
  const restarting = ['restartOnChange=true'];
  assert.notDeepEqual(template(restarting), template([...restarting, 'config.priority=warning']));
  assert.notDeepEqual(template(restarting), template([...restarting, 'node.customRules.a\\.yaml=- list: a']));
});
