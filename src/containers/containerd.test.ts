import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContainerdClient } from './containerd.ts';
import { bytesField as bytes, integerField as integer, Message } from './protobuf.ts';
import { notFound, serveGrpc } from './testing.ts';

/** The specification of a container that `ctr run` makes, without what nobody reads. */
const SPEC = {
  process: { env: ['SECRET=hunter2'] },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro'] },
    { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] },
  ],
  linux: {
    namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'mount' }],
    maskedPaths: ['/proc/kcore'],
    rootfsPropagation: 'rslave',
  },
};

/** What a privileged container has instead. */
const PRIVILEGED = {
  mounts: [{ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['rw'] }],
  linux: { namespaces: [{ type: 'pid' }] },
};

function container(id: string, spec: object): Buffer {
  return bytes(
    1,
    Buffer.concat([
      bytes(1, id),
      bytes(2, Buffer.concat([bytes(1, 'a'), bytes(2, 'b')])),
      bytes(3, 'docker.io/library/web:1.2'),
      bytes(5, bytes(2, Buffer.from(JSON.stringify(spec)))),
      bytes(8, Buffer.concat([integer(1, 1_700_000_000), integer(2, 5)])),
    ]),
  );
}

async function clientFor(context: Parameters<typeof serveGrpc>[0]): Promise<ContainerdClient> {
  const socket = await serveGrpc(context, (method, question, headers) => {
    const id = new Message(question).text(1);
    if (method === 'containerd.services.namespaces.v1.Namespaces/List')
      return Buffer.concat(['moby', 'default'].map((name) => bytes(1, bytes(1, name))));
    if (headers['containerd-namespace'] !== 'default') return notFound();
    if (method === 'containerd.services.images.v1.Images/Get')
      return bytes(1, bytes(3, bytes(2, 'sha256:d1')));
    if (id === 'plain') return container(id, SPEC);
    return id === 'mighty' ? container(id, PRIVILEGED) : notFound();
  });
  const client = new ContainerdClient(socket, 100);
  context.after(() => client.close());
  return client;
}

test('what containerd tells becomes metadata', async (context) => {
  const client = await clientFor(context);
  const mount = { writable: true, mode: '', propagation: 'rslave' };
  assert.deepEqual(await client.inspect('plain'), {
    fullId: 'plain',
    name: 'plain',
    image: 'docker.io/library/web:1.2',
    imageRepository: 'docker.io/library/web',
    imageTag: '1.2',
    imageId: '',
    imageDigest: 'sha256:d1',
    privileged: false,
    ports: [],
    mounts: [
      { ...mount, source: 'proc', destination: '/proc' },
      { ...mount, source: 'sysfs', destination: '/sys', writable: false },
      { ...mount, source: 'tmpfs', destination: '/run', mode: '755' },
    ],
    labels: new Map([['a', 'b']]),
    startTime: 1_700_000_000_000_000_005n,
    ip: '',
    cniJson: '',
    hostPid: false,
    hostNetwork: true,
    hostIpc: false,
    pod: undefined,
  });
});

test('a container is privileged when nothing is kept from it', async (context) => {
  const client = await clientFor(context);
  assert.equal((await client.inspect('mighty'))?.privileged, true);
  assert.equal(await client.inspect('unknown'), undefined);
});
