import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageChart } from '../../scripts/package-chart.ts';
import { helmAside, objectsIn, withoutHelm } from '../support/helm.ts';

test('the chart is installed from a repository, as any other', { skip: withoutHelm }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-repository-'));
  const out = join(folder, 'out');
  const server = http.createServer((request, response) => {
    try {
      response.end(readFileSync(join(out, new URL(request.url ?? '', 'http://x').pathname)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  packageChart(out, url);
  packageChart(out, url);

  const run = async (...args: string[]) => {
    const { status, stdout, stderr } = await helmAside(args, join(folder, 'home'));
    assert.equal(status, 0, stderr);
    return stdout;
  };
  await run('repo', 'add', 'lanner', url);
  await run('repo', 'update');
  const [found] = JSON.parse(await run('search', 'repo', 'lanner/lanner', '--output', 'json'));
  assert.equal(found.name, 'lanner/lanner');
  assert.match(await run('show', 'values', 'lanner/lanner'), /^node:$/m);
  const objects = objectsIn(await run('template', 'lanner', 'lanner/lanner', '--set', 'audit.enabled=true'));
  assert.ok(objects.has('DaemonSet/lanner') && objects.has('Deployment/lanner-audit'));
  const refused = await helmAside(
    ['template', 'lanner', 'lanner/lanner', '--set', 'nodes.enabled=true'],
    join(folder, 'home'),
  );
  assert.match(refused.stderr, /Additional property nodes is not allowed/);
});
