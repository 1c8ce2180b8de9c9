import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDocument } from 'yaml';
import { type AuditSettings, enableAudit } from './enable-audit.ts';

/** As kubeadm writes it, with comments of an owner. */
const KUBEADM = `# Control plane, node 1.
apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 10.0.0.5:6443
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address=10.0.0.5
    - --allow-privileged=true   # the CNI needs it
    # Behind the balancer.
    - --secure-port=6443
    image: registry.example/kube-apiserver:v1.30.2
    name: kube-apiserver
    volumeMounts:
    - mountPath: /etc/kubernetes/pki
      name: k8s-certs
      readOnly: true
  hostNetwork: true
  volumes:
  - hostPath:
      path: /etc/kubernetes/pki
      type: DirectoryOrCreate
    name: k8s-certs
status: {}
`;

/** Flags in args, lists indented, another container first. */
const ARGS = `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: healthcheck
      image: registry.example/healthcheck:1
      args: [--listen-addr=:3990]
    - name: kube-apiserver
      image: registry.example/hardened-kubernetes:v1.31.1
      command:
        - kube-apiserver
      args:
        - --etcd-servers=https://127.0.0.1:2379
        - "--tls-cipher-suites=A,B"
      volumeMounts:
        - mountPath: /var/lib/data/tls
          name: dir0
  volumes:
    - name: dir0
      hostPath:
        path: /var/lib/data/tls
        type: DirectoryOrCreate
`;

/** No mounts at all, and everything on few lines. */
const FLOW = `{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver}, spec: {hostNetwork: true, containers: [
  {name: kube-apiserver, image: x, command: [/usr/local/bin/kube-apiserver, --secure-port=6443]}]}}
`;

const JSON_MANIFEST = `${JSON.stringify(
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kube-apiserver' },
    spec: { containers: [{ name: 'kube-apiserver', image: 'x', command: ['kube-apiserver', '--v=2'] }] },
  },
  null,
  4,
)}\n`;

const BARE = `apiVersion: v1
kind: Pod
metadata: {name: apiserver}
spec:
  containers:
  - image: x
    name: apiserver
    command:
    - /hyperkube
    - kube-apiserver
    - --bind-address
    - 0.0.0.0
`;

const MANIFESTS = { KUBEADM, ARGS, FLOW, JSON_MANIFEST, BARE };
const LOG: AuditSettings = { log: {} };
const BOTH: AuditSettings = {
  policyFile: '/etc/kubernetes/policies/audit.yaml',
  log: { path: '/var/log/audit/k8s.log', maxAge: 7, maxBackup: 2, maxSize: 50 },
  webhook: {
    configFile: '/etc/kubernetes/hook.kubeconfig',
    mode: 'batch',
    batchMaxSize: 50,
    batchMaxWait: '1s',
  },
};

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly { mountPath: string; name: string; readOnly?: boolean }[];
}

interface Pod {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly volumes?: readonly { name: string; hostPath: { path: string; type?: string } }[];
  };
}

function enable(text: string, settings: AuditSettings): string {
  return enableAudit(text, 'm.yaml', settings).text;
}

/** Flags, mounts as `path<-hostpath type rw`, in order. */
function shape(text: string): { flags: string[]; mounts: string[] } {
  const { spec } = parseDocument(text).toJS() as Pod;
  const container =
    spec.containers.find(({ name }) => name.includes('apiserver')) ?? assert.fail('no container');
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const mounts = (container.volumeMounts ?? []).map(({ mountPath, name, readOnly }) => {
    const { hostPath } =
      spec.volumes?.find((volume) => volume.name === name) ?? assert.fail(`no volume ${name}`);
    return `${mountPath}<-${hostPath.path} ${hostPath.type ?? '-'} ${readOnly ? 'ro' : 'rw'}`;
  });
  return { flags: words.filter((word) => word.startsWith('--audit')), mounts };
}

const LOG_FLAGS = [
  '--audit-policy-file=/etc/kubernetes/audit-policy.yaml',
  '--audit-log-path=/var/log/kubernetes/audit/audit.log',
  '--audit-log-maxage=30',
  '--audit-log-maxbackup=10',
  '--audit-log-maxsize=100',
];
const LOG_MOUNTS = [
  '/etc/kubernetes/audit-policy.yaml<-/etc/kubernetes/audit-policy.yaml File ro',
  '/var/log/kubernetes/audit<-/var/log/kubernetes/audit DirectoryOrCreate rw',
];

for (const [name, manifest] of Object.entries(MANIFESTS)) {
  describe(name, () => {
    test('flags, mounts and volumes', () => {
      const { flags, mounts } = shape(enable(manifest, LOG));
      assert.deepEqual(flags, LOG_FLAGS);
      assert.deepEqual(mounts.slice(-2), LOG_MOUNTS);
    });

    test('with webhook and other settings', () => {
      const { flags, mounts } = shape(enable(manifest, BOTH));
      assert.deepEqual(flags, [
        '--audit-policy-file=/etc/kubernetes/policies/audit.yaml',
        '--audit-log-path=/var/log/audit/k8s.log',
        '--audit-log-maxage=7',
        '--audit-log-maxbackup=2',
        '--audit-log-maxsize=50',
        '--audit-webhook-config-file=/etc/kubernetes/hook.kubeconfig',
        '--audit-webhook-mode=batch',
        '--audit-webhook-batch-max-size=50',
        '--audit-webhook-batch-max-wait=1s',
      ]);
      assert.deepEqual(mounts.slice(-3), [
        '/etc/kubernetes/policies/audit.yaml<-/etc/kubernetes/policies/audit.yaml File ro',
        '/var/log/audit<-/var/log/audit DirectoryOrCreate rw',
        '/etc/kubernetes/hook.kubeconfig<-/etc/kubernetes/hook.kubeconfig File ro',
      ]);
    });

    test('a second time nothing changes', () => {
      for (const settings of [LOG, BOTH]) {
        const once = enable(manifest, settings);
        assert.equal(enable(once, settings), once);
        // What is there stays where nothing else is asked for.
        assert.equal(enable(once, LOG), once);
      }
    });

    test('every line that was there is there, in order', () => {
      if (manifest === JSON_MANIFEST || manifest === FLOW) {
        const { spec, ...rest } = parseDocument(enable(manifest, LOG)).toJS() as Pod & object;
        const { spec: _, ...before } = parseDocument(manifest).toJS() as Pod & object;
        assert.deepEqual(rest, before);
        assert.equal(spec.containers.length, 1);
        return;
      }
      const after = enable(manifest, BOTH).split('\n');
      let at = 0;
      for (const line of manifest.split('\n')) {
        at = after.indexOf(line, at) + 1;
        assert.ok(at > 0, line);
      }
    });
  });
}

test('nothing but lines is added to what kubeadm wrote', () => {
  const after = enable(KUBEADM, LOG);
  const added = after.split('\n').filter((line) => !KUBEADM.split('\n').includes(line));
  assert.deepEqual(added, [
    ...LOG_FLAGS.map((flag) => `    - ${flag}`),
    '    - mountPath: /etc/kubernetes/audit-policy.yaml',
    '      name: audit-policy',
    '    - mountPath: /var/log/kubernetes/audit',
    '      name: audit-log',
    '      path: /etc/kubernetes/audit-policy.yaml',
    '      type: File',
    '    name: audit-policy',
    '      path: /var/log/kubernetes/audit',
    '    name: audit-log',
  ]);
});

describe('what is there already', () => {
  test('flags keep their values, in either form', () => {
    const manifest = KUBEADM.replace(
      '    - --secure-port=6443\n',
      '    - --audit-policy-file\n    - /etc/kubernetes/pki/policy.yaml\n    - --audit-log-maxage=5\n    - --secure-port=6443\n',
    );
    const { flags, mounts } = shape(enable(manifest, LOG));
    assert.deepEqual(flags, [
      '--audit-policy-file',
      '--audit-log-maxage=5',
      ...LOG_FLAGS.filter((flag) => /path|backup|size/.test(flag)),
    ]);
    // The policy lies in a directory that is mounted.
    assert.deepEqual(mounts, [
      '/etc/kubernetes/pki<-/etc/kubernetes/pki DirectoryOrCreate ro',
      LOG_MOUNTS[1],
    ]);
  });

  test('flags change where another value is asked for', () => {
    const manifest = KUBEADM.replace(
      '    - --secure-port=6443\n',
      '    - --audit-policy-file\n    - /old.yaml\n    - --audit-log-maxage=5 # days\n',
    );
    const after = enable(manifest, { policyFile: '/etc/new.yaml', log: { maxAge: 6 } });
    assert.match(after, /- --audit-policy-file\n {4}- \/etc\/new.yaml\n {4}- --audit-log-maxage=6 # days\n/);
  });

  test('the last of several flags counts', () => {
    const manifest = KUBEADM.replace(
      '    - --secure-port=6443\n',
      '    - --audit-log-maxage=5\n    - --audit-log-maxage=6\n',
    );
    assert.ok(!shape(enable(manifest, LOG)).flags.includes('--audit-log-maxage=30'));
    assert.match(enable(manifest, { log: { maxAge: 7 } }), /maxage=5\n {4}- --audit-log-maxage=7\n/);
  });

  test('the directory of the log becomes writable', () => {
    const manifest = KUBEADM.replace(
      '  hostNetwork: true\n',
      '    - mountPath: /var/log/kubernetes/audit/\n      name: audit\n      readOnly: true\n  hostNetwork: true\n',
    ).replace(
      'status: {}\n',
      '  - hostPath:\n      path: /var/log/kubernetes/audit\n    name: audit\nstatus: {}\n',
    );
    assert.deepEqual(shape(enable(manifest, LOG)).mounts.slice(1), [
      '/var/log/kubernetes/audit/<-/var/log/kubernetes/audit - rw',
      LOG_MOUNTS[0],
    ]);
  });

  test('a directory around that of the log is enough when it is the same on the host, and can be written', () => {
    const around = (hostPath: string, more = ''): string[] => {
      const manifest = KUBEADM.replace(
        '  hostNetwork: true\n',
        `    - mountPath: /var/log\n      name: logs\n${more}  hostNetwork: true\n`,
      ).replace('status: {}\n', `  - hostPath:\n      path: ${hostPath}\n    name: logs\nstatus: {}\n`);
      return shape(enable(manifest, LOG)).mounts.slice(2);
    };
    assert.deepEqual(around('/var/log'), LOG_MOUNTS.slice(0, 1));
    assert.deepEqual(around('/mnt/log'), LOG_MOUNTS);
    assert.deepEqual(around('/var/log', '      readOnly: true\n'), LOG_MOUNTS);
    assert.deepEqual(around('/var/log', '      subPath: a\n'), LOG_MOUNTS);
  });

  test('a name of a volume that is taken, and a volume that is mounted elsewhere', () => {
    const manifest = KUBEADM.replace(
      'status: {}\n',
      '  - emptyDir: {}\n    name: audit-log\n  - hostPath:\n      path: /etc/kubernetes/audit-policy.yaml\n    name: mine\nstatus: {}\n',
    );
    const after = enable(manifest, LOG);
    assert.match(after, /name: audit-log-2/);
    assert.match(after, /mountPath: \/etc\/kubernetes\/audit-policy.yaml\n {6}name: mine\n/);
  });

  test('a log on standard output needs no directory', () => {
    assert.deepEqual(shape(enable(KUBEADM, { log: { path: '-' } })).mounts.slice(1), [LOG_MOUNTS[0]]);
  });
});

describe('what cannot be edited is refused', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['no pod', 'apiVersion: apps/v1\nkind: Deployment\n', /not the manifest of a pod/],
    [
      'another program',
      KUBEADM.replaceAll('kube-apiserver', 'kube-scheduler'),
      /no container of the pod runs/,
    ],
    ['several documents', `${KUBEADM}---\n${KUBEADM}`, /holds 2 objects/],
    ['nothing', '', /holds 0 objects/],
    ['broken YAML', 'apiVersion: v1\n  kind: [', /m.yaml:\d+:\d+: not valid YAML/],
    [
      'a shell',
      KUBEADM.replace('    - kube-apiserver\n', '    - /bin/sh\n    - -c\n    - exec kube-apiserver --v=2\n'),
      /line of a shell/,
    ],
  ];
  for (const [name, manifest, message] of cases) {
    test(name, () => assert.throws(() => enable(manifest, LOG), message));
  }

  test('paths that are not absolute, and a log in the root', () => {
    assert.throws(() => enable(KUBEADM, { policyFile: 'policy.yaml' }), /absolute/);
    assert.throws(() => enable(KUBEADM, { log: { path: '/audit.log' } }), /directory of its own/);
  });
});
