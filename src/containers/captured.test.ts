import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event } from '../system/testing/event-builder.ts';
import { CapturedContainers } from './captured.ts';

const NODE = {
  id: 'ad64969c62e5',
  full_id: 'ad64969c62e5'.padEnd(64, '0'),
  name: 'express',
  image: 'node:20',
  imagerepo: 'node',
  imagetag: '20',
  ip: '172.17.0.2',
  privileged: true,
  created_time: 1_730_971_086,
  labels: { 'io.kubernetes.pod.name': 'web', 'io.kubernetes.pod.namespace': 'shop' },
  Mounts: [{ Source: '/a', Destination: '/b', Mode: 'ro', RW: false, Propagation: 'rprivate' }],
};

function told(container: unknown): string {
  return JSON.stringify({ container });
}

test('old and new events tell of containers', () => {
  const containers = new CapturedContainers();
  containers.learn(event('container', { tid: 0 }, { json: told(NODE) }));
  const metadata = containers.get(NODE.id);
  assert.deepEqual(
    [metadata?.name, metadata?.imageRepository, metadata?.imageTag, metadata?.privileged, metadata?.ip],
    ['express', 'node', '20', true, '172.17.0.2'],
  );
  assert.equal(metadata?.fullId, NODE.full_id);
  assert.equal(metadata?.startTime, 1_730_971_086_000_000_000n);
  assert.deepEqual([metadata?.pod?.name, metadata?.pod?.namespace], ['web', 'shop']);
  assert.equal(metadata?.mounts?.[0]?.destination, '/b');
  const asynchronous = (name: string, container: unknown) =>
    event('asyncevent', { tid: 0 }, { name, data: Buffer.from(`${told(container)}\0`) });
  containers.learn(asynchronous('container', { ...NODE, name: 'renamed' }));
  assert.equal(containers.get(NODE.id)?.name, 'renamed');
  containers.learn(asynchronous('other', { ...NODE, name: 'no' }));
  assert.equal(containers.get(NODE.id)?.name, 'renamed');
  containers.learn(asynchronous('container_removed', NODE));
  assert.equal(containers.get(NODE.id), undefined);
});

test('damaged text tells nothing', () => {
  const containers = new CapturedContainers();
  for (const json of ['', '{', 'null', '{"container":null}', '{"container":{"id":7}}', '{"container":[]}'])
    containers.learn(event('container', { tid: 0 }, { json }));
  containers.learn(event('close', { tid: 1 }, { res: 0n, fd: 3n }));
  assert.equal(containers.get(''), undefined);
});
