import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterDirectory, ClusterObject, ClusterPod } from '../system/cluster.ts';
import type { ContainerMetadata } from '../system/container.ts';
import { contextOf, eventOf, read, systemOf, threadOf } from './testing.ts';

const ID = 'abcdef012345';

function object(name: string, labels: Readonly<Record<string, string>> = {}): ClusterObject {
  return { name, uid: `uid-${name}`, labels: new Map(Object.entries(labels)) };
}

const POD: ClusterPod = {
  ...object('web-5d-x', { app: 'web', tier: 'front' }),
  ...{
    ip: '10.1.2.3',
    serviceAccount: 'teller',
    namespaceName: 'shop',
    namespace: object('shop', { team: 'sales' }),
  },
  ...{
    deployment: object('web', { release: 'r1' }),
    replicaSet: object('web-5d'),
    replicationController: undefined,
  },
  services: [object('front', { a: 'b' }), object('back', { a: 'c' })],
  owner: { kind: 'Deployment', name: 'web' },
};

const CLUSTER: ClusterDirectory = {
  pod: (uid) => (uid === POD.uid ? POD : undefined),
  podOfContainer: (id) => (id === ID ? POD : undefined),
  statistics: { pods: 1, lists: 0, failures: 0, refused: 0 },
};

function contextFor(containerId: string, metadata?: ContainerMetadata, cluster?: ClusterDirectory) {
  const system = {
    ...systemOf({
      threads: [threadOf({ containerId, containerType: containerId ? 'containerd' : 'host' })],
      containers: { isPending: () => false, get: () => metadata },
    }),
    cluster,
  };
  return contextOf(eventOf('getuid', { uid: 0 }), { system });
}

const EXPECTED = {
  'k8smeta.pod.name': 'web-5d-x',
  'k8smeta.pod.uid': 'uid-web-5d-x',
  'k8smeta.pod.label[app]': 'web',
  'k8smeta.pod.labels': ['app:web', 'tier:front'],
  'k8smeta.pod.ip': '10.1.2.3',
  'k8smeta.pod.service_account': 'teller',
  'k8smeta.ns.name': 'shop',
  'k8smeta.ns.label[team]': 'sales',
  'k8smeta.deployment.name': 'web',
  'k8smeta.deployment.labels': ['release:r1'],
  'k8smeta.rs.uid': 'uid-web-5d',
  'k8smeta.rc.name': undefined,
  'k8smeta.svc.name': ['front', 'back'],
  'k8smeta.svc.uid': ['uid-front', 'uid-back'],
  'k8smeta.svc.label[a]': ['b', 'c'],
  'k8smeta.svc.label[none]': undefined,
  'k8smeta.svc.labels': ['a:b', 'a:c'],
  'k8smeta.owner.kind': 'Deployment',
  'k8smeta.owner.name': 'web',
};

test('the cluster is asked about the pod that the engine names', () => {
  const pod = { name: 'web-5d-x', namespace: 'shop', uid: POD.uid };
  const context = contextFor('000000000000', { fullId: 'x', pod }, CLUSTER);
  for (const [field, value] of Object.entries(EXPECTED)) assert.deepEqual(read(context, field), value, field);
});

test('where no engine answers the cluster knows the pod by the container', () => {
  const context = contextFor(ID, undefined, CLUSTER);
  for (const [field, value] of Object.entries(EXPECTED)) assert.deepEqual(read(context, field), value, field);
  assert.equal(read(context, 'k8s.pod.name'), 'web-5d-x');
  assert.equal(read(context, 'k8s.ns.name'), 'shop');
  assert.equal(read(context, 'k8s.pod.label[app]'), 'web');
  assert.equal(read(context, 'k8s.pod.labels'), 'app:web, tier:front');
  assert.equal(read(context, 'k8s.pod.ip'), '10.1.2.3');
});

test('what the engine says of the pod goes before what the cluster says', () => {
  const pod = { name: 'told', namespace: 'shop', uid: POD.uid, labels: new Map([['app', 'engine']]) };
  const context = contextFor(ID, { fullId: 'x', pod }, CLUSTER);
  assert.equal(read(context, 'k8s.pod.label[app]'), 'engine');
  assert.equal(read(context, 'k8smeta.pod.label[app]'), 'web');
});

test('a pod that claims the uid of another is not taken for it', () => {
  const pod = { name: 'other', namespace: 'shop', uid: POD.uid };
  const context = contextFor('000000000000', { fullId: 'x', pod }, CLUSTER);
  assert.equal(read(context, 'k8smeta.pod.label[app]'), undefined);
});

test('without a cluster, and on the host, all is missing', () => {
  for (const context of [contextFor(ID, { fullId: 'x' }), contextFor('', undefined, CLUSTER)])
    for (const field of Object.keys(EXPECTED)) assert.equal(read(context, field), undefined, field);
});
