import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebServer, type WebServerSettings } from './web-server.ts';

const SETTINGS: WebServerSettings = {
  ...{
    address: '127.0.0.1',
    port: 0,
    healthPath: '/healthz',
    hasMetrics: true,
    hasConsole: false,
    pem: undefined,
  },
};

interface Reply {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

function ask(url: string, options: https.RequestOptions = {}): Promise<Reply> {
  const { request } = url.startsWith('https') ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

async function serve(context: TestContext, settings: Partial<WebServerSettings> = {}) {
  const lines: string[] = [];
  const state = { trouble: undefined as string | undefined };
  const server = new WebServer(
    {
      trouble: () => state.trouble,
      versions: () => ({ engine_version: '62' }),
      metrics: () => ({ type: 'text/plain; version=0.0.4', text: 'n_total 1\n' }),
    },
    (line) => lines.push(line),
  );
  context.after(() => server.close());
  await server.configure({ ...SETTINGS, ...settings });
  const url = /https?:\/\/\S+$/.exec(lines[0] ?? '')?.[0] ?? '';
  return { server, lines, state, url };
}

test('health, versions and metrics', async (context) => {
  const { url } = await serve(context);
  assert.deepEqual(await ask(`${url}/healthz`), {
    ...{ status: 200, type: 'application/json', text: '{"status": "ok"}' },
  });
  assert.deepEqual(JSON.parse((await ask(`${url}/versions`)).text), { engine_version: '62' });
  assert.deepEqual(await ask(`${url}/metrics?x=1`), {
    ...{ status: 200, type: 'text/plain; version=0.0.4', text: 'n_total 1\n' },
  });
  assert.equal((await ask(`${url}/healthz`, { method: 'HEAD' })).text, '');
});

test('trouble is told with its reason', async (context) => {
  const { url, state } = await serve(context);
  state.trouble = 'events are not read';
  const { status, text } = await ask(`${url}/healthz`);
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(text), { status: 'failing', reason: 'events are not read' });
});

test('what is not there, or switched off, or not a question', async (context) => {
  const { url } = await serve(context, { hasMetrics: false, healthPath: '/live' });
  for (const path of ['/', '/metrics', '/healthz', '/versions/', '//'])
    assert.equal((await ask(url + path)).status, 404, path);
  assert.equal((await ask(`${url}/live`)).status, 200);
  assert.equal((await ask(`${url}/live`, { method: 'POST' })).status, 405);
});

test('a port in use is logged, and nothing fails; the next configuration is tried again', async (context) => {
  const first = await serve(context);
  const port = Number(new URL(first.url).port);
  const second = await serve(context, { port });
  assert.deepEqual(second.lines, [
    `webserver: cannot listen on 127.0.0.1:${port}: the port is in use: Lanner goes on without it`,
  ]);
  await first.server.close();
  await second.server.configure({ ...SETTINGS, port });
  assert.equal((await ask(`http://127.0.0.1:${port}/healthz`)).status, 200);
});

test('who holds many connections open shuts nobody out', async (context) => {
  const { url } = await serve(context);
  const { hostname, port } = new URL(url);
  const held = Array.from({ length: 200 }, () => connect(Number(port), hostname).on('error', () => {}));
  context.after(() => {
    for (const socket of held) socket.destroy();
  });
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  for (let count = 0; count < 20; count++) assert.equal((await ask(`${url}/healthz`)).status, 200);
});

test('other settings close what was open; none end it', async (context) => {
  const { server, url, lines } = await serve(context);
  await server.configure(SETTINGS);
  assert.equal(lines.length, 1, 'the same settings change nothing');
  await server.configure(undefined);
  await assert.rejects(ask(`${url}/healthz`), { code: 'ECONNREFUSED' });
});

test('changes that come at once are made one after the other', async (context) => {
  const { server, url, lines } = await serve(context);
  const port = Number(new URL(url).port);
  const other = { ...SETTINGS, port, hasMetrics: false };
  await Promise.all([
    server.configure(other),
    server.configure({ ...SETTINGS, port }),
    server.configure(other),
  ]);
  assert.equal((await ask(`${url}/metrics`)).status, 404);
  assert.ok(!lines.some((line) => line.includes('cannot')), lines.join('\n'));
  await server.close();
  await assert.rejects(ask(`${url}/healthz`), { code: 'ECONNREFUSED' });
});

test('HTTPS with certificate and key in one file', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'both.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const request = ['req', '-x509', ...kind, ...subject, '-keyout', file, '-out', `${file}.crt`];
  execFileSync('openssl', request, { stdio: 'ignore' });
  const certificate = readFileSync(`${file}.crt`, 'utf8');
  const { url } = await serve(context, { pem: readFileSync(file, 'utf8') + certificate });
  assert.match(url, /^https:/);
  assert.equal((await ask(`${url}/healthz`, { ca: certificate })).status, 200);
  const { lines } = await serve(context, { pem: 'none' });
  assert.match(lines[0] ?? '', /^webserver: cannot listen on 127\.0\.0\.1:0: .+: Lanner goes on without it$/);
});
