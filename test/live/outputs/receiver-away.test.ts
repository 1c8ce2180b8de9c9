/**
 * No alert is lost while a receiver is away, not even when Lanner is killed meanwhile: 10,000 alerts, half of them
 * before and half after the kill, all of them before the receiver is there. It is away for as long as that takes, with
 * LANNER_FULL=yes for a minute at least.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { httpServer } from '../../../src/outputs/receivers/servers.test-kit.ts';
import { type Daemon, type Opener, startDaemon, startOpener, temporaryFolder } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { seconds } from '../../support/full-length.ts';
import { cannotWatch } from '../../support/lanner.ts';

const HALF = 5000;
const AWAY_SECONDS = seconds({ short: 0, full: 60 });

function begin(opener: Opener, port: number, spool: string, ...more: string[]): Promise<Daemon> {
  const options = [
    'stdout_output.enabled=false',
    'json_output=true',
    'http_output.enabled=true',
    'http_output.keep_alive=true',
    `http_output.url=http://127.0.0.1:${port}/alerts`,
    `delivery.spool_directory=${spool}`,
    'delivery.retry_longest=200ms',
    'watch_config_files=false',
    ...more,
  ];
  return startDaemon(opener.pid, ...options.flatMap((option) => ['-o', option]));
}

/** Alerts on disk, delivered or not. */
function kept(spool: string): number {
  const folder = join(spool, 'http_output');
  const files = readdirSync(folder).filter((name) => name.endsWith('.letters'));
  return files.reduce(
    (sum, name) => sum + readFileSync(join(folder, name), 'latin1').split('\n').length - 1,
    0,
  );
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 50_000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'it never happened');
    await setTimeout(20);
  }
}

suite('a receiver that is away', { skip: cannotWatch() }, () => {
  test('and Lanner is killed meanwhile: every alert arrives', async (context: TestContext) => {
    const spool = temporaryFolder(context);
    const opener = await startOpener(context);
    const port = await freePort();
    const begun = performance.now();

    const first = await begin(opener, port, spool);
    await opener.open(HALF);
    await until(() => kept(spool) === HALF);
    first.child.kill('SIGKILL');
    await first.finished;

    const second = await begin(opener, port, spool);
    await opener.open(HALF);
    await until(() => kept(spool) === 2 * HALF);
    const away = performance.now() - begun;
    if (away < AWAY_SECONDS * 1000) await setTimeout(AWAY_SECONDS * 1000 - away);
    const awayFor = Math.round((performance.now() - begun) / 1000);
    const ids = new Set<string>();
    let requests = 0;
    const server = await httpServer((request, body) => {
      requests++;
      for (const id of String(request.headers['x-lanner-alert-ids']).split(',')) ids.add(id);
      return [body];
    }, port);
    context.after(() => server.stop());
    await until(() => ids.size === 2 * HALF);
    second.child.kill('SIGTERM');
    const { code, stderr } = await second.finished;
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`${HALF} alerts that waited on disk are sent first`));
    assert.match(stderr, /works again after \d+ s/);
    context.diagnostic(
      `away for ${awayFor} s: ${ids.size} of ${2 * HALF} alerts arrived, in ${requests} requests`,
    );
  });

  test('or never answers: other outputs and detection go on', async (context: TestContext) => {
    const spool = temporaryFolder(context);
    const file = join(temporaryFolder(context), 'alerts');
    const opener = await startOpener(context);
    const server = await httpServer((_, __, response) => {
      // The end of the answer never comes.
      response.end = () => response;
      return [];
    });
    context.after(() => server.stop());
    const more = ['output_timeout=100', 'file_output.enabled=true', `file_output.filename=${file}`];
    const daemon = await begin(opener, server.port, spool, ...more);
    await opener.open(1000);
    await daemon.logged(/no answer within 100 ms: alerts wait on disk/);
    await until(() => readFileSync(file, 'latin1').split('\n').length === 1001);
    await until(() => kept(spool) === 1000);
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Events detected: 1000/);
    assert.match(stderr, /1000 alerts wait on disk for the next run/);
  });
});
