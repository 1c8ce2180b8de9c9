import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerMetadata } from '../system/container.ts';
import { contextOf, EVENT_TIME, eventOf, read, systemOf, threadOf } from './testing.ts';

const ID = 'abcdef012345';

function contextFor(containerId: string, metadata?: ContainerMetadata) {
  const system = systemOf({
    threads: [threadOf({ containerId, containerType: containerId ? 'runc' : 'host' })],
    containers: { isPending: () => false, get: (id) => (id === ID ? metadata : undefined) },
  });
  return contextOf(eventOf('getuid', { uid: 0 }), { system });
}

function readAll(context: ReturnType<typeof contextFor>, names: readonly string[]): unknown[] {
  return names.map((name) => read(context, name));
}

test('the host', () => {
  assert.deepEqual(
    readAll(contextFor(''), [
      'container.id',
      'container.name',
      'container.type',
      'container.image',
      'container.privileged',
      'container.mounts',
      'container.mount.dest[0]',
      'k8s.ns.name',
    ]),
    ['host', 'host', 'host', '', false, '', undefined, undefined],
  );
});

test('a container of which only the id is known', () => {
  assert.deepEqual(
    readAll(contextFor(ID), [
      'container.id',
      'container.type',
      'container.name',
      'container.full_id',
      'container.privileged',
      'container.start_ts',
      'container.label.a',
      'container.mounts',
      'container.mount[0]',
    ]),
    [ID, 'runc', undefined, undefined, undefined, undefined, undefined, undefined, undefined],
  );
});

test('a container that the engine told of', () => {
  const context = contextFor(ID, {
    fullId: ID.repeat(5),
    name: 'web',
    image: 'docker.io/library/nginx:1.27',
    imageRepository: 'docker.io/library/nginx',
    imageTag: '1.27',
    privileged: false,
    startTime: EVENT_TIME - 9n,
    labels: new Map([
      ['app.kubernetes.io/name', 'web'],
      ['tier', 'front'],
      ['plain', ''],
      ['io.kubernetes.pod.name', 'web-0'],
    ]),
    mounts: [
      { source: '/proc', destination: '/host/proc', mode: 'ro', writable: false, propagation: 'rslave' },
      { source: '/etc', destination: '/host/etc', mode: '', writable: true, propagation: '' },
    ],
    pod: {
      name: 'web-0',
      namespace: 'shop',
      uid: 'u-1',
      sandboxId: '0123456789abcdef',
      labels: new Map([['a', 'b']]),
    },
  });
  assert.deepEqual(
    readAll(context, [
      'container.full_id',
      'container.name',
      'container.image',
      'container.image.repository',
      'container.image.tag',
      'container.privileged',
      'container.start_ts',
      'container.duration',
    ]),
    [
      ID.repeat(5),
      'web',
      'docker.io/library/nginx:1.27',
      'docker.io/library/nginx',
      '1.27',
      false,
      EVENT_TIME - 9n,
      9,
    ],
  );
  assert.deepEqual(
    readAll(context, [
      'container.label[tier]',
      'container.label.app.kubernetes.io/name',
      'container.label.none',
      'container.labels',
    ]),
    ['front', 'web', undefined, 'app.kubernetes.io/name:web, tier:front, plain'],
  );
  assert.deepEqual(
    readAll(context, [
      'container.mounts',
      'container.mount[1]',
      'container.mount.source[0]',
      'container.mount.dest[0]',
      'container.mount.rdwr[1]',
      'container.mount.dest[2]',
      'container.mount.dest[/et*]',
      'container.mount.dest[/host*]',
      'container.mount.source[/host*]',
    ]),
    [
      '/proc:/host/proc:ro:false:rslave,/etc:/host/etc::true:',
      '/etc:/host/etc::true:',
      '/proc',
      '/host/proc',
      'true',
      undefined,
      '/host/etc',
      undefined,
      '/proc',
    ],
  );
  assert.deepEqual(
    readAll(context, [
      'k8s.pod.name',
      'k8s.ns.name',
      'k8s.pod.uid',
      'k8s.pod.id',
      'k8s.pod.sandbox_id',
      'k8s.pod.full_sandbox_id',
      'k8s.pod.label.a',
      'k8s.pod.labels',
      'k8s.svc.name',
      'k8s.pod.ip',
    ]),
    ['web-0', 'shop', 'u-1', 'u-1', '0123456789ab', '0123456789abcdef', 'b', 'a:b', undefined, undefined],
  );
});

test('the start of a container is that of its pid namespace, where it has one', () => {
  const pidNamespaceStart = EVENT_TIME - 7n;
  const startOf = (hostPid: boolean): unknown[] => {
    const system = systemOf({
      threads: [threadOf({ containerId: ID, pidNamespaceStart })],
      containers: {
        isPending: () => false,
        get: () => ({ fullId: ID, hostPid, startTime: EVENT_TIME - 5n }),
      },
    });
    const context = contextOf(eventOf('getuid', { uid: 0 }), { system });
    return [read(context, 'container.start_ts'), read(context, 'container.duration')];
  };
  assert.deepEqual(startOf(false), [pidNamespaceStart, 7]);
  assert.deepEqual(startOf(true), [EVENT_TIME - 5n, 5]);
});
