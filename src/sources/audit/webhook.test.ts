import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AuditProbe, auditEventOf, eventList } from './testing.ts';
import { AuditWebhook, type WebhookSettings } from './webhook.ts';

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
}

async function start(
  context: TestContext,
  probe: AuditProbe,
  settings: Partial<WebhookSettings> = {},
): Promise<{ url: string; webhook: AuditWebhook }> {
  let listening = (_: string): void => {};
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const webhook = new AuditWebhook(
    { address: '127.0.0.1', port: 0, path: '/k8s-audit', log: () => {}, onListening: listening, ...settings },
    probe.intake,
  );
  probe.start(webhook);
  context.after(() => probe.stop());
  return { url: await url, webhook };
}

function send(
  url: string,
  body: string | Buffer | undefined,
  options: http.RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', ...options.headers };
    const request = http.request(url, { method: 'POST', ...options, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const BATCH = JSON.stringify(eventList(auditEventOf('a'), auditEventOf('b')));

test('events of batches, arrays and single ones are taken', async (context) => {
  const probe = new AuditProbe();
  const { url, webhook } = await start(context, probe);
  const single = JSON.stringify(auditEventOf('c'));
  const bodies = [BATCH, single, `[${single}]`];
  for (const body of bodies) assert.deepEqual(pick(await send(url, body)), [200, '']);
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  assert.equal((await send(`${url}?timeout=30s`, BATCH, { headers: type })).status, 200);
  await probe.until(6);
  assert.deepEqual(probe.ids, ['a', 'b', 'c', 'c', 'a', 'b']);
  assert.deepEqual([...webhook.answers], [[200, 4]]);
});

function pick({ status, text }: Answer): unknown[] {
  return [status, text];
}

test('what is not taken is answered with the reason', async (context) => {
  const probe = new AuditProbe();
  const { url, webhook } = await start(context, probe);
  const get = await send(url, undefined, { method: 'GET' });
  assert.deepEqual([get.status, get.headers.allow], [405, 'POST']);
  assert.match((await send(url, '{"kind":')).text, /^not JSON: /);
  assert.match((await send(url, '{"kind":"Pod"}')).text, /^neither an audit event nor a list/);
  assert.match((await send(url, BATCH, { headers: { 'Content-Type': 'text/plain' } })).text, /Content-Type/);
  assert.match(
    (await send(url, BATCH, { headers: { 'Content-Encoding': 'gzip' } })).text,
    /Content-Encoding/,
  );
  assert.match((await send(url.replace('k8s-audit', 'x'), BATCH)).text, /audit events go to \/k8s-audit/);
  assert.deepEqual(
    [...webhook.answers].sort(([one], [other]) => one - other),
    [
      [400, 4],
      [404, 1],
      [405, 1],
    ],
  );
  assert.equal(probe.intake.counts.malformed, 2);
  assert.deepEqual(probe.ids, []);
});

test('of a body that is too large the beginning is judged, and the sender is told', async (context) => {
  const probe = new AuditProbe({ payloadBytes: 2000 });
  const { url } = await start(context, probe);
  const events = Array.from({ length: 100 }, (_, index) => auditEventOf(`e${index}`));
  const answer = await send(url, JSON.stringify(eventList(...events)));
  assert.deepEqual(pick(answer), [413, 'the body is larger than 2000 bytes\n']);
  await probe.until(5);
  assert.equal(probe.ids[0], 'e0');
  assert.equal(probe.troubles[0]?.kind, 'large payload');
});

test('when too much waits senders are to come again', async (context) => {
  const probe = new AuditProbe({ queueBytes: 10 });
  let isHeld = true;
  const { intake } = probe;
  const handOver = intake.handOver.bind(intake);
  context.mock.method(
    intake,
    'handOver',
    (...given: Parameters<typeof handOver>) => isHeld || handOver(...given),
  );
  const { url } = await start(context, probe);
  assert.equal((await send(url, BATCH)).status, 200);
  const answer = await send(url, BATCH);
  assert.deepEqual([answer.status, answer.headers['retry-after']], [429, '1']);
  isHeld = false;
  await probe.until(2);
  assert.equal((await send(url, BATCH)).status, 200);
  await probe.until(4);
  assert.equal(probe.ids.length, 4);
});

test('bodies on their way are limited all together', async (context) => {
  const probe = new AuditProbe({ payloadBytes: 1000 });
  const { url } = await start(context, probe);
  const { port } = new URL(url);
  const head =
    'POST /k8s-audit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 950\r\n\r\n';
  const half = Array.from({ length: 5 }, () => connect(Number(port), '127.0.0.1'));
  context.after(() => {
    for (const socket of half) socket.destroy();
  });
  // Each has sent most of its body; with the fifth it is too much.
  const answers = half.map(
    (socket) =>
      new Promise<string>((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString()))),
  );
  for (const socket of half) socket.write(head + 'x'.repeat(810));
  assert.match(await Promise.race(answers), /^HTTP\/1.1 429 /);
  assert.equal((await send(url, BATCH)).status, 200);
});

test('many connections at once lose nothing', async (context) => {
  const probe = new AuditProbe();
  const { url } = await start(context, probe);
  const bodies = Array.from({ length: 50 }, (_, index) => JSON.stringify(auditEventOf(`e${index}`)));
  const answers = await Promise.all(bodies.map((body) => send(url, body)));
  assert.ok(answers.every(({ status }) => status === 200));
  await probe.until(50);
  assert.equal(new Set(probe.ids).size, 50);
});

test('a port that is in use is said so', async (context) => {
  const { url } = await start(context, new AuditProbe());
  const probe = new AuditProbe();
  const settings = { address: '127.0.0.1', port: Number(new URL(url).port), path: '/x', log: () => {} };
  probe.start(new AuditWebhook(settings, probe.intake));
  await assert.rejects(probe.ended(), /^Error: cannot receive audit events at http:\S+: the port is in use$/);
});

/** A key with a certificate that an authority has signed; an authority without one has signed its own. */
function certify(folder: string, name: string, authority?: string): void {
  const files = [`-keyout`, join(folder, `${name}.key`), `-out`, join(folder, `${name}.crt`)];
  const signed = authority
    ? ['-CA', join(folder, `${authority}.crt`), '-CAkey', join(folder, `${authority}.key`)]
    : [];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...files, ...subject, ...signed], { stdio: 'ignore' });
}

test('https asks for a certificate of its authority where it is to', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-audit-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['authority', 'stranger']) certify(folder, name);
  certify(folder, 'server', 'authority');
  certify(folder, 'client', 'authority');
  const pem = join(folder, 'server.pem');
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  writeFileSync(pem, Buffer.concat([file('server.crt'), file('server.key')]));
  const probe = new AuditProbe();
  const tls = { certificate: pem, key: '', clientAuthority: join(folder, 'authority.crt') };
  const { url } = await start(context, probe, { tls });
  const post = (name: string | undefined): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const own = name === undefined ? {} : { cert: file(`${name}.crt`), key: file(`${name}.key`) };
      const options = {
        ca: file('authority.crt'),
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        ...own,
      };
      const request = https.request(url, { ...options, agent: false }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, text: '', headers: response.headers });
      });
      request.on('error', reject);
      request.end(BATCH);
    });
  assert.match(url, /^https:/);
  assert.equal((await post('client')).status, 200);
  await probe.until(2);
  await assert.rejects(post(undefined));
  await assert.rejects(post('stranger'));
  assert.equal(probe.ids.length, 2);
});
