/** What single receivers do beside what all do: their wire formats, refusals, and proofs of who they are. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { decodeMultiStream, encode } from '@msgpack/msgpack';
import type { Alert } from '../../alerts/alert.ts';
import type { Letter } from '../delivery/transport.ts';
import { Alertmanager } from './alertmanager.ts';
import { Elasticsearch } from './elasticsearch.ts';
import { Fluentd } from './fluentd.ts';
import { HttpReceiver } from './http.ts';
import { httpServer } from './servers.test-kit.ts';
import { Slack } from './slack.ts';
import { localMessage, networkMessage } from './syslog-message.ts';

const ALERT: Alert = {
  ...{ kind: 'rule', rule: 'A "rule"]', priority: 'Critical', source: 'syscall', tags: [] },
  ...{ time: 1_769_864_587_123_456_789n, hostname: 'host one', message: 'm' },
  fields: [
    { key: 'proc.name', value: 'sh', type: 'CHARBUF' },
    { key: 'user.name', value: null, type: 'CHARBUF' },
  ],
};

const SIGNAL = AbortSignal.timeout(20_000);
const PLAIN = { keepAlive: false, compress: false } as const;

function letters(count: number, payload = (index: number) => `{"n":${index}}`): Letter[] {
  return Array.from({ length: count }, (_, index) => ({ id: `id${index}`, payload: payload(index) }));
}

test('elasticsearch: documents of one request may fail each for itself', async (context) => {
  const items = [201, 409, 429, 400, 503].map((status) => ({
    create: {
      status,
      ...(status === 400 ? { error: { type: 'mapper_parsing_exception', reason: 'no' } } : {}),
    },
  }));
  const server = await httpServer((_, body, response) => {
    response.write(JSON.stringify({ errors: true, items }));
    return [body];
  });
  context.after(() => server.stop());
  const transport = new Elasticsearch({
    ...PLAIN,
    url: `http://127.0.0.1:${server.port}`,
    index: 'a-%Y.%m.%d',
    batch: 9,
  });
  const payload = transport.render({ alert: ALERT, id: 'x', line: '{"a":1}' });
  assert.equal(payload, '{"create":{"_index":"a-2026.01.31","_id":"x"}}\n{"a":1}\n');
  const sent = await transport.send(letters(5), SIGNAL);
  assert.deepEqual(
    sent.again?.map(({ id }) => id),
    ['id2', 'id4'],
  );
  assert.deepEqual(
    sent.refused?.map(({ letter, reason }) => [letter.id, reason]),
    [['id3', 'mapper_parsing_exception: no']],
  );
  await transport.close();
});

test('elasticsearch: an answer that is none of its own is an error', async (context) => {
  const server = await httpServer((_, __, response) => {
    response.write('<html>');
    return [];
  });
  context.after(() => server.stop());
  const transport = new Elasticsearch({
    ...PLAIN,
    url: `http://127.0.0.1:${server.port}`,
    index: 'a',
    batch: 9,
  });
  await assert.rejects(transport.send(letters(1), SIGNAL), /is this Elasticsearch or OpenSearch/);
  await transport.close();
});

test('a request that is too large is sent in halves, and only the letter that is wrong is refused', async (context) => {
  const server = await httpServer((_, body, response) => {
    const lines = body.trimEnd().split('\n');
    response.statusCode = lines.length > 2 || lines.includes('bad') ? 413 : 200;
    return response.statusCode === 200 ? lines : [];
  });
  context.after(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  const transport = new HttpReceiver({ ...PLAIN, url, batch: 100, contentType: 'application/json' });
  const sent = await transport.send(
    letters(9, (index) => (index === 4 ? 'bad' : String(index))),
    SIGNAL,
  );
  assert.deepEqual(
    sent.refused?.map(({ letter }) => letter.payload),
    ['bad'],
  );
  assert.deepEqual(server.received, ['0', '1', '2', '3', '5', '6', '7', '8']);
  await transport.close();
});

test('http: headers tell what is sent; a server that is overloaded is asked again', async (context) => {
  let status = 200;
  const seen: unknown[] = [];
  const server = await httpServer((request, body, response) => {
    response.statusCode = status;
    if (status === 429) response.setHeader('Retry-After', '3');
    seen.push([
      request.headers['content-type'],
      request.headers['x-lanner-alert-ids'],
      request.headers.authorization,
    ]);
    return [body];
  });
  context.after(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  const headers = { Authorization: 'Bearer abc' };
  const transport = new HttpReceiver({ ...PLAIN, url, headers, batch: 10, contentType: 'application/json' });
  await transport.send(letters(2), SIGNAL);
  assert.deepEqual(seen, [['application/x-ndjson', 'id0,id1', 'Bearer abc']]);
  status = 500;
  await assert.rejects(transport.send(letters(2), SIGNAL), /status 500/);
  status = 401;
  await assert.rejects(transport.send(letters(2), SIGNAL), /status 401/);
  status = 429;
  await assert.rejects(transport.send(letters(2), SIGNAL), { name: 'RetryLater', afterMs: 3000 });
  await transport.close();
});

test('https: only a server that we know, and only with our own certificate', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  for (const name of ['server', 'client']) {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...out],
      {
        stdio: 'ignore',
      },
    );
  }
  const read = (name: string): Buffer => readFileSync(file(name));
  const peers: string[] = [];
  const server = createHttpsServer(
    { key: read('server.key'), cert: read('server.crt'), ca: read('client.crt'), requestCert: true },
    (request, response) => {
      peers.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
      request.resume().on('end', () => response.end());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const certificate = { file: file('client.crt'), key: file('client.key') };
  const open = (tls: object): HttpReceiver =>
    new HttpReceiver({
      ...PLAIN,
      url,
      batch: 1,
      contentType: 'text/plain',
      tls: { insecure: false, authorities: [], ...tls },
    });
  await assert.rejects(open({}).send(letters(1), SIGNAL), /self-signed certificate/);
  await open({ authorities: [file('server.crt')], certificate }).send(letters(1), SIGNAL);
  await open({ authorities: [folder], certificate }).send(letters(1), SIGNAL);
  assert.deepEqual(peers, ['client', 'client']);
  assert.throws(() => open({ authorities: [file('none')] }), /ENOENT.*none/);
});

test('fluentd: both sides prove that they know the shared key', async (context) => {
  const sha = (...parts: (string | Buffer)[]): string =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest('hex');
  const nonce = Buffer.from('0123456789abcdef');
  const auth = Buffer.from('fedcba9876543210');
  const records: unknown[] = [];
  let key = 'secret';
  const server = createServer((socket) => {
    void (async () => {
      socket.write(encode(['HELO', { nonce, auth, keepalive: true }]));
      for await (const message of decodeMultiStream(socket)) {
        const [kind, ...rest] = message as unknown[];
        if (kind !== 'PING') {
          records.push(message);
          socket.write(encode({ ack: (rest[1] as { chunk: string }).chunk }));
          continue;
        }
        const [hostname, salt, proof, user, password] = rest as string[];
        const isKnown = proof === sha(salt as string, hostname as string, nonce, 'secret');
        const isUser = password === sha(auth, user as string, 'pass');
        const answer = sha(salt as string, 'server', nonce, key);
        socket.write(
          encode(['PONG', isKnown && isUser, isKnown && isUser ? '' : 'go away', 'server', answer]),
        );
      }
    })().catch(() => {});
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const open = (sharedKey: string): Fluentd =>
    new Fluentd({
      address: { host: '127.0.0.1', port },
      tag: 'lanner.alerts',
      batch: 10,
      security: { sharedKey, hostname: 'me', user: { name: 'user', password: 'pass' } },
    });
  const right = open('secret');
  const payload = right.render({ alert: ALERT, id: 'x', line: '{"a":1}' });
  await right.send([{ id: 'x', payload }], SIGNAL);
  const [tag, [[time, record]]] = records[0] as [string, [[{ type: number; data: Uint8Array }, unknown]]];
  assert.deepEqual([tag, time.type, record], ['lanner.alerts', 0, { a: 1 }]);
  assert.deepEqual(
    [Buffer.from(time.data).readUInt32BE(0), Buffer.from(time.data).readUInt32BE(4)],
    [1_769_864_587, 123_456_789],
  );
  await right.close();
  const wrong = open('other');
  await assert.rejects(wrong.send([{ id: 'x', payload }], SIGNAL), /does not let us in: go away/);
  key = 'forged';
  const deceived = open('secret');
  await assert.rejects(deceived.send([{ id: 'x', payload }], SIGNAL), /does not know the shared key/);
  assert.equal(records.length, 1);
});

test('alertmanager: labels that group, annotations that tell', () => {
  const labels = new Map([['team', 'blue']]);
  const settings = {
    ...PLAIN,
    url: 'http://h',
    labels,
    fields: ['proc.name', 'user.name'],
    resolveMs: 60_000,
    batch: 1,
  };
  const body = JSON.parse(new Alertmanager(settings).render({ alert: ALERT, line: 'the line', id: 'x' }));
  assert.deepEqual(body.labels, {
    ...{ team: 'blue', proc_name: 'sh', alertname: 'A "rule"]', severity: 'critical', source: 'syscall' },
    hostname: 'host one',
  });
  assert.deepEqual(body.annotations, { summary: 'A "rule"]', description: 'the line', alert_id: 'x' });
  assert.equal(body.startsAt, '2026-01-31T13:03:07.123456789Z');
  assert.equal(body.endsAt, '2026-01-31T13:04:07.123456789Z');
});

test('slack: what an attacker names cannot mention people or make links', () => {
  const slack = new Slack({ ...PLAIN, url: 'http://hooks.example/services/secret' });
  assert.equal(slack.name, 'slack http://hooks.example');
  const body = JSON.parse(slack.render({ alert: ALERT, line: 'file=<!channel> & <http://x|y>', id: 'x' }));
  assert.equal(body.attachments[0].text, 'file=&lt;!channel&gt; &amp; &lt;http://x|y&gt;');
});

test('syslog: the form of RFC 5424, with what must be escaped', () => {
  const message = networkMessage({ alert: ALERT, line: 'ü', id: 'x' }, { facility: 19, name: 'lanner' });
  assert.equal(
    message,
    `<154>1 2026-01-31T13:03:07.123456Z host_one lanner ${process.pid} alert ` +
      '[lanner@32473 id="x" rule="A \\"rule\\"\\]" priority="Critical" source="syscall"] \ufeffü',
  );
});

test('syslog: the form of the local socket', () => {
  const message = localMessage(ALERT, 'the line', { facility: 1, name: 'lanner' });
  assert.match(message, /^<10>Jan 31 \d\d:03:07 lanner\[\d+\]: the line$/);
});

test('an address that is none is told', () => {
  const open = (url: string): HttpReceiver =>
    new HttpReceiver({ ...PLAIN, url, batch: 1, contentType: 'text/plain' });
  for (const url of ['', 'host:80', 'ftp://host']) assert.throws(() => open(url), /must begin with http/);
});
