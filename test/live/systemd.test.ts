/** Lanner as a service of a real systemd: installed, watching, reloading, stopped, and gone again. */
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { cannotWatch } from '../support/lanner.ts';
import { type BootedSystemd, bootSystemd, CONTAINED_ROOT, cannotBootSystemd } from '../support/systemd.ts';

const LANNER = `${CONTAINED_ROOT}/bin/lanner`;
/** What runs in this slice of the container is all that the service watches here. */
const SCOPE = `[Service]
ExecStart=
ExecStart=${LANNER} --scope cgroup=/watched.slice
`;

interface Entry {
  readonly MESSAGE: string;
  readonly PRIORITY: string;
  readonly [field: string]: string;
}

/** A systemd with Lanner installed, to watch one slice, and not started. */
async function installed(context: TestContext): Promise<BootedSystemd> {
  const systemd = await bootSystemd(context);
  await systemd.output(LANNER, 'install');
  const folder = '/etc/systemd/system/lanner.service.d';
  await systemd.output('sh', '-c', `mkdir ${folder}; printf '${SCOPE}' > ${folder}/scope.conf`);
  await systemd.output('sh', '-c', `printf '${VICTIM}' > /etc/systemd/system/victim.service`);
  await systemd.output('systemctl', 'daemon-reload');
  await systemd.output('systemctl', 'start', 'watched.slice');
  return systemd;
}

/** Entries of the service in the journal that match, as soon as there are so many. */
async function entries({ run }: BootedSystemd, count: number, ...matches: string[]): Promise<Entry[]> {
  for (;;) {
    // It fails when there are none yet.
    const { stdout } = await run('journalctl', '-q', '-u', 'lanner', '-o', 'json', '--all', ...matches);
    const found = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Entry]));
    if (found.length >= count) return found;
  }
}

/** Reads a sensitive file in the watched slice, once it is started. */
const VICTIM = `[Service]
Type=oneshot
Slice=watched.slice
ExecStart=cat /etc/shadow
StandardOutput=null
`;
const readShadow = ['systemctl', 'start', 'victim'];

suite('systemd', { skip: cannotWatch() || cannotBootSystemd() }, () => {
  test('the service watches, alerts in the journal, reloads, and stops', async (context) => {
    const systemd = await installed(context);
    const { output } = systemd;
    await output('systemctl', 'enable', '--now', 'lanner');
    const pid = (await output('systemctl', 'show', '-P', 'MainPID', 'lanner')).trim();
    assert.equal((await output('cat', '/var/run/lanner.pid')).trim(), pid);
    assert.match(
      await output('systemctl', 'show', '-P', 'StatusText', 'lanner'),
      /^Watching .*watched\.slice/,
    );

    await output(...readShadow);
    const [alert] = await entries(systemd, 1, 'LANNER_RULE=Sensitive File Read by Untrusted Program');
    assert.ok(alert);
    assert.equal(alert.PRIORITY, '4');
    assert.equal(alert.LANNER_FD_NAME, '/etc/shadow');
    assert.equal(alert.LANNER_PROC_NAME, 'cat');
    assert.equal(alert.LANNER_SOURCE, 'syscall');
    assert.equal(alert._PID, pid);
    assert.match(
      alert.MESSAGE,
      /^\d\d:\d\d:\d\d\.\d{9}: Warning .*file=|^\d\d.*Warning Sensitive file \/etc\/shadow/,
    );
    const [started] = await entries(systemd, 1, '--grep=Watching system calls');
    assert.equal(started?.PRIORITY, '6');

    await output('sh', '-c', 'echo "json_output: true" > /etc/lanner/config.d/json.yaml');
    await entries(systemd, 1, '--grep=^Reloaded: ');
    await output('sh', '-c', 'kill -1 $(cat /var/run/lanner.pid)');
    await entries(systemd, 2, '--grep=^Reloaded: ');
    await output('systemctl', 'reload', 'lanner');
    await entries(systemd, 3, '--grep=^Reloaded: ');
    await output(...readShadow);
    const both = await entries(systemd, 2, 'LANNER_RULE=Sensitive File Read by Untrusted Program');
    assert.equal(JSON.parse(both[1]?.MESSAGE ?? '').priority, 'Warning');

    await output('systemctl', 'stop', 'lanner');
    const result = await output('systemctl', 'show', '-P', 'Result', '-P', 'ExecMainStatus', 'lanner');
    assert.deepEqual(result.trim().split('\n'), ['success', '0']);
    assert.equal((await systemd.run('test', '-e', '/var/run/lanner.pid')).code, 1);
    const [summary] = await entries(systemd, 1, '--grep=events, 0 lost');
    assert.match(summary?.MESSAGE ?? '', /2 alerts \(Warning 2\)(?:, \d+ left out in the kernel)?$/);
  });

  test('broken rules keep the service running on the old ones, and the journal says so', async (context) => {
    const systemd = await installed(context);
    await systemd.output('systemctl', 'start', 'lanner');
    await systemd.output('sh', '-c', 'echo "- rule: broken" > /etc/lanner/rules.d/mine.yaml');
    const [alert] = await entries(systemd, 1, 'LANNER_RULE=Lanner internal: hot restart failure');
    assert.equal(alert?.PRIORITY, '2');
    await systemd.output(...readShadow);
    await entries(systemd, 1, 'LANNER_RULE=Sensitive File Read by Untrusted Program');
  });

  test('alerts wait for a journal that is away', async (context) => {
    const systemd = await installed(context);
    await systemd.output('systemctl', 'start', 'lanner');
    const journal = [
      'systemd-journald.socket',
      'systemd-journald-dev-log.socket',
      'systemd-journald.service',
    ];
    await systemd.run('systemctl', 'stop', 'systemd-journald-audit.socket', ...journal);
    await systemd.output(...readShadow);
    assert.equal((await systemd.run('systemctl', 'is-active', 'lanner')).code, 0);
    assert.notEqual((await systemd.run('systemctl', 'is-active', 'systemd-journald')).code, 0);
    await systemd.output('systemctl', 'start', ...journal);
    await entries(systemd, 1, 'LANNER_RULE=Sensitive File Read by Untrusted Program');
  });

  test('the unit is right, gives little away, and goes with what else was installed', async (context) => {
    const systemd = await installed(context);
    const unit = '/etc/systemd/system/lanner.service';
    // It succeeds also when something is wrong, and says so.
    const verified = await systemd.run('systemd-analyze', 'verify', unit);
    assert.deepEqual([verified.code, verified.stderr], [0, '']);
    const security = await systemd.output('systemd-analyze', 'security', '--no-pager', 'lanner');
    const [, exposure] = /Overall exposure level for lanner\.service: ([\d.]+) /.exec(security) ?? [];
    context.diagnostic(`systemd-analyze security: ${exposure}`);
    assert.ok(Number(exposure) <= 3, security);

    await systemd.output('systemctl', 'start', 'lanner');
    await systemd.output('sh', '-c', 'echo "# mine" >> /etc/lanner/lanner.yaml');
    assert.match(
      await systemd.output(LANNER, 'uninstall'),
      /kept: \/etc\/lanner\/lanner\.yaml \(it was changed\)/,
    );
    assert.match(
      await systemd.output('find', '/etc/lanner', '-type', 'f'),
      /^\/etc\/lanner\/lanner\.yaml\n$/,
    );
    assert.equal((await systemd.run('systemctl', 'is-active', 'lanner')).code, 3);
    assert.equal((await systemd.run('test', '-e', unit)).code, 1);
  });
});
