/** An API server for tests, over real HTTPS: lists, single objects, and watches that tell changes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ClusterAccess } from '../cluster/access.ts';

export interface WatchedServer {
  readonly folder: string;
  readonly access: ClusterAccess;
  /** Paths with queries. */
  readonly asked: readonly string[];
  /** Watches that are open. */
  readonly watches: number;
  /** Something happens to an object of a collection. */
  change(path: string, type: string, object: object): void;
  /** Ends all watches, in the middle. */
  breakOff(): void;
  /** The collection has other objects, and its watches are told that their version is too old. */
  forgetHistory(path: string, objects: readonly object[]): void;
  forbid(path: string): void;
  allow(path: string): void;
  /** Only who says this may ask. */
  expect(authorization: string): void;
  close(): Server;
}

type Json = Record<string, unknown> & { metadata?: Record<string, unknown> };

interface Logged {
  readonly version: number;
  readonly path: string;
  readonly line: string;
}

export async function startWatchedServer(
  context: TestContext,
  collections: Record<string, object[]>,
  single: Readonly<Record<string, object>>,
): Promise<WatchedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-watched-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const key = join(folder, 'server.key');
  const certificate = join(folder, 'server.crt');
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=server', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const asked: string[] = [];
  const forbidden = new Set<string>();
  const open = new Map<ServerResponse, string>();
  let history: Logged[] = [];
  let version = 100;
  let authorization = '';
  const tell = (response: ServerResponse, { line }: Logged): void => void response.write(`${line}\n`);
  const gone = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } });

  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      asked.push(request.url ?? '');
      const { pathname, searchParams } = new URL(request.url ?? '', 'https://fake');
      const reply = (status: number, body: object): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      const refuse = (code: number, message: string): void => reply(code, { kind: 'Status', code, message });
      if (authorization !== '' && request.headers.authorization !== authorization)
        return refuse(401, 'Unauthorized');
      if (forbidden.has(pathname)) return refuse(403, `${pathname} is forbidden`);
      const object = single[pathname];
      if (object !== undefined) return reply(200, object);
      const held = collections[pathname];
      if (held === undefined) return refuse(404, 'not found');
      if (searchParams.get('watch') !== '1')
        return reply(200, { kind: 'List', metadata: { resourceVersion: String(version) }, items: held });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const from = Number(searchParams.get('resourceVersion'));
      open.set(response, pathname);
      response.on('close', () => open.delete(response));
      for (const each of history) if (each.path === pathname && each.version > from) tell(response, each);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Server => {
    server.closeAllConnections();
    return server.close();
  };
  context.after(() => void close());
  return {
    ...{ folder, asked, close },
    access: {
      name: 'the test server',
      server: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
      ca: readFileSync(certificate, 'utf8'),
      insecure: false,
    },
    get watches() {
      return open.size;
    },
    change(path, type, object) {
      version++;
      const json = object as Json;
      const told = { ...json, metadata: { ...json.metadata, resourceVersion: String(version) } };
      const each = { version, path, line: JSON.stringify({ type, object: told }) };
      history.push(each);
      for (const [response, watched] of open) if (watched === path) tell(response, each);
    },
    breakOff() {
      for (const response of open.keys()) response.destroy();
    },
    forgetHistory(path, objects) {
      history = [];
      version += 100;
      collections[path] = [...objects];
      // The others go on from versions that they know.
      for (const [response, watched] of open) if (watched === path) response.end(`${gone}\n`);
    },
    forbid: (path) => void forbidden.add(path),
    allow: (path) => void forbidden.delete(path),
    expect(wanted) {
      authorization = wanted;
    },
  };
}
