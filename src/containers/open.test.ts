import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openContainers } from './open.ts';
import { serveJson } from './testing.ts';

const ID = 'c'.repeat(64);
const NONE = { enabled: false, sockets: [] };

test('sockets are found where the configuration says, by patterns too, and only there', async (context) => {
  const { socket } = await serveJson(context, { [`/containers/${ID}/json`]: { Id: ID, Name: '/web' } });
  mkdirSync(join(dirname(socket), 'other'));
  const service = openContainers(
    {
      docker: { enabled: true, sockets: [join(dirname(socket), '*.sock'), '/nowhere/docker.sock'] },
      podman: { enabled: false, sockets: [socket] },
      ...{ cri: NONE, containerd: NONE, label_max_len: 100 },
    },
    (_client, error) => assert.fail(error),
  );
  context.after(() => service.close());
  service.see({ id: 'c', fullId: ID, engine: 'docker' });
  service.see({ id: 'p', fullId: ID, engine: 'podman' });
  assert.equal(service.isPending('p'), false);
  await new Promise<void>((done) => service.whenSettled('c', done));
  assert.equal(service.get('c')?.name, 'web');
});

test('in a container the sockets of the machine are looked for below its root', async (context) => {
  const { socket } = await serveJson(context, { [`/containers/${ID}/json`]: { Id: ID, Name: '/web' } });
  const root = join(dirname(socket), 'host');
  mkdirSync(join(root, 'run'), { recursive: true });
  symlinkSync('/run', join(root, 'var'));
  symlinkSync(socket, join(root, 'run', 'docker.sock'));
  const service = openContainers(
    {
      docker: { enabled: true, sockets: ['/var/run/docker.sock'] },
      ...{ podman: NONE, cri: NONE, containerd: NONE, label_max_len: 100 },
    },
    (_client, error) => assert.fail(error),
    undefined,
    root,
  );
  context.after(() => service.close());
  service.see({ id: 'c', fullId: ID, engine: 'docker' });
  await new Promise<void>((done) => service.whenSettled('c', done));
  assert.equal(service.get('c')?.name, 'web');
});
