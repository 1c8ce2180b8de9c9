import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ClusterAccess, clusterAccess } from '../cluster/access.ts';
import { ApiClient } from '../cluster/api-client.ts';
import { ClusterMetadata, type ClusterMetadataOptions } from './cluster-metadata.ts';
import { startWatchedServer, type WatchedServer } from './watched-server.test-kit.ts';

const PODS = '/api/v1/pods';
const SERVICES = '/api/v1/services';
const NAMESPACES = '/api/v1/namespaces';
const SETS = '/apis/apps/v1/namespaces/shop/replicasets/web-5d';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments/web';
const ID = 'a'.repeat(64);

const owner = (kind: string, name: string, uid: string) => ({
  ownerReferences: [{ kind, name, uid, controller: true }],
});

const POD = {
  metadata: {
    ...{ name: 'web-5d-x', namespace: 'shop', uid: 'u1', labels: { app: 'web', tier: 'front' } },
    ...owner('ReplicaSet', 'web-5d', 'u2'),
  },
  spec: { serviceAccountName: 'teller' },
  status: { podIP: '10.1.2.3', containerStatuses: [{ containerID: `containerd://${ID}` }] },
};

const OBJECTS = {
  [PODS]: [POD],
  [NAMESPACES]: [{ metadata: { name: 'shop', uid: 'n1', labels: { team: 'sales' } } }],
  [SERVICES]: [
    {
      metadata: { name: 'front', namespace: 'shop', uid: 's1', labels: { a: 'b' } },
      spec: { selector: { app: 'web' } },
    },
    { metadata: { name: 'other', namespace: 'shop', uid: 's2' }, spec: { selector: { app: 'api' } } },
    { metadata: { name: 'front', namespace: 'test', uid: 's3' }, spec: { selector: { app: 'web' } } },
    { metadata: { name: 'headless', namespace: 'shop', uid: 's4' }, spec: {} },
  ],
};

const SINGLE = {
  [SETS]: {
    metadata: { name: 'web-5d', uid: 'u2', labels: { hash: '5d' }, ...owner('Deployment', 'web', 'u3') },
  },
  [DEPLOYMENTS]: { metadata: { name: 'web', uid: 'u3', labels: { release: 'r1' } } },
};

interface Opened {
  readonly server: WatchedServer;
  readonly metadata: ClusterMetadata;
  readonly log: string[];
  /** Resolves when `done` is true; looked at whenever the server was asked, and in between. */
  until(done: () => boolean): Promise<void>;
  advance(milliseconds: number): void;
}

async function open(context: TestContext, options: Partial<ClusterMetadataOptions> = {}): Promise<Opened> {
  const server = await startWatchedServer(context, structuredClone(OBJECTS), structuredClone(SINGLE));
  return openAt(context, server, server.access, options);
}

function openAt(
  context: TestContext,
  server: WatchedServer,
  access: ClusterAccess,
  options: Partial<ClusterMetadataOptions> = {},
): Opened {
  const log: string[] = [];
  let now = 0;
  const metadata = new ClusterMetadata({
    ...{ client: new ApiClient(access, 6), node: 'node-7', log: (line) => void log.push(line) },
    ...{ clock: () => now, pauses: { first: 1, last: 20 }, ...options },
  });
  context.after(() => metadata.close());
  metadata.start();
  return {
    ...{ server, metadata, log },
    async until(done) {
      const limit = AbortSignal.timeout(20_000);
      while (!done()) {
        limit.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

const isWhole =
  ({ metadata }: Opened) =>
  () => {
    const pod = metadata.pod('u1');
    return pod?.deployment?.labels.size === 1 && pod.namespace !== undefined && pod.services.length > 0;
  };

test('a pod is known with what it belongs to, by its uid and by its containers', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const pod = opened.metadata.pod('u1');
  assert.ok(pod);
  assert.deepEqual(
    [pod.name, pod.namespaceName, pod.ip, pod.serviceAccount],
    ['web-5d-x', 'shop', '10.1.2.3', 'teller'],
  );
  assert.deepEqual(pod.namespace?.labels, new Map([['team', 'sales']]));
  assert.equal(pod.replicaSet?.labels.get('hash'), '5d');
  assert.deepEqual([pod.deployment?.name, pod.deployment?.uid], ['web', 'u3']);
  assert.equal(pod.replicationController, undefined);
  assert.deepEqual(pod.owner, { kind: 'Deployment', name: 'web' });
  assert.deepEqual(
    pod.services.map(({ uid }) => uid),
    ['s1'],
  );
  assert.equal(opened.metadata.podOfContainer(ID.slice(0, 12)), pod);
  assert.equal(opened.metadata.pod('u9'), undefined);
  const asked = opened.server.asked.filter((path) => path.startsWith(`${PODS}?`));
  assert.ok(asked.length > 0);
  for (const path of asked) assert.match(path, /fieldSelector=spec\.nodeName%3Dnode-7/);
  assert.deepEqual(opened.log, []);
});

test('changes are told as they happen', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const { server, metadata } = opened;
  const labels = { app: 'api' };
  server.change(PODS, 'MODIFIED', { ...POD, metadata: { ...POD.metadata, labels } });
  await opened.until(() => metadata.pod('u1')?.services[0]?.uid === 's2');
  server.change(PODS, 'ADDED', { metadata: { name: 'b', namespace: 'shop', uid: 'u8' } });
  await opened.until(() => metadata.pod('u8') !== undefined);
  server.change(SERVICES, 'DELETED', OBJECTS[SERVICES][1] as object);
  await opened.until(() => metadata.pod('u1')?.services.length === 0);
  assert.equal(metadata.statistics.lists, 3, 'nothing was listed anew');
});

test('a pod that is gone is known for a minute more', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  opened.server.change(PODS, 'DELETED', POD);
  opened.server.change(PODS, 'ADDED', { metadata: { name: 'b', namespace: 'shop', uid: 'u8' } });
  await opened.until(() => opened.metadata.pod('u8') !== undefined);
  opened.metadata.tidy();
  assert.ok(opened.metadata.pod('u1'));
  opened.advance(60_000);
  opened.metadata.tidy();
  assert.equal(opened.metadata.pod('u1'), undefined);
  assert.equal(opened.metadata.podOfContainer(ID.slice(0, 12)), undefined);
  assert.equal(opened.metadata.statistics.pods, 1);
});

test('a watch that breaks off goes on where it was', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const { server, metadata } = opened;
  server.breakOff();
  server.change(PODS, 'ADDED', { metadata: { name: 'b', namespace: 'shop', uid: 'u8' } });
  await opened.until(() => metadata.pod('u8') !== undefined);
  assert.equal(metadata.statistics.lists, 3);
});

test('a version that the server has forgotten has the list read anew, and what is gone is gone', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const { server, metadata } = opened;
  server.forgetHistory(PODS, [{ metadata: { name: 'b', namespace: 'shop', uid: 'u8' } }]);
  await opened.until(() => metadata.pod('u8') !== undefined);
  assert.equal(metadata.statistics.lists, 4);
  opened.advance(60_000);
  metadata.tidy();
  assert.equal(metadata.pod('u1'), undefined);
});

test('what is forbidden is told once and counted, and the rest is known', async (context) => {
  const server = await startWatchedServer(context, structuredClone(OBJECTS), structuredClone(SINGLE));
  server.forbid(SERVICES);
  server.forbid(SETS);
  const opened = openAt(context, server, server.access);
  const { metadata, log } = opened;
  await opened.until(() => metadata.statistics.failures >= 4 && metadata.pod('u1')?.namespace !== undefined);
  // The reference says as much.
  assert.equal(metadata.pod('u1')?.replicaSet?.name, 'web-5d');
  assert.equal(log.length, 2, log.join('\n'));
  assert.match(log.join('\n'), /the cluster does not tell of services: .*forbidden/);
  server.allow(SERVICES);
  await opened.until(() => metadata.pod('u1')?.services.length === 1);
});

test('there is a limit to what is kept', async (context) => {
  const opened = await open(context, { limits: { pods: 1, services: 2 } });
  await opened.until(isWhole(opened));
  opened.server.change(PODS, 'ADDED', { metadata: { name: 'b', namespace: 'shop', uid: 'u8' } });
  await opened.until(() => opened.metadata.statistics.refused >= 2);
  assert.equal(opened.metadata.pod('u8'), undefined);
  assert.equal(opened.metadata.statistics.pods, 1);
});

test('a token that was renewed is used at the next question', async (context) => {
  const server = await startWatchedServer(context, structuredClone(OBJECTS), structuredClone(SINGLE));
  const url = new URL(server.access.server);
  writeFileSync(join(server.folder, 'token'), 'old');
  writeFileSync(join(server.folder, 'ca.crt'), readFileSync(join(server.folder, 'server.crt')));
  const access = clusterAccess({
    environment: {
      KUBERNETES_SERVICE_HOST: url.hostname,
      KUBERNETES_SERVICE_PORT: url.port,
      HOME: server.folder,
    },
    serviceAccount: server.folder,
  });
  server.expect('Bearer new');
  const opened = openAt(context, server, access);
  await opened.until(() => opened.metadata.statistics.failures >= 1);
  assert.match(opened.log.join('\n'), /Unauthorized/);
  writeFileSync(join(server.folder, 'token'), 'new\n');
  await opened.until(isWhole(opened));
});

test('a static pod is known by the uid that its kubelet gives it', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const annotations = { 'kubernetes.io/config.hash': 'f00d' };
  opened.server.change(PODS, 'ADDED', {
    metadata: { name: 'etcd', namespace: 'kube-system', uid: 'u8', annotations },
  });
  await opened.until(() => opened.metadata.pod('f00d')?.name === 'etcd');
});

test('a pod that claims the uid of another by an annotation does not take its place', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  const annotations = { 'kubernetes.io/config.hash': 'u1' };
  opened.server.change(PODS, 'ADDED', {
    metadata: { name: 'b', namespace: 'other', uid: 'u8', annotations },
  });
  await opened.until(() => opened.metadata.pod('u8') !== undefined);
  assert.equal(opened.metadata.pod('u1')?.name, 'web-5d-x');
});

test('closing ends all connections', async (context) => {
  const opened = await open(context);
  await opened.until(isWhole(opened));
  opened.metadata.close();
  await opened.until(() => opened.server.watches === 0);
  await once(opened.server.close(), 'close');
});
