/** The console as somebody sees it who wants to get in. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConsoleAnswers, ConsoleServer } from './console-server.ts';
import { JsonLines } from './route.ts';
import { ensureToken, renewToken } from './token-file.ts';
import { WebServer } from './web-server.ts';

const YES = { available: true } as const;

interface Given {
  /** Who the kernel says is on the other end. */
  readonly user?: number | undefined;
  readonly alwaysToken?: boolean;
  readonly stream?: Partial<ConsoleAnswers['stream']>;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

async function serve(context: TestContext, given: Given = { user: 1000 }) {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-console-'));
  const pages = join(folder, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>Console</title>');
  writeFileSync(join(pages, 'assets', 'main-ABCDEF12.js'), '"use strict";');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  const tokenFile = join(folder, 'console-token');
  const { token } = ensureToken(tokenFile);
  const state = { user: given.user, last: 5, written: 0 };
  const lines: string[] = [];
  const answers: ConsoleAnswers = {
    routes: [
      { method: 'GET', path: '/api/things/*', answer: async ({ name }) => ({ name }) },
      { method: 'POST', path: '/api/things', answer: async ({ body }) => ({ body }) },
      { method: 'GET', path: '/api/fault', answer: () => Promise.reject(new Error('broken inside')) },
      { method: 'GET', path: '/api/absent', needs: 'recordings', answer: async () => ({}) },
      {
        ...{ method: 'POST', path: '/api/lines' },
        async answer() {
          return new JsonLines(
            (async function* () {
              yield { n: 1 };
              yield { n: 2 };
            })(),
          );
        },
      },
    ],
    stream: {
      check() {},
      last: async () => state.last,
      after: async (_, id) =>
        Array.from({ length: state.last - id }, (_, index) => ({
          id: id + index + 1,
          json: `{"id":${id + index + 1}}`,
        })),
      count: async (_, id, upTo) => upTo - id,
      health: () => undefined,
      ...given.stream,
    },
    features: () => ({
      ...{ store: YES, live: YES, rules: YES, editing: YES },
      recordings: { available: false, reason: 'there is no folder' },
    }),
    about: () => ({ version: '1', hostname: 'host', started: 1 }),
    userName: (id) => (id === 1000 ? 'somebody' : undefined),
  };
  const server = new ConsoleServer({
    answers,
    pages,
    tokenFile,
    settings: { hosts: ['console.example'], alwaysToken: given.alwaysToken ?? false, users: [0, 1000] },
    log: (line) => lines.push(line),
    peers: { userOf: async () => state.user },
  });
  const web = new WebServer(
    {
      trouble: () => undefined,
      versions: () => ({}),
      metrics: () => ({ type: '', text: '' }),
      console: (request, response) => void server.handle(request, response),
    },
    () => {},
  );
  context.after(async () => {
    server.close();
    await web.close();
    rmSync(folder, { recursive: true });
  });
  await web.configure({
    ...{ address: '127.0.0.1', port: 0, healthPath: undefined, hasMetrics: false, hasConsole: true },
    pem: undefined,
  });
  const { port, host, origin } = new URL(web.url ?? '');
  const ask = (path: string, options: http.RequestOptions = {}, body?: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port, path, agent: false, ...options },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      request.on('error', reject).end(body);
    });
  const post = (path: string, value: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<Reply> =>
    ask(
      path,
      { method: 'POST', headers: { Origin: origin, 'Content-Type': 'application/json', ...headers } },
      JSON.stringify(value),
    );
  return { ...{ server, state, lines, token, tokenFile, port: Number(port), host, origin }, ask, post };
}

function errorOf({ text }: Reply): string {
  return JSON.parse(text).error.message;
}

test('the user that Lanner runs as needs no token; others do', async (context) => {
  const { ask, state } = await serve(context);
  const session = JSON.parse((await ask('/api/session')).text);
  assert.deepEqual([session.signedIn, session.by, session.user], [true, 'user', 'somebody']);
  assert.equal((await ask('/api/things/x')).status, 200);
  for (const user of [1001, undefined]) {
    state.user = user;
    assert.deepEqual(JSON.parse((await ask('/api/session')).text), { signedIn: false });
    assert.equal((await ask('/api/things/x')).status, 401);
  }
});

test('whoever passes requests on for others is not believed', async (context) => {
  const { ask } = await serve(context, { user: 0 });
  for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP'])
    assert.equal((await ask('/api/things/x', { headers: { [name]: 'for=192.0.2.1' } })).status, 401, name);
});

test('the configuration may want the token of everybody', async (context) => {
  const { ask, token } = await serve(context, { user: 0, alwaysToken: true });
  assert.equal((await ask('/api/things/x')).status, 401);
  const headers = { Authorization: `Bearer ${token}` };
  assert.equal((await ask('/api/things/x', { headers })).status, 200);
});

test('signing in, and out; a session is of one user and one token', async (context) => {
  const { ask, post, state, token, tokenFile, server } = await serve(context, { user: 1001 });
  const wrong = await post('/api/session', { token: `${token.slice(0, -1)}?` });
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers['set-cookie'], undefined);
  const right = await post('/api/session', { token: ` ${token}\n` });
  const [cookie = ''] = right.headers['set-cookie'] ?? [];
  assert.match(cookie, /^lanner_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.doesNotMatch(right.text, new RegExp(token));
  const headers = { Cookie: `other=1; ${cookie.split(';')[0]}` };
  assert.equal((await ask('/api/things/x', { headers })).status, 200);
  state.user = 1002;
  assert.equal((await ask('/api/things/x', { headers })).status, 401, 'a stolen cookie');
  state.user = 1001;
  const out = await ask('/api/session', {
    method: 'DELETE',
    headers: { ...headers, Origin: 'http://127.0.0.1' },
  });
  assert.equal(out.status, 403, 'of another origin');
  renewToken(tokenFile);
  const deadline = Date.now() + 30_000;
  // The file is looked at once a second.
  while ((await ask('/api/things/x', { headers })).status === 200) assert.ok(Date.now() < deadline);
  assert.ok(server.counters.of('wrong_tokens') >= 1);
  assert.equal(server.counters.of('sessions'), 1);
});

test('after too many wrong tokens none is looked at', async (context) => {
  const { post, token, server } = await serve(context, { user: 1001 });
  const wrong = await Promise.all(Array.from({ length: 12 }, () => post('/api/session', { token: 'x' })));
  assert.ok(wrong.some(({ status }) => status === 401));
  const put = await post('/api/session', { token });
  assert.equal(put.status, 429);
  assert.ok(Number(put.headers['retry-after']) > 0);
  assert.ok(server.counters.of('tokens_put_off') > 0);
});

test('names that lead here by somebody else are refused (DNS rebinding)', async (context) => {
  const { ask, port, server } = await serve(context);
  const right = [
    `127.0.0.1:${port}`,
    'localhost:9000',
    'LOCALHOST',
    '[::1]:8765',
    'console.example',
    '127.0.0.9',
  ];
  for (const Host of right)
    assert.equal((await ask('/api/things/x', { headers: { Host } })).status, 200, Host);
  const wrong = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '192.0.2.1',
    '127.0.0.1.evil.example',
  ];
  const odd = ['console.example.', 'a b', '127.0.0.1@evil.example', '[::1', 'localhost:123456', '0x7f.1'];
  for (const Host of [...wrong, ...odd])
    for (const path of ['/api/things/x', '/'])
      assert.ok((await ask(path, { headers: { Host } })).status >= 400, `${Host} ${path}`);
  assert.ok(server.counters.of('wrong_host') >= 2 * wrong.length);
});

test('pages of others are refused (CSRF)', async (context) => {
  const { ask, post, origin, server } = await serve(context);
  assert.equal((await post('/api/things', {})).status, 200);
  const wrong = [
    'http://evil.example',
    'null',
    'http://127.0.0.1',
    `${origin}.evil.example`,
    `${origin}/`,
    'file://',
  ];
  for (const Origin of wrong) {
    assert.equal((await post('/api/things', {}, { Origin })).status, 403, Origin);
    assert.equal((await ask('/api/things/x', { headers: { Origin } })).status, 403, Origin);
  }
  const json = { 'Content-Type': 'application/json' };
  assert.equal((await ask('/api/things', { method: 'POST', headers: json }, '{}')).status, 403, 'no origin');
  for (const site of ['cross-site', 'same-site'])
    assert.equal((await ask('/api/things/x', { headers: { 'Sec-Fetch-Site': site } })).status, 403, site);
  const own = { 'Sec-Fetch-Site': 'same-origin' };
  assert.equal((await ask('/api/things/x', { headers: own })).status, 200);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
    assert.equal((await post('/api/things', {}, { 'Content-Type': type })).status, 415, type);
  assert.ok(server.counters.of('wrong_origin') > 0);
});

test('every answer tells browsers to be strict', async (context) => {
  const { ask } = await serve(context);
  for (const path of [
    '/',
    '/assets/main-ABCDEF12.js',
    '/api/session',
    '/api/things/x',
    '/api/nothing',
    '/nothing.js',
  ]) {
    const { headers } = await ask(path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|http/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
    if (path.startsWith('/api/')) assert.equal(headers['cache-control'], 'no-store', path);
  }
});

test('pages are found by their names, and nothing else is', async (context) => {
  const { ask } = await serve(context);
  const page = await ask('/', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(page.headers['content-encoding'], 'gzip');
  const script = await ask('/assets/main-ABCDEF12.js');
  assert.match(script.headers['cache-control'] ?? '', /immutable/);
  const tag = String(script.headers.etag);
  assert.equal((await ask('/assets/main-ABCDEF12.js', { headers: { 'If-None-Match': tag } })).status, 304);
  assert.equal((await ask('/', { method: 'HEAD' })).text, '');
  const html = { headers: { Accept: 'text/html,*/*' } };
  assert.match((await ask('/rules/Some%20rule.v2', html)).text, /Console/);
  const outside = [
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/assets/..\\..\\secret.js',
  ];
  for (const path of [
    ...outside,
    '/assets/',
    '/healthz',
    '/metrics',
    '/assets/%00',
    '//etc/passwd',
    '/index.html%00.js',
  ]) {
    const { status, text } = await ask(path);
    assert.ok(status >= 400, `${path} ${status}`);
    assert.doesNotMatch(text, /secret|root:/, path);
  }
  assert.equal((await ask('/', { method: 'POST', headers: { Origin: 'http://127.0.0.1' } })).status, 405);
});

test('requests that make no sense are refused, and faults are told to the log alone', async (context) => {
  const { ask, post, lines, server } = await serve(context);
  assert.equal(JSON.parse((await ask('/api/things/a%2Fb%C3%A4')).text).name, 'a/bä');
  assert.equal((await ask('/api/things/%ff')).status, 400);
  assert.equal((await ask('/api/nothing')).status, 404);
  assert.equal((await ask('/api/things')).status, 405);
  assert.equal((await ask('http://127.0.0.1/api/session')).status, 400, 'as to a proxy');
  const text = { method: 'POST', headers: { Origin: 'x' } };
  assert.equal((await ask('/api/things', text, '{')).status, 403);
  assert.deepEqual(JSON.parse((await post('/api/things', { a: 1 })).text), { body: { a: 1 } });
  const large = await post('/api/things', { text: 'x'.repeat(1024 * 1024) }).catch(() => undefined);
  assert.ok(large === undefined || large.status === 413);
  assert.ok(server.counters.of('too_large') >= 1);
  const absent = await ask('/api/absent');
  assert.deepEqual([absent.status, errorOf(absent)], [503, 'there is no folder']);
  const fault = await ask('/api/fault?text=private');
  assert.equal(fault.status, 500);
  assert.doesNotMatch(fault.text, /broken/);
  assert.match(lines.join(), /broken inside/);
  assert.doesNotMatch(lines.join(), /private/);
  assert.equal((await post('/api/lines', {})).text, '{"n":1}\n{"n":2}\n');
});

test('a token never gets into the log', async (context) => {
  const { ask, post, token, lines } = await serve(context);
  await post('/api/session', { token });
  await ask(`/api/fault?token=${token}`, { headers: { Authorization: `Bearer ${token}` } });
  assert.doesNotMatch(lines.join(), new RegExp(token));
});

test('a client that asks too much has to wait', async (context) => {
  const { ask, server } = await serve(context);
  const statuses = new Set<number>();
  for (let count = 0; count < 60; count++) {
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask('/api/things/x')));
    for (const { status } of replies) statuses.add(status);
    if (statuses.has(429)) break;
  }
  // A slow machine may never get there: what is refused is refused so.
  for (const status of statuses) assert.ok([200, 429, 503].includes(status), String(status));
  if (statuses.has(429)) assert.ok(server.counters.of('rate_limited') > 0);
});

/** Sends bytes as they are, and gives what comes back until the connection ends. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    got += part;
  });
  socket.on('error', () => {});
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return got;
}

test('one request is one request (smuggling)', async (context) => {
  const { port, host, origin } = await serve(context);
  const head = `POST /api/things HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nContent-Type: application/json\r\n`;
  const inner = `GET /api/session HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const both = `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`;
  const twice = `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}${inner}`;
  const spaced = `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`;
  const hosts = `GET /api/session HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
  const none = 'GET /api/session HTTP/1.1\r\nConnection: close\r\n\r\n';
  const old = 'GET /api/session HTTP/1.0\r\n\r\n';
  for (const text of [both, twice, spaced, hosts, none, old]) {
    const got = await raw(port, text);
    assert.match(got, /^HTTP\/1\.1 4\d\d /, text);
    assert.equal(got.split('HTTP/1.1').length, 2, got);
  }
  const long = await raw(
    port,
    `GET /api/session HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  assert.match(long, /^HTTP\/1\.1 431/);
});

/** Reads a stream until a text has come. */
async function follow(url: string, headers: http.OutgoingHttpHeaders = {}) {
  const request = http.get(url, { agent: false, headers });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let got = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    got += part;
  });
  response.on('error', () => {});
  return {
    ...{ request, response },
    text: () => got,
    async until(wanted: string): Promise<void> {
      while (!got.includes(wanted)) await once(response, 'data');
    },
  };
}

test('streams tell what comes, from where the client was, and how much it missed', async (context) => {
  const { origin, state, server, ask } = await serve(context);
  const fresh = await follow(`${origin}/api/stream`);
  await fresh.until('retry');
  const resumed = await follow(`${origin}/api/stream`, { 'Last-Event-ID': '3' });
  await resumed.until('id: 5\ndata: {"id":5}');
  assert.match(resumed.text(), /event: alert\nid: 4\ndata: {"id":4}\n\n/);
  assert.doesNotMatch(fresh.text(), /event: alert/, 'only what is new');
  state.last = 6;
  await fresh.until('id: 6\n');
  state.last = 500;
  await fresh.until('event: missed\nid: 500\ndata: {"count":494}');
  state.last = 2;
  server.rulesChanged({ time: 1, ok: true, message: 'm' });
  await fresh.until('event: rules');
  assert.equal((await ask('/api/stream?after=x')).status, 400);
  const more = await Promise.all(Array.from({ length: 14 }, () => follow(`${origin}/api/stream`)));
  assert.equal(more.filter(({ response }) => response.statusCode === 429).length, 4, '12 of one client');
  assert.equal(server.counters.of('streams_refused'), 4);
  for (const { request } of [fresh, resumed, ...more]) request.destroy();
  const deadline = Date.now() + 30_000;
  while (server.streams > 0) {
    assert.ok(Date.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('a client that does not read is cut off, and the others go on', async (context) => {
  const wide = 'x'.repeat(20_000);
  const stream = {
    after: async (_: URLSearchParams, id: number) =>
      Array.from({ length: 100 }, (_, index) => ({ id: id + index + 1, json: `{"text":"${wide}"}` })),
  };
  const { host, port, state, server, origin } = await serve(context, { user: 1000, stream });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  context.after(() => socket.destroy());
  socket.write(`GET /api/stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, 'readable');
  socket.pause();
  const reading = await follow(`${origin}/api/stream`);
  const deadline = Date.now() + 60_000;
  while (server.counters.of('streams_cut_off') === 0) {
    assert.ok(Date.now() < deadline, 'still there');
    state.last += 100;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(!reading.response.destroyed);
  reading.request.destroy();
});

test('a stream ends with its session', async (context) => {
  const { origin, post, token, ask } = await serve(context, { user: 1001 });
  const [cookie = ''] = (await post('/api/session', { token })).headers['set-cookie'] ?? [];
  const headers = { Cookie: String(cookie.split(';')[0]) };
  const stream = await follow(`${origin}/api/stream`, headers);
  await stream.until('retry');
  const ended = once(stream.response, 'end');
  await ask('/api/session', { method: 'DELETE', headers: { ...headers, Origin: origin } });
  await ended;
});

test('a stream ends with the token that it was asked for with, and with the trust in its user', async (context) => {
  const { origin, token, tokenFile, state, server } = await serve(context, { user: 1001 });
  const byToken = await follow(`${origin}/api/stream`, { Authorization: `Bearer ${token}` });
  await byToken.until('retry');
  const ended = once(byToken.response, 'end');
  renewToken(tokenFile);
  await ended;
  state.user = 1000;
  const byUser = await follow(`${origin}/api/stream`);
  await byUser.until('retry');
  const mistrusted = once(byUser.response, 'end');
  server.configure({ hosts: [], alwaysToken: true, users: [0, 1000] });
  await mistrusted;
});

test('whoever has shown no token yet sends little', async (context) => {
  const { post, state, server } = await serve(context, { user: 1001 });
  const large = await post('/api/session', { token: 'x'.repeat(2000) }).catch(() => undefined);
  assert.ok(large === undefined || large.status === 413);
  assert.equal(server.counters.of('too_large'), 1);
  state.user = 1002;
  const replies = await Promise.all(Array.from({ length: 300 }, () => post('/api/session', {})));
  assert.ok(replies.every(({ status }) => [400, 429, 503].includes(status)));
});
