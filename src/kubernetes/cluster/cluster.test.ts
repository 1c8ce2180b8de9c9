import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { objectName, placeText } from '../manifests/manifest.ts';
import { podOf } from '../manifests/pods.ts';
import { type AccessOptions, clusterAccess } from './access.ts';
import { ApiClient } from './api-client.ts';
import { type Collections, startFakeServer } from './fake-server.test-kit.ts';
import { listWorkloads } from './workloads.ts';

const SPEC = { containers: [{ name: 'c', image: 'i' }] };

function pod(name: string, owner?: object): object {
  const ownerReferences = owner === undefined ? [] : [{ controller: true, ...owner }];
  return { metadata: { name, namespace: 'n', ownerReferences }, spec: SPEC };
}

const COLLECTIONS: Collections = {
  '/apis/apps/v1/deployments': [
    { metadata: { name: 'd', namespace: 'n' }, spec: { template: { spec: SPEC } } },
  ],
  '/apis/apps/v1/statefulsets': [],
  '/apis/apps/v1/daemonsets': 403,
  '/api/v1/pods': [
    pod('alone'),
    pod('of-set', { apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
    pod('of-node', { apiVersion: 'v1', kind: 'Node' }),
    pod('of-own-kind', { apiVersion: 'example.org/v1', kind: 'Deployment' }),
    pod('of-job', { apiVersion: 'batch/v1', kind: 'Job' }),
  ],
  '/api/v1/namespaces/n/pods': [pod('one')],
};

function accessWith(kubeconfig: string, options: Partial<AccessOptions> = {}) {
  return clusterAccess({ kubeconfig, environment: {}, ...options });
}

async function namesIn(context: TestContext, access: ReturnType<typeof clusterAccess>, namespace?: string) {
  const client = new ApiClient(access);
  context.after(() => client.close());
  const { manifests, problems } = await listWorkloads(client, namespace);
  assert.ok(manifests.every((manifest) => podOf(manifest)?.spec.containers !== undefined));
  return {
    names: manifests.map(objectName),
    places: manifests.map((manifest) => placeText(manifest.locate(['spec']))),
    problems: problems.map(({ place, message }) => `${placeText(place)}: ${message}`),
  };
}

describe('workloads of a cluster, over HTTPS', () => {
  test('pods without a known owner, page by page; what may not be listed is told', async (context) => {
    const server = await startFakeServer(context, COLLECTIONS);
    const access = accessWith(
      server.kubeconfig({ 'client-certificate': 'client.crt', 'client-key': 'client.key' }),
    );
    const { names, places, problems } = await namesIn(context, access);
    assert.deepEqual(names, ['Deployment n/d', 'Pod n/alone', 'Pod n/of-node', 'Pod n/of-own-kind']);
    assert.equal(places[1], 'pods/n/alone');
    assert.deepEqual(problems, ['daemonsets: cannot be listed: /apis/apps/v1/daemonsets is forbidden']);
    const pages = server.asked.filter(({ path }) => path.startsWith('/api/v1/pods'));
    assert.deepEqual(
      pages.map(({ path }) => new URL(path, 'x://x').searchParams.get('continue')),
      [null, '2', '4'],
    );
    assert.ok(server.asked.every(({ who }) => who === 'client'));
  });

  test('a namespace, with a token in a file and certificates within the configuration', async (context) => {
    const server = await startFakeServer(context, COLLECTIONS);
    writeFileSync(join(server.folder, 'token'), 'secret-token\n');
    const data = readFileSync(join(server.folder, 'server.crt')).toString('base64');
    const file = server.kubeconfig(
      { tokenFile: 'token', token: 'old' },
      { 'certificate-authority-data': data },
    );
    const { names } = await namesIn(context, accessWith(file), 'n');
    assert.deepEqual(names, ['Pod n/one']);
    assert.ok(server.asked.every(({ who }) => who === 'Bearer secret-token'));
  });

  test('a list whose pages have expired is begun anew', async (context) => {
    const server = await startFakeServer(context, COLLECTIONS);
    server.failContinue(410);
    const { names } = await namesIn(context, accessWith(server.kubeconfig({ token: 'secret-token' })));
    assert.equal(names.length, 4);
  });

  test('a server that is not known, one that is not checked, and a wrong token', async (context) => {
    const server = await startFakeServer(context, COLLECTIONS);
    const user = { token: 'secret-token' };
    await assert.rejects(
      namesIn(context, accessWith(server.kubeconfig(user, {}))),
      /cannot be asked: self-signed/,
    );
    const unchecked = server.kubeconfig(user, { 'insecure-skip-tls-verify': true });
    assert.equal((await namesIn(context, accessWith(unchecked))).names.length, 4);
    const { problems } = await namesIn(context, accessWith(server.kubeconfig({ token: 'wrong' })));
    assert.match(problems[0] ?? '', /Unauthorized/);
  });

  test('within a pod', async (context) => {
    const server = await startFakeServer(context, COLLECTIONS);
    const folder = join(server.folder, 'account');
    mkdirSync(folder);
    writeFileSync(join(folder, 'token'), 'secret-token');
    writeFileSync(join(folder, 'ca.crt'), readFileSync(join(server.folder, 'server.crt')));
    const { hostname, port } = new URL(server.url);
    const environment = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      HOME: server.folder,
    };
    const access = clusterAccess({ environment, serviceAccount: folder });
    assert.equal((await namesIn(context, access)).names.length, 4);
  });

  test('an answer that is no JSON, and nobody there', async (context) => {
    const server = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy/`);
    const access = { name: 'x', server: url, insecure: false };
    const { problems } = await namesIn(context, access);
    assert.match(problems[0] ?? '', /the answer is not JSON/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(namesIn(context, access), /cannot be asked: .*ECONNREFUSED/);
  });
});

describe('a configuration that cannot be used says why', () => {
  const problem = (context: TestContext, text: string, options: Partial<AccessOptions> = {}): string => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-kubeconfig-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'config'), text);
    try {
      accessWith(join(folder, 'config'), options);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const config = (user: string, cluster = 'server: "https://a:1"') =>
    `{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {${cluster}}}], users: [{name: u, user: {${user}}}]}`;

  test('each in one line', (context) => {
    assert.equal(problem(context, config('token: t')), '');
    assert.match(
      problem(context, config('exec: {command: aws}')),
      /signs in by exec, which is not supported/,
    );
    assert.match(problem(context, config('auth-provider: {}')), /auth-provider/);
    assert.match(problem(context, config('client-certificate-data: QQ==')), /without its key/);
    assert.match(problem(context, config('client-key: absent.key')), /cannot read client-key: .*absent\.key/);
    assert.match(problem(context, config('token: t', 'server: nowhere')), /"nowhere" is no address/);
    assert.match(
      problem(context, config('token: t', 'server: "https://a", proxy-url: "http://p"')),
      /proxy-url/,
    );
    assert.match(problem(context, config('token: t'), { context: 'y' }), /there is no context "y"/);
    assert.match(problem(context, '{}'), /no current context/);
    assert.match(problem(context, 'a: ['), /not valid YAML/);
    assert.throws(
      () => clusterAccess({ environment: { HOME: '/absent' } }),
      /no cluster is known: there is no \/absent/,
    );
    assert.throws(
      () => clusterAccess({ environment: { KUBECONFIG: '/absent/config' } }),
      /cannot read the kubeconfig/,
    );
  });

  test('of several files the first with an entry counts', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-kubeconfig-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(
      join(folder, 'a'),
      '{current-context: x, clusters: [{name: c, cluster: {server: "https://first"}}]}',
    );
    writeFileSync(join(folder, 'b'), config('token: t'));
    const environment = { KUBECONFIG: `${join(folder, 'a')}:${join(folder, 'b')}` };
    const access = clusterAccess({ environment });
    assert.equal(access.server.host, 'first');
    assert.equal(access.token?.(), 't');
  });
});
