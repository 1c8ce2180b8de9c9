import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockerClient } from './docker.ts';
import { serveJson, socketPath } from './testing.ts';

const ID = '48d956d249925ae7e459cbbd2e53c5538b6e49d5cf1361a99ca5c5b55f758746';
const IMAGE = 'sha256:6b3509801c2185010e48f83a559d4bea443c6a0651bc47b56f410e589e612a43';

/** What `dockerd` 20.10 answers, without what nobody reads. */
const CONTAINER = {
  Id: ID,
  State: { Status: 'running', StartedAt: '2026-11-21T22:37:26.993073714Z' },
  Image: IMAGE,
  Name: '/web',
  HostConfig: { NetworkMode: 'default', PidMode: '', IpcMode: 'private', Privileged: false },
  Mounts: [
    { Type: 'bind', Source: '/srv/größe', Destination: '/mnt', Mode: 'ro', RW: false, Propagation: 'rslave' },
  ],
  Config: {
    Env: ['SECRET=hunter2'],
    Image: 'shop/web:1.2',
    Labels: { maintainer: 'nobody', long: 'x'.repeat(101) },
    Healthcheck: { Test: ['CMD', '/bin/check'] },
  },
  NetworkSettings: { IPAddress: '172.17.0.2' },
};
const CONTAINER_PATH = `/containers/${ID}/json`;
const IMAGE_PATH = `/images/${encodeURIComponent(IMAGE)}/json`;
const IMAGE_ANSWER = {
  Id: IMAGE,
  RepoTags: ['other/name:9', 'shop/web:1.2'],
  RepoDigests: ['shop/web@sha256:d1'],
};

test('what Docker tells becomes metadata', async (context) => {
  const { socket } = await serveJson(context, { [CONTAINER_PATH]: CONTAINER, [IMAGE_PATH]: IMAGE_ANSWER });
  const client = new DockerClient(socket, 100);
  context.after(() => client.close());
  const metadata = await client.inspect(ID);
  assert.deepEqual(metadata, {
    fullId: ID,
    name: 'web',
    image: 'shop/web:1.2',
    imageId: IMAGE.slice('sha256:'.length),
    imageRepository: 'shop/web',
    imageTag: '1.2',
    imageDigest: 'sha256:d1',
    privileged: false,
    ports: [],
    mounts: [
      {
        source: '/srv/gr\xc3\xb6\xc3\x9fe',
        destination: '/mnt',
        mode: 'ro',
        writable: false,
        propagation: 'rslave',
      },
    ],
    labels: new Map([['maintainer', 'nobody']]),
    startTime: 1795300646993073714n,
    ip: '172.17.0.2',
    cniJson: '',
    hostPid: false,
    hostNetwork: false,
    hostIpc: false,
    healthcheck: '/bin/check',
    pod: undefined,
  });
  assert.doesNotMatch(JSON.stringify([...Object.values(metadata ?? {})].map(String)), /hunter2/);
});

test('a privileged container in the namespaces of the host, and one in the network of another', async (context) => {
  const host = {
    ...CONTAINER,
    HostConfig: { NetworkMode: 'host', PidMode: 'host', IpcMode: 'host', Privileged: true },
  };
  const joined = {
    ...CONTAINER,
    HostConfig: { NetworkMode: 'container:owner' },
    NetworkSettings: { IPAddress: '' },
  };
  const { socket } = await serveJson(context, {
    '/containers/host/json': host,
    '/containers/joined/json': joined,
    '/containers/owner/json': CONTAINER,
  });
  const client = new DockerClient(socket, 100);
  context.after(() => client.close());
  const metadata = await client.inspect('host');
  assert.deepEqual(
    [metadata?.privileged, metadata?.hostPid, metadata?.hostNetwork, metadata?.hostIpc],
    [true, true, true, true],
  );
  assert.equal(metadata?.imageRepository, undefined, 'the image is gone');
  assert.equal((await client.inspect('joined'))?.ip, '172.17.0.2');
});

test('an unknown container, an engine that fails, and none at all', async (context) => {
  const { socket } = await serveJson(context, { '/containers/bad/json': 500 });
  const client = new DockerClient(socket, 100);
  context.after(() => client.close());
  assert.equal(await client.inspect(ID), undefined);
  await assert.rejects(client.inspect('bad'), /HTTP status 500/);
  const nobody = new DockerClient(socketPath(context), 100);
  await assert.rejects(nobody.inspect(ID), { code: 'ENOENT' });
});

test('an answer that is no JSON has no facts, and does no harm', async (context) => {
  const { socket } = await serveJson(context, { [CONTAINER_PATH]: ['a', 1] });
  const client = new DockerClient(socket, 100);
  context.after(() => client.close());
  assert.equal((await client.inspect(ID))?.name, '');
});

test('Docker tells of containers that it creates', async (context) => {
  const filters = encodeURIComponent('{"type":["container"],"event":["create"]}');
  const lines = ['a', 'b'].map((ID) => JSON.stringify({ Type: 'container', Actor: { ID } }));
  const { socket } = await serveJson(context, { [`/events?filters=${filters}`]: `${lines.join('\n')}\n` });
  const client = new DockerClient(socket, 100);
  context.after(() => client.close());
  const created: string[] = [];
  await client.listen((id) => created.push(id));
  assert.deepEqual(created, ['a', 'b']);
});
