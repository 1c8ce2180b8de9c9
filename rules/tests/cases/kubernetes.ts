/** For each of the audit rules: requests that raise it, and the like of them that raise nothing. */

/** An audit event in the words of its schema; `resource` with its subresource behind a slash. */
export interface Request {
  readonly verb: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly user?: string;
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly uri?: string;
  /** The stage told of; `started` for requests that last. */
  readonly stage?: 'received' | 'started' | 'complete';
  readonly code?: number;
  readonly body?: object;
}

export interface AuditCases {
  readonly raised: readonly Request[];
  readonly silent: readonly Request[];
}

const REPLICA_SETS = 'system:serviceaccount:kube-system:replicaset-controller';
const CONTROLLERS = 'system:kube-controller-manager';
const NODE = 'system:node:worker-1';

function started(verb: string, resource: string, more: Partial<Request> = {}): Request {
  return { verb, resource, namespace: 'shop', name: 'web', stage: 'started', code: 101, ...more };
}

/** Rules on what people do in pods: both ways to begin it, and neither its other stages nor what was refused. */
function inPod(subresource: string): AuditCases {
  const resource = `pods/${subresource}`;
  return {
    raised: [started('create', resource), started('get', resource)],
    silent: [
      started('create', resource, { stage: 'complete' }),
      started('create', resource, { stage: 'received' }),
      started('get', 'pods/log', { code: 200 }),
      started('create', resource, { user: 'known' }),
    ],
  };
}

function pod(spec: object, more: Partial<Request> = {}): Request {
  return {
    verb: 'create',
    resource: 'pods',
    namespace: 'shop',
    user: REPLICA_SETS,
    code: 201,
    body: { spec },
    ...more,
  };
}

const container = (securityContext: object): object => ({ name: 'c', image: 'i', securityContext });
const PRIVILEGED = container({ privileged: true });
const PLAIN = container({ privileged: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } });
const capable = (name: string): object => container({ capabilities: { add: [name] } });

/** What holds for all rules on pods. */
const HARMLESS: readonly Request[] = [
  pod({ containers: [PLAIN] }),
  pod({ containers: [PRIVILEGED], hostNetwork: true, volumes: mounts('/etc') }, { namespace: 'kube-system' }),
  pod({ containers: [PRIVILEGED], hostPID: true, volumes: mounts('/etc') }, { code: 409 }),
  pod({ containers: [PRIVILEGED], hostPID: true, volumes: mounts('/etc') }, { stage: 'received' }),
  pod({ containers: [PRIVILEGED], hostPID: true, volumes: mounts('/etc') }, { verb: 'update' }),
];

function mounts(...paths: readonly string[]): object[] {
  return paths.map((path, index) => ({ name: `v${index}`, hostPath: { path, type: '' } }));
}

function binding(subject: object, role: string, more: Partial<Request> = {}): Request {
  const body = { roleRef: { kind: 'ClusterRole', name: role }, subjects: [subject] };
  return { verb: 'create', resource: 'clusterrolebindings', name: 'b', code: 201, body, ...more };
}

const USER = { kind: 'User', name: 'alice' };
const GROUP = (name: string): object => ({ kind: 'Group', name });

function role(rule: object, more: Partial<Request> = {}): Request {
  return { verb: 'create', resource: 'clusterroles', name: 'r', code: 201, body: { rules: [rule] }, ...more };
}

const READER = { verbs: ['get', 'list'], resources: ['pods', 'pods/log'], apiGroups: [''] };

/** Changes of one resource by people, and by the control plane. */
function changes(resource: string, more: Partial<Request> = {}): AuditCases {
  const change = (verb: string, and: Partial<Request> = {}): Request => ({
    verb,
    resource,
    name: 'x',
    ...more,
    ...and,
  });
  return {
    raised: ['create', 'update', 'patch', 'delete'].map((verb) => change(verb)),
    silent: [
      change('get'),
      change('update', { user: CONTROLLERS }),
      change('update', { code: 409 }),
      change('update', { stage: 'received' }),
    ],
  };
}

export const AUDIT_CASES: Readonly<Record<string, AuditCases>> = {
  'Command Executed in Pod': inPod('exec'),
  'Terminal Attached to Pod': inPod('attach'),
  'Port Forwarded to Pod': inPod('portforward'),
  'Ephemeral Container Added to Pod': {
    raised: ['update', 'patch'].map((verb) => ({
      verb,
      resource: 'pods/ephemeralcontainers',
      namespace: 'shop',
      name: 'web',
    })),
    silent: [
      { verb: 'get', resource: 'pods/ephemeralcontainers', namespace: 'shop', name: 'web' },
      { verb: 'patch', resource: 'pods/status', namespace: 'shop', name: 'web' },
      { verb: 'patch', resource: 'pods/ephemeralcontainers', namespace: 'shop', name: 'web', user: 'known' },
    ],
  },
  'Node Reached Through API Server Proxy': {
    raised: [
      {
        verb: 'create',
        resource: 'nodes/proxy',
        name: 'n',
        uri: '/api/v1/nodes/n/proxy/run/shop/web/app?cmd=id',
      },
      { verb: 'get', resource: 'nodes/proxy', name: 'n', uri: '/api/v1/nodes/n/proxy/pods', code: 500 },
      {
        verb: 'create',
        resource: 'nodes/proxy',
        name: 'n',
        uri: '/api/v1/nodes/n/proxy/run/shop/web/app?cmd=id&a=/proxy/metrics',
      },
    ],
    silent: [
      { verb: 'get', resource: 'nodes/proxy', name: 'n', uri: '/api/v1/nodes/n/proxy/metrics' },
      { verb: 'get', resource: 'nodes/proxy', name: 'n', uri: '/api/v1/nodes/n/proxy/metrics/cadvisor' },
      { verb: 'get', resource: 'nodes', name: 'n' },
    ],
  },
  'Secrets Listed in All Namespaces': {
    raised: [
      { verb: 'list', resource: 'secrets' },
      { verb: 'watch', resource: 'secrets', stage: 'started' },
    ],
    silent: [
      { verb: 'list', resource: 'secrets', user: 'system:apiserver' },
      { verb: 'list', resource: 'secrets', user: CONTROLLERS },
      { verb: 'list', resource: 'secrets', user: 'known' },
      { verb: 'list', resource: 'configmaps' },
      { verb: 'watch', resource: 'secrets', stage: 'complete' },
    ],
  },
  'Secrets Listed': {
    raised: [
      { verb: 'list', resource: 'secrets', namespace: 'shop' },
      { verb: 'watch', resource: 'secrets', namespace: 'shop', stage: 'started' },
    ],
    silent: [
      { verb: 'get', resource: 'secrets', namespace: 'shop', name: 's' },
      { verb: 'list', resource: 'secrets', namespace: 'shop', user: NODE },
      { verb: 'list', resource: 'secrets', namespace: 'shop', user: 'known' },
    ],
  },
  'Service Account Token Requested': {
    raised: [
      { verb: 'create', resource: 'serviceaccounts/token', namespace: 'shop', name: 'default', code: 201 },
    ],
    silent: [
      { verb: 'create', resource: 'serviceaccounts/token', namespace: 'shop', name: 'default', user: NODE },
      { verb: 'create', resource: 'serviceaccounts', namespace: 'shop', name: 'default', code: 201 },
      { verb: 'create', resource: 'serviceaccounts/token', namespace: 'shop', name: 'none', code: 404 },
    ],
  },
  'Client Certificate Approved': {
    raised: [{ verb: 'update', resource: 'certificatesigningrequests/approval', name: 'alice' }],
    silent: [
      { verb: 'update', resource: 'certificatesigningrequests/approval', name: 'csr', user: CONTROLLERS },
      { verb: 'update', resource: 'certificatesigningrequests/status', name: 'alice' },
    ],
  },
  'Client Certificate Requested': {
    raised: [
      csr('kubernetes.io/kube-apiserver-client'),
      csr('kubernetes.io/kube-apiserver-client', { verb: 'patch', code: 201 }),
    ],
    silent: [
      csr('kubernetes.io/kubelet-serving'),
      csr('kubernetes.io/kube-apiserver-client', { user: NODE }),
      csr('kubernetes.io/kube-apiserver-client', { user: 'system:bootstrap:abcdef' }),
    ],
  },
  'Privileged Pod Created': {
    raised: [
      pod({ containers: [PLAIN, PRIVILEGED] }),
      pod({ containers: [PLAIN], initContainers: [PRIVILEGED] }, { user: 'alice' }),
      pod({ containers: [PLAIN], ephemeralContainers: [PRIVILEGED] }),
      // Server-side apply.
      pod({ containers: [PRIVILEGED] }, { verb: 'patch', code: 201, name: 'p' }),
    ],
    silent: HARMLESS,
  },
  'Pod With Powerful Capabilities Created': {
    raised: [
      pod({ containers: [PLAIN, capable('SYS_ADMIN')] }),
      pod({ containers: [PLAIN], initContainers: [capable('ALL')] }),
      ...['sys_admin', 'Sys_Admin', 'CAP_SYS_ADMIN', 'all'].map((name) =>
        pod({ containers: [capable(name)] }),
      ),
    ],
    silent: [...HARMLESS, pod({ containers: [capable('NET_BIND_SERVICE')] })],
  },
  'Pod With Sensitive Host Path Created': {
    raised: [
      ...[
        '/',
        '//',
        '/etc',
        '/etc/',
        '//etc',
        '/./etc/.',
        '/root/.ssh',
        '/var/lib/kubelet/pki',
        '/etc/kubernetes',
      ],
      ...[
        '/var/run/docker.sock',
        '/run/containerd/containerd.sock',
        '/run/k3s/containerd/containerd.sock',
        '/proc',
      ],
      ...[
        '/sys',
        '/dev',
        '/var',
        '/var/lib',
        '/var/run',
        '/home',
        '/etc/cron.d',
        '/var//lib/docker/overlay2',
      ],
    ]
      .map((path) => pod({ containers: [PLAIN], volumes: mounts('/srv/data', path) }))
      .concat(
        pod(
          { containers: [PLAIN], volumes: [{ hostPath: { type: '', path: '/etc' }, name: 'v' }] },
          { verb: 'patch', code: 201, name: 'p' },
        ),
      ),
    silent: [
      ...HARMLESS,
      ...[
        '/srv',
        '/etc/localtime',
        '/etc/ssl/certs',
        '/var/log',
        '/dev/fuse',
        '/data/etc',
        '/var/lib/postgresql',
      ].map((path) => pod({ containers: [PLAIN], volumes: mounts(path) })),
      pod({ containers: [PLAIN], volumes: [{ name: 'n', nfs: { server: 's', path: '/etc' } }] }),
      pod({ containers: [PLAIN], volumes: [{ name: 'e', emptyDir: {} }] }),
    ],
  },
  'Pod in Namespaces of the Host Created': {
    raised: ['hostNetwork', 'hostPID', 'hostIPC'].map((key) => pod({ containers: [PLAIN], [key]: true })),
    silent: [...HARMLESS, pod({ containers: [PLAIN], hostNetwork: false })],
  },
  'Persistent Volume on Host Path Created': {
    raised: [
      {
        verb: 'create',
        resource: 'persistentvolumes',
        code: 201,
        body: { spec: { hostPath: { path: '/etc' } } },
      },
    ],
    silent: [
      { verb: 'create', resource: 'persistentvolumes', code: 201, body: { spec: { csi: { driver: 'd' } } } },
      {
        verb: 'create',
        resource: 'persistentvolumes',
        user: CONTROLLERS,
        body: { spec: { hostPath: { path: '/x' } } },
      },
    ],
  },
  'Pod Security of Namespace Lowered': {
    raised: [enforcing('privileged', 'patch'), enforcing('privileged', 'create'), enforcing(null, 'patch')],
    silent: [enforcing('restricted', 'patch'), enforcing('privileged', 'get')],
  },
  'Cluster Administrator Rights Given': {
    raised: [
      binding(USER, 'cluster-admin'),
      binding(USER, 'cluster-admin', { resource: 'rolebindings', namespace: 'shop' }),
      { verb: 'patch', resource: 'clusterrolebindings', name: 'cluster-admin', body: { subjects: [USER] } },
    ],
    silent: [
      binding(USER, 'view'),
      binding(USER, 'cluster-admin', { code: 403 }),
      binding(GROUP('system:masters'), 'cluster-admin', { user: 'system:apiserver' }),
      { verb: 'delete', resource: 'clusterrolebindings', name: 'cluster-admin' },
    ],
  },
  'Rights Given to Everybody': {
    raised: [
      binding({ kind: 'User', name: 'system:anonymous' }, 'view'),
      binding(GROUP('system:unauthenticated'), 'view'),
      binding(GROUP('system:authenticated'), 'edit', { resource: 'rolebindings', namespace: 'shop' }),
    ],
    silent: [
      binding(GROUP('devs'), 'view'),
      binding(GROUP('system:authenticated'), 'system:discovery', { user: 'system:apiserver' }),
    ],
  },
  'Role That Leads to More Rights Changed': {
    raised: [
      role({ ...READER, verbs: ['impersonate'] }),
      role({ ...READER, resources: ['pods/exec'] }),
      role(
        { ...READER, resources: ['serviceaccounts/token'] },
        { resource: 'roles', namespace: 'shop', verb: 'update' },
      ),
    ],
    silent: [
      role(READER),
      role(
        { ...READER, verbs: ['escalate'] },
        { user: 'system:serviceaccount:kube-system:clusterrole-aggregation-controller' },
      ),
      role({ ...READER, verbs: ['bind'] }, { code: 403 }),
    ],
  },
  'Role With Wildcard Changed': {
    raised: [role({ ...READER, verbs: ['*'] }), role({ ...READER, resources: ['*'] }, { verb: 'patch' })],
    silent: [
      role(READER),
      role({ ...READER, apiGroups: ['*'] }),
      role({ ...READER, verbs: ['*'] }, { user: 'system:apiserver' }),
    ],
  },
  'System Role Changed': {
    raised: [
      role(READER, { verb: 'update', name: 'system:node' }),
      { verb: 'delete', resource: 'clusterroles', name: 'cluster-admin' },
    ],
    silent: [
      role(READER, { verb: 'update', name: 'reader' }),
      role(READER, { verb: 'update', name: 'system:node', user: 'system:apiserver' }),
      { verb: 'get', resource: 'clusterroles', name: 'system:node' },
    ],
  },
  'Anonymous Request Answered': {
    raised: [
      { verb: 'list', resource: 'pods', namespace: 'shop', user: 'system:anonymous' },
      { verb: 'get', uri: '/api', user: 'system:anonymous' },
      { verb: 'get', uri: '/healthzz', user: 'system:anonymous' },
    ],
    silent: [
      ...['/healthz', '/livez?verbose', '/readyz/etcd', '/version', '/version?timeout=32s'].map((uri) => ({
        verb: 'get',
        uri,
        user: 'system:anonymous',
      })),
      { verb: 'get', uri: '/api', user: 'system:anonymous', code: 403 },
      { verb: 'get', uri: '/api' },
    ],
  },
  'Administrator Impersonated': {
    raised: [{ verb: 'list', resource: 'pods', as: 'anybody', asGroups: ['system:masters'] }],
    silent: [
      { verb: 'list', resource: 'pods' },
      { verb: 'list', resource: 'pods', as: 'x', asGroups: ['system:masters'], code: 403 },
      { verb: 'list', resource: 'pods', as: 'x', asGroups: ['system:masters'], stage: 'received' },
    ],
  },
  'User Impersonated': {
    raised: [{ verb: 'list', resource: 'pods', as: 'bob', asGroups: ['devs'] }],
    silent: [
      { verb: 'list', resource: 'pods' },
      { verb: 'list', resource: 'pods', as: 'bob', user: 'known' },
    ],
  },
  'Sensitive Request Forbidden': {
    raised: [
      { verb: 'list', resource: 'secrets', namespace: 'shop', code: 403 },
      { verb: 'create', resource: 'pods/exec', namespace: 'shop', name: 'web', code: 403 },
      { verb: 'create', resource: 'clusterrolebindings', code: 403 },
    ],
    silent: [
      { verb: 'list', resource: 'configmaps', namespace: 'shop', code: 403 },
      { verb: 'get', resource: 'secrets', namespace: 'shop', name: 's', code: 403, user: NODE },
      { verb: 'get', resource: 'secrets', namespace: 'shop', name: 's' },
    ],
  },
  'Own Rights Listed': {
    raised: [{ verb: 'create', resource: 'selfsubjectrulesreviews', code: 201 }],
    silent: [
      { verb: 'create', resource: 'selfsubjectaccessreviews', code: 201 },
      { verb: 'create', resource: 'selfsubjectrulesreviews', code: 201, user: 'known' },
    ],
  },
  'Admission Control Changed': changes('validatingwebhookconfigurations'),
  'Audit Configuration Changed': changes('configmaps', { namespace: 'kube-system', name: 'audit-policy' }),
  'Request Priorities Changed': {
    raised: changes('flowschemas').raised,
    silent: [
      ...changes('prioritylevelconfigurations').silent,
      { verb: 'patch', resource: 'flowschemas/status', name: 'x', user: 'alice' },
    ],
  },
  'Kubernetes Events Deleted': {
    raised: [
      { verb: 'deletecollection', resource: 'events', namespace: 'shop' },
      { verb: 'delete', resource: 'events', namespace: 'shop', name: 'web.1' },
    ],
    silent: [
      {
        verb: 'deletecollection',
        resource: 'events',
        user: 'system:serviceaccount:kube-system:namespace-controller',
      },
      { verb: 'create', resource: 'events', namespace: 'shop', code: 201 },
    ],
  },
  'Cluster Configuration Changed': {
    ...changes('configmaps', { namespace: 'kube-system', name: 'coredns' }),
    silent: [
      ...changes('configmaps', { namespace: 'kube-system', name: 'coredns' }).silent,
      ...changes('configmaps', { namespace: 'shop', name: 'coredns' }).raised,
    ],
  },
  'Workload Changed in System Namespace': {
    raised: changes('daemonsets', { namespace: 'kube-system' }).raised,
    silent: [
      ...changes('daemonsets', { namespace: 'kube-system' }).silent,
      ...changes('daemonsets', { namespace: 'shop' }).raised,
      { verb: 'update', resource: 'daemonsets', namespace: 'kube-system', user: 'known' },
      { verb: 'update', resource: 'daemonsets/status', namespace: 'kube-system' },
    ],
  },
  'API Extended by Another Server': {
    raised: [
      {
        verb: 'create',
        resource: 'apiservices',
        name: 'v1.x',
        code: 201,
        body: { spec: { service: { name: 's' } } },
      },
    ],
    silent: [
      { verb: 'create', resource: 'apiservices', name: 'v1.', code: 201, body: { spec: { service: null } } },
      { verb: 'delete', resource: 'apiservices', name: 'v1.x' },
      {
        verb: 'update',
        resource: 'apiservices/status',
        name: 'v1.x',
        body: { spec: { service: { name: 's' } } },
      },
    ],
  },
  'Namespace Deleted': {
    raised: [{ verb: 'delete', resource: 'namespaces', name: 'shop' }],
    silent: [
      { verb: 'delete', resource: 'namespaces', name: 'shop', code: 409 },
      { verb: 'update', resource: 'namespaces/finalize', name: 'shop' },
    ],
  },
};

function csr(signerName: string, more: Partial<Request> = {}): Request {
  return {
    verb: 'create',
    resource: 'certificatesigningrequests',
    code: 201,
    body: { spec: { signerName } },
    ...more,
  };
}

function enforcing(level: string | null, verb: string): Request {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  return { verb, resource: 'namespaces', name: 'shop', body: { metadata: { labels } } };
}
