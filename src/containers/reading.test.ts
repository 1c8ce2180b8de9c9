import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Json } from './json.ts';
import { addressOf, enginePorts, healthcheckText, keptLabels, podOfLabels, timeOf } from './reading.ts';

test('times have nanoseconds, zones, and a beginning', () => {
  assert.equal(timeOf('2026-11-21T22:37:26.993073714Z'), 1795300646993073714n);
  assert.equal(timeOf('2026-11-21T23:37:26.5+01:00'), 1795300646500000000n);
  assert.equal(timeOf('0001-01-01T00:00:00Z'), undefined);
  assert.equal(timeOf(''), undefined);
});

test('labels are sorted, and those with long values left out', () => {
  const labels = keptLabels(
    [
      ['b', 'x'.repeat(4)],
      ['long', 'x'.repeat(5)],
      ['a', ''],
    ],
    4,
  );
  assert.deepEqual(
    [...labels],
    [
      ['a', ''],
      ['b', 'xxxx'],
    ],
  );
});

test('the labels of the kubelet tell the pod', () => {
  assert.equal(podOfLabels(new Map([['a', 'b']])), undefined);
  const labels = new Map([
    ['io.kubernetes.pod.name', 'web-0'],
    ['io.kubernetes.pod.namespace', 'shop'],
    ['io.kubernetes.pod.uid', 'u-1'],
    ['io.kubernetes.sandbox.id', 'f00'],
  ]);
  assert.deepEqual(podOfLabels(labels), { name: 'web-0', namespace: 'shop', uid: 'u-1', sandboxId: 'f00' });
});

test('health checks in each of their forms', () => {
  const text = (test: unknown): string => healthcheckText(new Json(test));
  assert.equal(text(['CMD', '/bin/check', '-q']), '/bin/check -q');
  assert.equal(text(['CMD-SHELL', 'curl localhost || exit 1']), 'curl localhost || exit 1');
  assert.equal(text(['NONE']), 'NONE');
  assert.equal(text(undefined), 'NONE');
});

test('the address of the default network goes before that of others', () => {
  const Networks = { none: { IPAddress: '' }, shop: { IPAddress: '10.1.0.2' } };
  const address = (NetworkSettings: object): string => addressOf(new Json({ NetworkSettings }));
  assert.equal(address({ IPAddress: '172.17.0.2', Networks }), '172.17.0.2');
  assert.equal(address({ IPAddress: '', Networks }), '10.1.0.2');
  assert.equal(address({}), '');
});

test('published ports: those of the network, otherwise those that were asked for', () => {
  const bindings = {
    '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
    '53/udp': [{ HostIp: '', HostPort: '' }],
  };
  const asked = new Json({ NetworkSettings: { Ports: {} }, HostConfig: { PortBindings: bindings } });
  assert.deepEqual(enginePorts(asked), ['127.0.0.1:8080->80/tcp', '0.0.0.0:->53/udp']);
  const given = { '80/tcp': [{ HostIp: '::', HostPort: '32768' }], '81/tcp': null };
  const running = new Json({ NetworkSettings: { Ports: given }, HostConfig: { PortBindings: bindings } });
  assert.deepEqual(enginePorts(running), ['[::]:32768->80/tcp']);
  assert.deepEqual(enginePorts(new Json({})), []);
});
