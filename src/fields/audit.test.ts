import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString } from '../events/bytes.ts';
import { AUDIT_FIELDS } from './audit.ts';
import { contextOf, EVENT_TIME, eventOf, read } from './testing.ts';

/** A request that has something for every field, which no real one has. */
const EVENT = {
  kind: 'Event',
  auditID: 'a1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/n/pods/p/exec?command=sh&command=-c&container=main#part',
  verb: 'create',
  user: { username: 'jürgen', groups: ['g1', 'system:authenticated'] },
  impersonatedUser: { username: 'other' },
  sourceIPs: ['10.0.0.1', '10.0.0.2'],
  userAgent: 'kubectl/v1.30',
  objectRef: { resource: 'pods', namespace: 'n', name: 'p', subresource: 'exec' },
  responseStatus: { code: 403, reason: 'Forbidden' },
  requestObject: {
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'ns' },
      { kind: 'ServiceAccount', name: 'bare' },
    ],
    rules: [
      { apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['*'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ],
    data: { password: 'x' },
    spec: {
      type: 'NodePort',
      ports: [{ port: 80 }, { port: 443, nodePort: 30443 }],
      hostIPC: true,
      hostNetwork: false,
      hostPID: true,
      securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [1, 2] },
      volumes: [
        { name: 'a', hostPath: { path: '/etc/kubernetes' } },
        { name: 'b', emptyDir: {} },
        { name: 'c', flexVolume: { driver: 'd' } },
      ],
      containers: [
        {
          name: 'main',
          image: 'registry:5000/team/app:1@sha256:77',
          command: ['sh', '-c'],
          args: ['sleep 1'],
          ports: [{ hostPort: 8080, containerPort: 80 }, { containerPort: 81 }],
          securityContext: {
            privileged: true,
            allowPrivilegeEscalation: true,
            readOnlyRootFilesystem: false,
            runAsUser: 0,
            procMount: 'Default',
            capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] },
          },
        },
        { name: 'side', image: 'busybox', securityContext: { runAsGroup: 5 } },
      ],
      initContainers: [{ name: 'first', image: 'init:2', securityContext: { privileged: false } }],
      ephemeralContainers: [{ name: 'debug', image: 'debug' }],
    },
  },
  responseObject: { metadata: { name: 'p-1' } },
  annotations: {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': 'RBAC',
    'authentication.openshift.io/decision': 'yes',
    'authentication.openshift.io/username': 'o',
    'validation.policy.admission.k8s.io/validation_failure': 'v',
    'pod-security.kubernetes.io/audit-violations': 'w',
    cluster_name: 'c1',
  },
};

function contextFor(document: unknown) {
  const event_data = typeof document === 'string' ? document : JSON.stringify(document);
  return contextOf(eventOf('pluginevent', { plugin_id: 1, event_data: Buffer.from(event_data) }));
}

const context = contextFor(EVENT);
const POD = 'ka.req.pod.';

/** By name, with arguments in brackets. */
const VALUES: Readonly<Record<string, unknown>> = {
  'ka.auditid': 'a1',
  'ka.stage': 'ResponseComplete',
  'ka.auth.decision': 'allow',
  'ka.auth.reason': 'RBAC',
  'ka.auth.openshift.decision': 'yes',
  'ka.auth.openshift.username': 'o',
  'ka.validations.admission.policy.failure': 'v',
  'ka.security.pod.violations': 'w',
  'ka.user.name': toByteString('jürgen'),
  'ka.user.groups': ['g1', 'system:authenticated'],
  'ka.impuser.name': 'other',
  'ka.verb': 'create',
  'ka.uri': EVENT.requestURI,
  'ka.uri.param[command]': 'sh',
  'ka.uri.param[container]': 'main',
  'ka.uri.param[none]': undefined,
  'ka.target.name': 'p',
  'ka.target.namespace': 'n',
  'ka.target.resource': 'pods',
  'ka.target.subresource': 'exec',
  'ka.target.pod.name': 'p',
  'ka.req.binding.subjects': EVENT.requestObject.subjects.map((subject) => JSON.stringify(subject)),
  'ka.req.binding.subjects.user_names': ['u'],
  'ka.req.binding.subjects.group_names': ['g'],
  'ka.req.binding.subjects.serviceaccount_names': ['s', 'bare'],
  'ka.req.binding.subjects.serviceaccount_ns_names': ['ns:s'],
  'ka.req.binding.role': 'cluster-admin',
  'ka.req.binding.subject.has_name[s]': 'true',
  'ka.req.binding.subject.has_name[t]': 'false',
  'ka.req.configmap.name': 'p',
  'ka.req.configmap.obj': '{"password":"x"}',
  'ka.req.container.image': 'registry:5000/team/app:1@sha256:77',
  'ka.req.container.image.repository': 'registry:5000/team/app',
  'ka.req.container.privileged': 'true',
  'ka.req.container.host_network': 'false',
  [`${POD}host_ipc`]: 'true',
  [`${POD}host_network`]: 'false',
  [`${POD}host_pid`]: 'true',
  [`${POD}run_as_user`]: '1000',
  [`${POD}run_as_group`]: '2000',
  [`${POD}fs_group`]: '3000',
  [`${POD}supplemental_groups`]: ['1', '2'],
  [`${POD}containers.name`]: ['main', 'side'],
  [`${POD}containers.name[1]`]: ['side'],
  [`${POD}containers.name[2]`]: undefined,
  [`${POD}containers.image`]: ['registry:5000/team/app:1@sha256:77', 'busybox'],
  [`${POD}containers.image.repository`]: ['registry:5000/team/app', 'busybox'],
  [`${POD}containers.command`]: ['sh -c'],
  [`${POD}containers.args`]: ['sleep 1'],
  [`${POD}containers.privileged`]: ['true'],
  [`${POD}containers.privileged[1]`]: undefined,
  [`${POD}containers.allow_privilege_escalation`]: ['true'],
  [`${POD}containers.read_only_fs`]: ['false'],
  [`${POD}containers.run_as_user`]: ['0'],
  [`${POD}containers.eff_run_as_user`]: ['0', '1000'],
  [`${POD}containers.run_as_group`]: ['5'],
  [`${POD}containers.eff_run_as_group`]: ['2000', '5'],
  [`${POD}containers.eff_run_as_group[1]`]: ['5'],
  [`${POD}containers.proc_mount`]: ['Default'],
  [`${POD}containers.add_capabilities`]: ['NET_ADMIN', 'SYS_TIME'],
  [`${POD}containers.host_port`]: ['8080', '81'],
  [`${POD}initContainers.image.repository`]: ['init'],
  [`${POD}initContainers.privileged`]: ['false'],
  [`${POD}ephemeralContainers.image`]: ['debug'],
  'ka.req.role.rules': EVENT.requestObject.rules.map((rule) => JSON.stringify(rule)),
  'ka.req.role.rules.apiGroups': [''],
  'ka.req.role.rules.nonResourceURLs': ['/metrics'],
  'ka.req.role.rules.verbs': ['*', 'get'],
  'ka.req.role.rules.verbs[1]': ['get'],
  'ka.req.role.rules.resources': ['pods', 'secrets'],
  'ka.req.service.type': 'NodePort',
  'ka.req.service.ports': ['[{"port":80},{"port":443,"nodePort":30443}]'],
  'ka.req.service.ports[0]': ['{"port":80}'],
  [`${POD}volumes.hostpath`]: ['/etc/kubernetes'],
  [`${POD}volumes.hostpath[1]`]: undefined,
  [`${POD}volumes.flexvolume_driver`]: ['d'],
  [`${POD}volumes.volume_type`]: ['hostPath', 'emptyDir', 'flexVolume'],
  'ka.req.volume.hostpath[/etc/*]': 'true',
  'ka.req.volume.hostpath[/etc]': 'false',
  'ka.resp.name': 'p-1',
  'ka.response.code': '403',
  'ka.response.reason': 'Forbidden',
  'ka.useragent': 'kubectl/v1.30',
  'ka.sourceips': ['10.0.0.1', '10.0.0.2'],
  'ka.sourceips[0]': ['10.0.0.1'],
  'ka.cluster.name': 'c1',
  'json.value[/user/groups/0]': 'g1',
  'json.value[verb]': 'create',
  'json.value[/annotations/authorization.k8s.io~1decision]': 'allow',
  'json.value[/responseStatus]': '{"code":403,"reason":"Forbidden"}',
  'json.value[/user/constructor]': undefined,
  'jevt.value[/objectRef/name]': 'p',
  'json.obj': toByteString(JSON.stringify(EVENT, undefined, 2)),
  'json.rawtime': String(EVENT_TIME),
  'jevt.rawtime': String(EVENT_TIME),
  'evt.pluginname': 'k8saudit',
  'evt.plugininfo': toByteString(JSON.stringify(EVENT)),
};

for (const [name, value] of Object.entries(VALUES))
  test(name, () => assert.deepEqual(read(context, name), value));

test('every audit field is told by some event', () => {
  const init = structuredClone(EVENT);
  const [main] = init.requestObject.spec.containers;
  Object.assign(init.requestObject.spec, { initContainers: [main], ephemeralContainers: [main] });
  Object.assign(main ?? {}, { securityContext: { ...main?.securityContext, runAsGroup: 1 } });
  const full = contextFor(init);
  const argument: Readonly<Record<string, string>> = {
    'ka.uri.param': 'command',
    'ka.req.volume.hostpath': '/',
  };
  const silent = AUDIT_FIELDS.fields.filter(
    ({ name, read }) =>
      read(full, argument[name] ?? (name.endsWith('has_name') ? 'u' : undefined)) === undefined,
  );
  assert.equal(AUDIT_FIELDS.fields.length, 100);
  assert.deepEqual(
    silent.map(({ name }) => name),
    [],
  );
});

test('the name of a pod is the one that the server gave', () => {
  const created = { ...EVENT, objectRef: { resource: 'pods' } };
  assert.equal(read(contextFor(created), 'ka.target.pod.name'), 'p-1');
  assert.equal(
    read(contextFor({ ...EVENT, objectRef: { resource: 'nodes' } }), 'ka.target.pod.name'),
    undefined,
  );
});

test('what is no audit event, or no JSON, has no fields', () => {
  for (const document of ['{"kind":0}', '[1]', 'null', 'not JSON', '']) {
    for (const field of AUDIT_FIELDS.fields) assert.equal(field.read(contextFor(document), '0'), undefined);
    assert.equal(read(contextFor(document), 'json.value[/user]'), undefined);
  }
});

test('requests of any shape are read without harm', () => {
  const shapes: readonly unknown[] = [
    null,
    1,
    'x',
    [],
    {},
    [null],
    [[]],
    { spec: null },
    { spec: { containers: [null, 3] } },
    { subjects: [{ kind: 'ServiceAccount', namespace: { toString: 1 }, name: 'n' }] },
  ];
  for (const requestObject of shapes)
    for (const rest of shapes) {
      const odd = {
        auditID: 'a',
        requestObject,
        responseObject: rest,
        user: rest,
        objectRef: rest,
        requestURI: rest,
      };
      const oddContext = contextFor(odd);
      for (const field of AUDIT_FIELDS.fields)
        field.read(oddContext, field.argument.presence === 'none' ? undefined : '0');
    }
});

test('a document is parsed once for all fields of an event', (t) => {
  const parse = t.mock.method(JSON, 'parse');
  const fresh = contextFor(EVENT);
  for (const field of AUDIT_FIELDS.fields) field.read(fresh, '0');
  assert.equal(parse.mock.callCount(), 1);
});
