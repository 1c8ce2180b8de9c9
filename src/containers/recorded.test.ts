import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { eventCodes } from '../events/table.ts';
import type { ContainerMetadata } from '../system/container.ts';
import { CapturedContainers } from './captured.ts';
import { Json } from './json.ts';
import { containerJson } from './recorded.ts';

const CONTAINER = eventCodes('container').at(-1) ?? 0;
const ID = 'ad8549094462';

const FULL: ContainerMetadata = {
  ...{ fullId: ID.repeat(5), name: toByteString('Bär'), image: 'fedora:38', imageId: 'abc', imageTag: '38' },
  ...{
    imageRepository: 'fedora',
    imageDigest: 'sha256:1',
    privileged: true,
    startTime: 1_700_000_000_123_456_789n,
  },
  mounts: [{ source: '/a', destination: '/b', mode: 'ro', writable: false, propagation: 'rprivate' }],
  labels: new Map([['maintainer', 'somebody']]),
  ...{ ip: '172.17.0.2', cniJson: '{}', hostPid: false, hostNetwork: true, hostIpc: false },
  ...{ healthcheck: 'NONE', livenessProbe: 'true', readinessProbe: undefined },
  pod: {
    name: 'p',
    namespace: 'n',
    uid: 'u',
    sandboxId: 's',
    labels: new Map([['app', 'x']]),
    ip: '10.0.0.1',
  },
};

function told(containers: CapturedContainers, json: string, milliseconds = 1): void {
  const cursor = new EventCursor();
  cursor.attach(
    encodeEvent({ code: CONTAINER, timestamp: BigInt(milliseconds) * 1_000_000n, values: [json] }),
  );
  cursor.moveTo(0);
  containers.learn(cursor);
}

/** Without keys that say nothing. */
function plain(metadata: unknown): unknown {
  return JSON.parse(
    JSON.stringify(metadata, (_, value) =>
      typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value,
    ),
  );
}

test('all that is known of a container comes back', () => {
  for (const metadata of [FULL, { fullId: 'only' }]) {
    const containers = new CapturedContainers();
    told(containers, containerJson(ID, 'docker', metadata));
    assert.deepEqual(plain(containers.get(ID)), plain(metadata));
  }
});

test('other readers find it in the form of the container plugin', () => {
  const container = Json.parse(Buffer.from(containerJson(ID, 'containerd', FULL), 'latin1').toString()).at(
    'container',
  );
  const of = (key: string): unknown => container.at(key).raw;
  assert.deepEqual(
    [of('type'), of('id'), of('name'), of('image'), of('imagetag'), of('created_time'), of('privileged')],
    [7, ID, 'Bär', 'fedora:38', '38', 1_700_000_000, true],
  );
  assert.deepEqual(of('labels'), { maintainer: 'somebody' });
});

test('an alert waits until the recording tells what was asked, and not longer than it did live', () => {
  const containers = new CapturedContainers(500);
  const calls: string[] = [];
  containers.asked([{ id: ID, fullId: 'full' }]);
  assert.equal(containers.isPending(ID), true);
  assert.equal(containers.get(ID)?.fullId, 'full');
  told(containers, containerJson('other', 'docker', FULL), 1000);
  containers.whenSettled(ID, () => calls.push('late'));
  told(containers, containerJson('other', 'docker', FULL), 1499);
  assert.equal(calls.length, 0);
  told(containers, containerJson('other', 'docker', FULL), 1501);
  assert.deepEqual(calls, ['late']);
  containers.whenSettled(ID, () => calls.push('told'));
  told(containers, containerJson(ID, 'docker', FULL), 1600);
  assert.deepEqual(calls, ['late', 'told']);
  assert.equal(containers.isPending(ID), false);
});
