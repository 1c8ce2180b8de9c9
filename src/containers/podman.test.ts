import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PodmanClient } from './podman.ts';
import { serveJson } from './testing.ts';

const ID = 'f92b73edb6a6384288b67c5bf14d256477084202a5be71f8f5e7570d8563de95';

/** What Podman 4.3 answers, without what nobody reads. */
const CONTAINER = {
  Id: ID,
  State: { StartedAt: '2026-11-21T23:37:28.842811827+01:00' },
  Image: '6b3509801c2185010e48f83a559d4bea443c6a0651bc47b56f410e589e612a43',
  ImageName: 'docker.io/library/lanner-test:1.2',
  ImageDigest: 'sha256:4663',
  Name: 'web',
  Mounts: [
    { Type: 'bind', Source: '/srv', Destination: '/mnt', Mode: '', RW: true, Propagation: 'rprivate' },
  ],
  NetworkSettings: { IPAddress: '', Networks: { podman: { IPAddress: '10.88.0.2' } } },
  Config: { Env: ['SECRET=hunter2'], Labels: { a: 'b' }, Healthcheck: { Test: ['CMD-SHELL', 'true'] } },
  HostConfig: { NetworkMode: 'bridge', PidMode: 'host', IpcMode: 'shareable', Privileged: true },
};

test('what Podman tells becomes metadata', async (context) => {
  const { socket } = await serveJson(context, { [`/v4.0.0/libpod/containers/${ID}/json`]: CONTAINER });
  const client = new PodmanClient(socket, 100);
  context.after(() => client.close());
  assert.deepEqual(await client.inspect(ID), {
    fullId: ID,
    name: 'web',
    image: 'docker.io/library/lanner-test:1.2',
    imageId: CONTAINER.Image,
    imageRepository: 'docker.io/library/lanner-test',
    imageTag: '1.2',
    imageDigest: 'sha256:4663',
    privileged: true,
    ports: [],
    mounts: [{ source: '/srv', destination: '/mnt', mode: '', writable: true, propagation: 'rprivate' }],
    labels: new Map([['a', 'b']]),
    startTime: 1795300648842811827n,
    ip: '10.88.0.2',
    cniJson: '',
    hostPid: true,
    hostNetwork: false,
    hostIpc: false,
    healthcheck: 'true',
    pod: undefined,
  });
  assert.equal(await client.inspect('0'.repeat(64)), undefined);
});
