import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerMetadata } from '../system/container.ts';
import type { ContainerIdentity } from '../system/containers/cgroup-id.ts';
import type { EngineApi, EngineClient } from './client.ts';
import { ContainerMetadataService, type ServiceOptions } from './service.ts';

const FULL_ID = 'a'.repeat(64);
const DOCKER: ContainerIdentity = { id: FULL_ID.slice(0, 12), fullId: FULL_ID, engine: 'docker' };

type Answer = ContainerMetadata | undefined | Error;

/** A client that gives its answers one after the other, the last one again and again. */
function clientOf(api: EngineApi, ...answers: Answer[]): EngineClient & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    api,
    asked,
    socket: `/${api}.sock`,
    async inspect(id) {
      asked.push(id);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close() {},
  };
}

function serviceOf(clients: EngineClient[], options: Partial<ServiceOptions> = {}) {
  const failures: string[] = [];
  const service = new ContainerMetadataService({
    clients,
    retryPauses: [1, 1],
    isThere: () => true,
    onFailure: ({ api }, { message }) => failures.push(`${api}: ${message}`),
    ...options,
  });
  const settled = (id = DOCKER.id): Promise<void> => new Promise((done) => service.whenSettled(id, done));
  return { service, failures, settled };
}

test('the engine is asked once, and its answer is kept', async () => {
  const docker = clientOf('docker', { fullId: FULL_ID, name: 'web' });
  const { service, settled } = serviceOf([docker]);
  service.see(DOCKER);
  service.see(DOCKER);
  assert.equal(service.isPending(DOCKER.id), true);
  assert.deepEqual(service.get(DOCKER.id), { fullId: FULL_ID }, 'the id is known without asking');
  await settled();
  service.see(DOCKER);
  assert.equal(service.isPending(DOCKER.id), false);
  assert.equal(service.get(DOCKER.id)?.name, 'web');
  assert.deepEqual(docker.asked, [FULL_ID]);
});

test('an engine that does not know the container yet is asked again, but not for ever', async () => {
  const late = clientOf('docker', undefined, undefined, { fullId: FULL_ID, name: 'web' });
  const { service, settled } = serviceOf([late]);
  service.see(DOCKER);
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'web');

  const never = clientOf('docker', undefined);
  const other = serviceOf([never]);
  other.service.see(DOCKER);
  await other.settled();
  assert.deepEqual(other.service.get(DOCKER.id), { fullId: FULL_ID });
  assert.equal(never.asked.length, 3);
  assert.equal(other.service.statistics.unknown, 1);
});

test('an engine that was away is asked again after a while, and no alert waits for it then', async () => {
  let now = 0;
  const docker = clientOf('docker', undefined, undefined, undefined, { fullId: FULL_ID, name: 'web' });
  const { service, settled } = serviceOf([docker], { clock: () => now });
  service.see(DOCKER);
  await settled();
  service.see(DOCKER);
  assert.equal(docker.asked.length, 3);
  now = 60_000;
  service.see(DOCKER);
  assert.equal(service.isPending(DOCKER.id), false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(service.get(DOCKER.id)?.name, 'web');
  now = 120_000;
  service.see(DOCKER);
  assert.equal(docker.asked.length, 4);
});

test('only APIs that can know a container are asked, in order', async () => {
  const clients = [
    clientOf('podman', undefined),
    clientOf('containerd', { fullId: FULL_ID, name: 'plain' }),
    clientOf('cri', undefined),
  ];
  const { service, settled } = serviceOf(clients);
  service.see({ ...DOCKER, engine: 'containerd' });
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'plain');
  assert.deepEqual(
    clients.map(({ asked }) => asked.length),
    [0, 1, 1],
  );
});

test('nobody waits where there is nobody to ask', () => {
  const docker = clientOf('docker', undefined);
  const { service } = serviceOf([docker], { isThere: () => false });
  service.see(DOCKER);
  service.see({ id: 'r', fullId: 'r', engine: 'runc' });
  assert.equal(service.isPending(DOCKER.id), false);
  assert.equal(service.isPending('r'), false);
  assert.deepEqual(docker.asked, []);
});

test('a failing engine is told of once for each cause, and counted', async () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const { service, failures, settled } = serviceOf([clientOf('docker', refused)]);
  service.see(DOCKER);
  await settled();
  assert.deepEqual(failures, ['docker: refused']);
  assert.equal(service.statistics.failures, 3);
});

test('containers that are gone are forgotten; too many push out the one seen longest ago', async () => {
  const { service } = serviceOf([], { limit: 2 });
  const identity = (id: string): ContainerIdentity => ({ id, fullId: id, engine: 'runc' });
  service.see(identity('a'));
  service.see(identity('b'));
  service.see(identity('a'));
  service.see(identity('c'));
  assert.deepEqual(
    [service.get('a')?.fullId, service.get('b'), service.get('c')?.fullId],
    ['a', undefined, 'c'],
  );
  assert.equal(service.statistics.evicted, 1);
  service.retain(new Set(['c']));
  assert.deepEqual([service.get('a'), service.get('c')?.fullId], [undefined, 'c']);
});

test('closing lets nobody wait', async () => {
  const { service, settled } = serviceOf([clientOf('docker', undefined)], { retryPauses: [1_000_000] });
  service.see(DOCKER);
  const waiting = settled();
  service.close();
  await waiting;
});

test('a container that its engine creates is asked about before any process is seen', async () => {
  const docker = clientOf('docker', { fullId: FULL_ID, name: 'web' });
  const { service, settled } = serviceOf([
    {
      ...docker,
      async listen(onCreated) {
        onCreated(FULL_ID);
        await new Promise(() => {});
      },
    },
  ]);
  service.listen();
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'web');
  service.close();
});

/** Which clients are asked about a container, in order, and who has told of it. */
async function askedAbout(user: number | undefined, sockets: readonly string[], hostRoot = '') {
  const asked: string[] = [];
  const clients = sockets.map(
    (socket): EngineClient => ({
      ...clientOf('docker'),
      socket,
      async inspect(fullId) {
        asked.push(socket);
        return socket.includes('knows') ? { fullId, name: socket } : undefined;
      },
    }),
  );
  const { service, settled } = serviceOf(clients, { retryPauses: [], hostRoot });
  service.see(DOCKER, user);
  await settled();
  return { asked, knownTo: service.get(DOCKER.id)?.knownTo };
}

test("a user's engine is asked about what lies in his own control groups, and last", async () => {
  const users = '/run/user/1000/knows.sock';
  const sockets = [users, '/home/me/engine.sock', '/var/run/engine.sock'];
  assert.deepEqual(await askedAbout(undefined, sockets), {
    asked: ['/var/run/engine.sock', '/home/me/engine.sock'],
    knownTo: undefined,
  });
  assert.deepEqual(await askedAbout(1001, [users]), { asked: [], knownTo: undefined });
  assert.deepEqual(await askedAbout(1000, sockets), {
    asked: ['/var/run/engine.sock', '/home/me/engine.sock', users],
    knownTo: 1000,
  });
  assert.equal((await askedAbout(1000, ['/run/knows.sock', users])).knownTo, 'system');
  assert.equal((await askedAbout(undefined, ['/home/me/knows.sock'])).knownTo, 'any');
  assert.equal((await askedAbout(undefined, ['/host/run/knows.sock'], '/host')).knownTo, 'system');
});

test("what a user's engine has said does not count when the container turns out not to be his", async () => {
  const users = { ...clientOf('docker', { fullId: FULL_ID, name: 'trusted' }), socket: '/run/user/7/d.sock' };
  const systems = {
    ...clientOf('docker', undefined, { fullId: FULL_ID, name: 'web' }),
    socket: '/run/d.sock',
  };
  const { service, settled } = serviceOf([users, systems], { retryPauses: [] });
  service.see(DOCKER, 7);
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'trusted');
  service.see(DOCKER);
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'web');
  service.see(DOCKER, 7);
  await settled();
  assert.equal(service.get(DOCKER.id)?.name, 'web', 'nor afterwards');
});
