/** An API server for tests: real HTTPS with certificates of its own, lists in pages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';

export interface FakeServer {
  readonly folder: string;
  readonly url: string;
  /** Paths with queries that were asked for, and who asked: a certificate's name or a token. */
  readonly asked: { readonly path: string; readonly who: string }[];
  /** Status of the next answer for a path with `continue`, once. */
  failContinue(status: number): void;
  /** Writes a kubeconfig; `user` is what stands in it of the user, `cluster` beside server and authority. */
  kubeconfig(user: object, cluster?: object): string;
}

/** What each collection holds; a status for one that cannot be listed. What is absent is not found. */
export type Collections = Readonly<Record<string, readonly object[] | number>>;

const PAGE = 2;

export async function startFakeServer(context: TestContext, collections: Collections): Promise<FakeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-api-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['server', 'client']) {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const out = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...out], { stdio: 'ignore' });
  }
  const read = (name: string) => readFileSync(join(folder, name));
  const asked: { path: string; who: string }[] = [];
  let failing = 0;
  const server = createServer(
    {
      key: read('server.key'),
      cert: read('server.crt'),
      ca: read('client.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const name = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : '';
      const who = name || (request.headers.authorization ?? '');
      asked.push({ path: request.url ?? '', who });
      const url = new URL(request.url ?? '', 'https://fake');
      const reply = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const refuse = (status: number, message: string) =>
        reply(status, { kind: 'Status', code: status, message });
      if (who !== 'client' && who !== 'Bearer secret-token') return refuse(401, 'Unauthorized');
      const held = collections[url.pathname];
      if (held === undefined) return refuse(404, 'the server could not find the requested resource');
      if (typeof held === 'number') return refuse(held, `${url.pathname} is forbidden`);
      const from = Number(url.searchParams.get('continue') ?? 0);
      if (from > 0 && failing > 0) {
        const status = failing;
        failing = 0;
        return refuse(status, 'the continue parameter is too old');
      }
      const next = from + PAGE < held.length ? { continue: String(from + PAGE) } : {};
      return reply(200, { kind: 'List', metadata: next, items: held.slice(from, from + PAGE) });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    folder,
    url,
    asked,
    failContinue: (status) => {
      failing = status;
    },
    kubeconfig(user, cluster = { 'certificate-authority': 'server.crt' }) {
      const file = join(folder, 'config');
      const config = {
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: url, ...cluster } }],
        users: [{ name: 'u', user }],
      };
      writeFileSync(file, JSON.stringify(config));
      return file;
    },
  };
}
