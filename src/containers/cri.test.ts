import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CriClient } from './cri.ts';
import { bytesField as bytes, integerField as integer, Message } from './protobuf.ts';
import { type GrpcAnswer, notFound, serveGrpc } from './testing.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const SERVICE = 'runtime.v1.RuntimeService';

function message(field: number, ...parts: Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function info(value: object): Buffer {
  return message(2, bytes(1, 'info'), bytes(2, Buffer.from(JSON.stringify(value))));
}

const CONTAINER = [
  bytes(1, 'c-1'),
  message(2, bytes(1, 'web')),
  message(8, bytes(1, 'registry.example/shop/web:1.2')),
  bytes(9, `registry.example/shop/web@${DIGEST}`),
  message(12, bytes(1, 'a'), bytes(2, 'b')),
  message(14, bytes(1, '/mnt'), bytes(2, '/srv'), integer(3, 1), integer(5, 2)),
];

const SANDBOX = [
  bytes(1, 's-1'),
  message(2, bytes(1, 'web-0'), bytes(2, 'u-1'), bytes(3, 'shop')),
  message(5, bytes(1, '10.1.0.7')),
  message(6, message(1, message(2, integer(1, 2), integer(2, 1)))),
  message(7, bytes(1, 'app'), bytes(2, 'web')),
];

/** A pod with one container; `containerInfo` and `sandboxInfo` are what the engine adds. */
function pod(containerInfo: object, sandboxInfo: object): GrpcAnswer {
  return (method, question) => {
    const asked = new Message(question).text(1);
    if (method === `${SERVICE}/ContainerStatus` && asked === 'c-1')
      return Buffer.concat([message(1, ...CONTAINER), info(containerInfo)]);
    if (method === `${SERVICE}/PodSandboxStatus` && asked === 's-1')
      return Buffer.concat([message(1, ...SANDBOX), info(sandboxInfo)]);
    if (method === `${SERVICE}/ListContainers` && new Message(question).message(1).text(1) === 'c-1')
      return message(1, bytes(1, 'c-1'), bytes(2, 's-1'));
    return notFound();
  };
}

async function clientFor(context: Parameters<typeof serveGrpc>[0], answer: GrpcAnswer): Promise<CriClient> {
  const client = new CriClient(await serveGrpc(context, answer), 100);
  context.after(() => client.close());
  return client;
}

const POD = {
  name: 'web-0',
  uid: 'u-1',
  namespace: 'shop',
  sandboxId: 's-1',
  labels: new Map([['app', 'web']]),
  ip: '10.1.0.7',
};

test('a container of containerd with its pod', async (context) => {
  const client = await clientFor(
    context,
    pod(
      {
        sandboxID: 's-1',
        config: {
          image: { image: `sha256:${'e'.repeat(64)}` },
          envs: [{ key: 'SECRET', value: 'hunter2' }],
          linux: { security_context: { privileged: true } },
        },
      },
      {
        config: {
          port_mappings: [{ container_port: 53, host_port: 5353, protocol: 1 }, { container_port: 80 }],
        },
        cniResult: { Interfaces: { lo: {}, eth0: { IPConfigs: [{ IP: '10.1.0.7' }] } } },
      },
    ),
  );
  const cniJson = '{"eth0":{"IPConfigs":[{"IP":"10.1.0.7"}]}}';
  assert.deepEqual(await client.inspect('c-1'), {
    fullId: 'c-1',
    name: 'web',
    image: 'registry.example/shop/web:1.2',
    imageRepository: 'registry.example/shop/web',
    imageTag: '1.2',
    imageDigest: DIGEST,
    imageId: 'e'.repeat(64),
    privileged: true,
    ports: ['0.0.0.0:5353->53/udp'],
    mounts: [{ source: '/srv', destination: '/mnt', mode: '', writable: false, propagation: 'rshared' }],
    labels: new Map([['a', 'b']]),
    ip: '10.1.0.7',
    cniJson,
    hostNetwork: true,
    hostPid: false,
    hostIpc: false,
    pod: { ...POD, cniJson },
  });
});

test('CRI-O says some things in another place', async (context) => {
  const client = await clientFor(
    context,
    pod(
      { privileged: true, runtimeSpec: {} },
      { runtimeSpec: { annotations: { 'io.kubernetes.cri-o.CNIResult': '{"ips":[]}' } } },
    ),
  );
  const metadata = await client.inspect('c-1');
  assert.equal(metadata?.privileged, true);
  assert.deepEqual(metadata?.pod, { ...POD, cniJson: '{"ips":[]}' });
});

test('a sandbox is known by its pod; nobody knows another id', async (context) => {
  const client = await clientFor(context, pod({}, {}));
  const sandbox = await client.inspect('s-1');
  assert.deepEqual([sandbox?.fullId, sandbox?.name, sandbox?.pod?.name], ['s-1', undefined, 'web-0']);
  assert.equal(await client.inspect('x'), undefined);
});

test('an engine that fails is told with its reason', async (context) => {
  const client = await clientFor(context, () => {
    throw new Error('out of order');
  });
  await assert.rejects(client.inspect('c-1'), /gRPC code 13/);
});
