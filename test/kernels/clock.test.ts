/**
 * The machine's clock is set by a day, forwards and back. What people read follows; what is measured in durations
 * (windows, rates, ages) does not notice. Only a machine that belongs to the tests may have its clock set.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { httpServer } from '../../src/outputs/receivers/servers.test-kit.ts';
import { type Daemon, startDaemon, temporaryFolder } from '../support/daemon.ts';
import { start } from '../support/lanner.ts';

const skip = process.env.LANNER_OWN_MACHINE ? false : 'sets the clock of the machine: npm run test:kernels';

const DAY = 86_400;
const RULE = `- rule: Opened
  desc: A file of the test is opened.
  condition: evt.type in (open, openat, openat2) and fd.name startswith /FOLDER/
  output: opened %fd.name
  priority: WARNING
`;
const OPENER = `$| = 1; print "ready\\n";
while (<STDIN>) { chomp; open my $f, '>', $_ or die; close $f; print "did $_\\n" }`;

interface Alert {
  readonly rule: string;
  readonly time: string;
  readonly output_fields: Readonly<Record<string, string | number>>;
}

/** Sets the machine's clock, for as long as the test runs. */
function setClock(context: TestContext, seconds: number): void {
  const set = (by: number): unknown =>
    execFileSync('date', ['-s', `@${Math.round(Date.now() / 1000) + by}`], { stdio: 'ignore' });
  set(seconds);
  context.after(() => set(-seconds));
}

/** A daemon that alerts on files of a folder, and a process that opens some there. */
async function watchFolder(context: TestContext, ...options: string[]) {
  const folder = temporaryFolder(context);
  const rules = join(temporaryFolder(context), 'rules.yaml');
  writeFileSync(rules, RULE.replace('/FOLDER', folder));
  const opener = start('perl', ['-e', OPENER], { pipe: true });
  context.after(() => opener.child.kill('SIGKILL'));
  await opener.printed('stdout', 'ready');
  const settings = ['json_output=true', 'watch_config_files=false', 'fold.key=["fd.name"]', ...options];
  const daemon = await startDaemon(
    opener.child.pid as number,
    ...['-r', rules, ...settings.flatMap((setting) => ['-o', setting])],
  );
  let opened = 0;
  return {
    daemon,
    async open(name: string, times = 1): Promise<void> {
      opened += times;
      opener.child.stdin?.write(`${join(folder, name)}\n`.repeat(times));
      await opener.printed('stdout', /^did /m, opened);
    },
  };
}

async function end({ child, finished }: Daemon): Promise<{ alerts: readonly Alert[]; stderr: string }> {
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return { alerts: lines.map((line) => JSON.parse(line)), stderr };
}

/** Opens files until an alert has the time that the machine has now; all alerts in between are of other files. */
async function untilTimesFollow(
  { daemon, open }: Awaited<ReturnType<typeof watchFolder>>,
  label: string,
): Promise<void> {
  let seen = '';
  daemon.child.stdout?.on('data', (text: string) => {
    seen += text;
  });
  for (let count = 0; count < 100; count++) {
    const name = `${label}-${count}`;
    await open(name);
    const alert = new RegExp(`"fd\\.name":"[^"]*/${name}".*"time":"(.*?)"`);
    await daemon.printed('stdout', alert);
    const time = Date.parse(alert.exec(seen)?.[1] ?? '');
    if (Math.abs(time - Date.now()) < 60_000) return;
    await setTimeout(200);
  }
  assert.fail('times of alerts do not follow the clock');
}

suite('the clock is set a day forwards and two days back', { skip }, () => {
  test('times of alerts follow, a window stays open as long as it should', async (context) => {
    const watched = await watchFolder(context, 'fold.window=1h');
    await watched.open('same', 5);
    await watched.daemon.printed('stdout', '/same"');
    setClock(context, DAY);
    await untilTimesFollow(watched, 'forwards');
    await watched.open('same', 5);
    setClock(context, -2 * DAY);
    await untilTimesFollow(watched, 'back');
    await watched.open('same', 5);
    const { alerts } = await end(watched.daemon);
    const same = alerts.filter(({ output_fields: fields }) => String(fields['fd.name']).endsWith('/same'));
    assert.deepEqual(
      same.map(({ output_fields: fields }) => fields['lanner.fold.count']),
      [undefined, 14],
    );
    const moved = Date.parse(same[1]?.time ?? '') - Date.parse(same[0]?.time ?? '');
    assert.equal(Math.round(moved / 1000 / DAY), -1, 'the last event has the time that the machine has then');
  });

  test('a window ends after its time', async (context) => {
    const { daemon, open } = await watchFolder(context, 'fold.window=3s');
    for (const [turn, seconds] of [DAY, -2 * DAY].entries()) {
      await open('same', 5);
      setClock(context, seconds);
      await daemon.printed('stdout', '"lanner.fold.count":4', turn + 1);
    }
    await end(daemon);
  });

  test('a rate limit holds', async (context) => {
    const limit = 'rate_limits=[{"rule": "*", "rate": 0.001, "burst": 1}]';
    const { daemon, open } = await watchFolder(context, limit);
    await open('a', 10);
    await daemon.printed('stdout', '/a"');
    setClock(context, DAY);
    await open('b', 10);
    setClock(context, -2 * DAY);
    await open('c', 10);
    const { alerts } = await end(daemon);
    assert.deepEqual(
      alerts.map(({ output_fields: fields }) => fields['lanner.limit.count']),
      [undefined, 29],
    );
  });

  test('what waits on disk for an hour at most is still delivered', async (context) => {
    const away = await httpServer(() => []);
    await away.stop();
    const { daemon, open } = await watchFolder(
      context,
      ...['http_output.enabled=true', `http_output.url=http://127.0.0.1:${away.port}/`],
      ...[`delivery.spool_directory=${temporaryFolder(context)}`, 'delivery.spool_age=1h'],
      'delivery.retry_longest=200ms',
    );
    await open('a', 20);
    await daemon.logged('alerts wait on disk');
    setClock(context, DAY);
    await open('b', 20);
    setClock(context, -2 * DAY);
    await open('c', 20);
    const ids = new Set<string>();
    const server = await httpServer((request, body) => {
      for (const id of String(request.headers['x-lanner-alert-ids']).split(',')) ids.add(id);
      return [body];
    }, away.port);
    context.after(() => server.stop());
    await daemon.logged(/works again after \d{1,4} s/);
    for (let tries = 0; ids.size < 60 && tries < 500; tries++) await setTimeout(100);
    const { alerts } = await end(daemon);
    assert.equal(alerts.filter(({ rule }) => !rule.startsWith('Lanner internal')).length, 60);
    // Lanner's own alerts, which a slow machine may raise, are sent as well.
    assert.equal(ids.size, alerts.length);
  });
});
