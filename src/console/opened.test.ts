import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { OpenedConsole, type OpenOptions } from './opened.ts';

test('a console that cannot be loaded says so, and is loaded by a later request', async (context) => {
  const lines: string[] = [];
  let isBroken = true;
  const opened = new OpenedConsole({
    host: {} as OpenOptions['host'],
    tokenFile: '/nonexistent/token',
    pages: '/nonexistent/pages',
    access() {
      if (isBroken) throw new Error('no file can be opened');
      return { hosts: [], alwaysToken: false, users: [] };
    },
    log: (line) => lines.push(line),
  });
  const server = http.createServer((request, response) => void opened.handle(request, response));
  context.after(() => {
    opened.close();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  assert.match(await ask(), /cannot be loaded/);
  assert.deepEqual(lines, ['console: it cannot be loaded: no file can be opened']);
  isBroken = false;
  assert.match(await ask(), /have not been built/);
});
