/** The memory ceiling of a daemon that watches one process: what is given up, in which order, and that it goes on. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  type Daemon,
  replaceFile,
  startDaemon,
  startDaemonAfter,
  startOpener,
  temporaryFolder,
} from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { cannotWatch, lastLine } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened by %proc.name
  priority: WARNING
`;
/** Megabytes: some sixty are in use after the start. */
const CEILING = 130;
/** Megabytes: fewer than the receivers may have waiting. */
const HEAP = 140;
const BATCH = 10_000;
const MOST_ALERTS = 600_000;
const STEPS = ['caches', 'recordings', 'containers', 'waiting alerts', 'processes'];

const HEAD = /"output":"Lanner internal: memory ceiling\. .*\n/;

suite('the memory ceiling', { skip: cannotWatch() }, () => {
  test('one that is too low: all is given up in order but detection, and taken up again with room', async (context) => {
    const folder = temporaryFolder(context);
    const [rules, config] = [join(folder, 'rules.yaml'), join(folder, 'lanner.yaml')];
    writeFileSync(rules, SHADOW);
    const settings = (megabytes: number): string =>
      JSON.stringify({
        ...{ json_output: true, watch_config_files: false, limits: { memory_mb: megabytes } },
        capture: { enabled: true, mode: 'all_rules', path_prefix: join(folder, 'recording'), before: '10s' },
      });
    writeFileSync(config, settings(10));
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules, '-c', config);
    await daemon.printed('stdout', HEAD, STEPS.length);
    // The model knows the process since before it stopped taking new ones.
    await opener.open(1000);
    await daemon.printed('stdout', /Warning opened by perl".*\n/, 1000);
    replaceFile(config, settings(4000));
    await daemon.reload();
    await daemon.printed('stdout', HEAD, 2 * STEPS.length);
    await opener.open(1);
    await daemon.printed('stdout', /Warning opened by perl".*\n/, 1001);
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const told = stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes('memory ceiling'))
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      told.map(({ output_fields: fields }) => fields.step),
      [...STEPS, ...STEPS.toReversed()],
    );
    assert.deepEqual(
      told.map(({ priority }) => priority),
      [...Array<string>(4).fill('Warning'), 'Critical', ...Array<string>(5).fill('Informational')],
    );
    assert.match(
      stderr,
      /Memory is short: caches are emptied\. limits\.memory_mb says how much there may be/,
    );
    assert.match(stdout, /^Events detected: 1001$/m);
  });

  test('three quarters of what the control group may use, unless a ceiling is set', {
    skip: memoryGroups() === undefined && 'control groups do not limit memory here',
  }, async (context) => {
    const { folder, limit } = memoryGroups() as MemoryGroups;
    const group = join(folder, `lanner-test-${process.pid}`);
    mkdirSync(group);
    let daemon: Daemon | undefined;
    context.after(async () => {
      daemon?.child.kill('SIGKILL');
      await daemon?.finished;
      rmdirSync(group);
    });
    writeFileSync(join(group, limit), String(400 << 20));
    const opener = await startOpener(context);
    const port = await freePort();
    const settings = [
      ...['webserver.enabled=true', `webserver.listen_port=${port}`, 'metrics.enabled=true'],
      'webserver.prometheus_metrics_enabled=true',
    ];
    daemon = await startDaemonAfter(
      ...([`echo $$ > ${group}/cgroup.procs`, opener.pid] as const),
      ...settings.flatMap((setting) => ['-o', setting]),
    );
    await daemon.logged(/webserver: (?:listening|cannot listen)/);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, new RegExp(`^lanner_memory_ceiling_bytes ${300 << 20}$`, 'm'));
    assert.match(metrics, /^lanner_memory_steps_given_up 0$/m);
    daemon.child.kill('SIGTERM');
    assert.equal((await daemon.finished).code, 0);
  });

  for (const limit of ['ceiling', 'limit of V8'])
    test(`alerts that nobody takes: memory stays below the ${limit}, and every alert is counted`, (context) =>
      flood(context, limit === 'ceiling'));
});

interface MemoryGroups {
  /** In which groups can be made whose memory is limited. */
  readonly folder: string;
  /** The file that has the limit. */
  readonly limit: string;
}

function memoryGroups(): MemoryGroups | undefined {
  const [first, second] = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'];
  if (existsSync(`${first}/memory.limit_in_bytes`)) return { folder: first, limit: 'memory.limit_in_bytes' };
  const controllers = `${second}/cgroup.subtree_control`;
  const isLimited = existsSync(controllers) && readFileSync(controllers, 'latin1').includes('memory');
  return isLimited ? { folder: second, limit: 'memory.max' } : undefined;
}

async function flood(context: TestContext, hasCeiling: boolean): Promise<void> {
  const rules = join(temporaryFolder(context), 'rules.yaml');
  writeFileSync(rules, SHADOW);
  const opener = await startOpener(context);
  const receivers = [1, 2, 3, 4, 5].map((number) => ({
    name: `away-${number}`,
    http: { url: `http://127.0.0.1:9/${number}` },
  }));
  const options = [
    ...['stdout_output.enabled=false', 'delivery.spool=false', 'delivery.memory_mb=64'],
    ...[`receivers=${JSON.stringify(receivers)}`, `limits.memory_mb=${hasCeiling ? CEILING : 0}`],
  ];
  if (!hasCeiling) {
    process.env.NODE_OPTIONS = `--max-old-space-size=${HEAP}`;
    context.after(() => delete process.env.NODE_OPTIONS);
  }
  const daemon = await startDaemon(
    ...([opener.pid, '-r', rules, ...options.flatMap((option) => ['-o', option])] as const),
  );
  let most = 0;
  const sampling = setInterval(() => {
    const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'latin1');
    most = Math.max(most, Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  }, 100);
  context.after(() => clearInterval(sampling));
  let isShort = false;
  let opened = 0;
  void daemon
    .logged(': more than 1 MB waits while memory is short: more are left out, and counted')
    .then(() => {
      isShort = true;
    });
  while (!isShort) {
    assert.ok(opened < MOST_ALERTS, 'memory never became short');
    await opener.open(BATCH);
    opened += BATCH;
    // Otherwise events come faster than they are judged, and are lost before they are alerts.
    await setTimeout(200);
  }
  await opener.open(BATCH);
  opened += BATCH;
  clearInterval(sampling);
  daemon.child.kill('SIGTERM');
  const { code, stderr } = await daemon.finished;
  assert.equal(code, 0, stderr);
  context.diagnostic(
    `${Math.round(most)} MB at most, ${hasCeiling ? `ceiling ${CEILING} MB` : `${HEAP} MB for V8`}`,
  );
  assert.ok(
    most < 2 * CEILING,
    `${most} MB, more than the ceiling of ${CEILING} MB and what a second brings`,
  );
  const [, lost, raised, unwritten] =
    / (\d+) lost.*, (\d+) alerts \(Warning \d+\), (\d+) alerts not written/.exec(stderr) ?? [];
  assert.equal(Number(raised) + Number(lost), opened, lastLine(stderr));
  // Of the internal alerts, too, none has been taken.
  assert.ok(Number(unwritten) >= receivers.length * Number(raised), `${unwritten} of ${raised}`);
}
