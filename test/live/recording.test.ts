/**
 * What Lanner records and judges again raises the alerts that it raised live, field by field, and other readers of
 * the format find processes, descriptors and arguments in it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { createContainer } from '../support/container.ts';
import { cannotWatch, lanner, lannerAfter } from '../support/lanner.ts';

const skip = cannotWatch();
const UPSTREAM = join(import.meta.dirname, '../../../shared/upstream-rules');
const noSysdig = spawnSync('sysdig', ['--version']).status === 0 ? false : 'sysdig is not installed';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-record-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Opens a sensitive file in many ways: through links, from its directory, by a second name. */
function sceneIn(folder: string): string {
  const path = join(folder, 'scene.sh');
  writeFileSync(
    path,
    `cd ${folder}
cat /etc/shadow > /dev/null
ln -s /etc/shadow link; cat link > /dev/null
ln -s /etc directory; cat directory/shadow > /dev/null
(cd /etc; cat shadow > /dev/null; exec cat ../etc/./shadow > /dev/null)
sh -c 'sh -c "cat /etc/shadow" | cat > copy'
bash -c 'exec 3<>/dev/tcp/127.0.0.1/9' 2> /dev/null
chmod 4755 copy; mv copy moved; rm link directory moved
exit 3
`,
  );
  return path;
}

const JSON_ALERTS = ['json_output=true', 'rule_matching=all', 'time_format_iso_8601=true'];

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('{'));
}

async function recordAndReplay(
  folder: string,
  rules: readonly string[],
  more: readonly string[] = [],
  {
    command = ['sh', sceneIn(folder)],
    code = 3,
    onAlert = (_alert: string): void => {},
  }: { command?: readonly string[]; code?: number; onAlert?: (alert: string) => void } = {},
) {
  const file = join(folder, 'a.scap');
  const alerts = join(folder, 'alerts');
  const settings = (flag: string): string[] => JSON_ALERTS.flatMap((setting) => [flag, setting]);
  const rulesFlags = rules.flatMap((path) => ['-r', path]);
  const looking = setInterval(() => {
    if (existsSync(alerts)) for (const line of linesOf(readFileSync(alerts, 'utf8'))) onAlert(line);
  }, 50);
  const recorded = await lanner([
    ...['record', '-o', file, '--alerts', alerts, ...settings('--option'), ...rulesFlags, ...more],
    '--',
    ...command,
  ]);
  clearInterval(looking);
  assert.equal(recorded.code, code, recorded.stderr);
  const replayed = await lanner(['replay', file, ...settings('-o'), ...rulesFlags]);
  assert.equal(replayed.code, 0, replayed.stderr);
  return { file, live: linesOf(readFileSync(alerts, 'utf8')), again: linesOf(replayed.stdout), recorded };
}

test('a recording raises the alerts of the default rules again', { skip }, async (context) => {
  const { live, again } = await recordAndReplay(folderOf(context), ['rules']);
  assert.ok(live.length >= 5, `${live.length} alerts`);
  assert.deepEqual(again, live);
});

test('and those of the upstream rules, from a compressed file', {
  skip: skip || (!existsSync(UPSTREAM) && 'the upstream rules (../shared) are not beside this checkout'),
}, async (context) => {
  const { live, again } = await recordAndReplay(folderOf(context), [UPSTREAM], ['-z']);
  assert.ok(live.length >= 5, `${live.length} alerts`);
  assert.deepEqual(again, live);
});

test('every field has the same value at every event', { skip }, async (context) => {
  const folder = folderOf(context);
  const fields = FIELD_CATALOG.fields
    .filter(
      ({ argument, name, conditionOnly }) =>
        argument.presence !== 'required' && !conditionOnly && !/^(?:ka|jevt|json|static)\./.test(name),
    )
    .map(({ name }) => `%${name}`);
  assert.ok(fields.length > 150);
  const rules = join(folder, 'all.yaml');
  const output = fields.join(' ');
  writeFileSync(
    rules,
    JSON.stringify([{ rule: 'all', desc: '-', condition: 'evt.num > 0', priority: 'INFO', output }]),
  );
  const { live, again } = await recordAndReplay(
    folder,
    [rules],
    ['--events', 'execve,openat,clone,procexit'],
  );
  // So many alerts at once do not all reach the file.
  assert.ok(live.length > 200, `${live.length} alerts`);
  const replayed = new Set(again);
  assert.deepEqual(
    live.filter((line) => !replayed.has(line)),
    [],
  );
});

test('what happens in a container, with its users, is judged again as it was', { skip }, async (context) => {
  const folder = folderOf(context);
  const rules = join(folder, 'container.yaml');
  const output =
    '%container.id %container.type %container.full_id %container.name %container.image %user.name %user.uid %group.name %user.homedir %proc.vpid %proc.cmdline %proc.aname[2] %fd.name';
  const condition = 'evt.type in (execve, openat, open, clone, procexit, setuid) and container.id != host';
  writeFileSync(rules, JSON.stringify([{ rule: 'c', desc: '-', condition, priority: 'INFO', output }]));
  const container = createContainer({
    // Its users are read while it runs: it does until an alert has named one.
    command: [
      ...['/bin/sh', '-c'],
      'cat /etc/shadow > /dev/null; for i in $(seq 100); do id; [ -e /srv/known ] && break; sleep 0.2; done; ls /',
    ],
    files: { '/etc/passwd': 'captain:x:0:0::/ship:/bin/sh\n', '/etc/group': 'crew:x:0:\n' },
  });
  try {
    const { command } = container;
    let isKnown = false;
    const onAlert = (alert: string): void => {
      if (isKnown || !alert.includes('captain')) return;
      isKnown = true;
      const [program = '', ...args] = container.exec('touch', '/srv/known');
      spawnSync(program, args);
    };
    const { live, again } = await recordAndReplay(folder, [rules], [], { command, code: 0, onAlert });
    assert.ok(live.length > 10, `${live.length} alerts`);
    assert.ok(live.some((line) => line.includes('captain') && line.includes('/ship')));
    assert.deepEqual(again, live);
  } finally {
    container.remove();
  }
});

test('sysdig names processes, descriptors and arguments', { skip: skip || noSysdig }, async (context) => {
  const { file } = await recordAndReplay(folderOf(context), ['rules']);
  const { stdout, stderr, status } = spawnSync(
    'sysdig',
    ['-r', file, '-p', '*%evt.dir %evt.type %proc.name %proc.pname %fd.name %proc.args %user.name'],
    { encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n');
  const has = (line: string): void => assert.ok(lines.includes(line), `no line "${line}"`);
  has('< execve cat sh <NA> /etc/shadow root');
  has('< openat cat sh /etc/shadow /etc/shadow root');
  has('> read cat sh /etc/shadow /etc/shadow root');
  has('> close cat sh /etc/shadow /etc/shadow root');
  has('< openat cat sh /etc/shadow shadow root');
});

const RULE = {
  ...{ rule: 'Shadow', desc: '-', priority: 'WARNING', output: '%proc.cmdline %evt.num %proc.aname[2]' },
  condition: 'evt.type in (open, openat) and fd.name = /etc/shadow',
  ...{ capture: true, capture_duration: 60_000 },
};

async function withCapture(context: TestContext, script: string, settings: readonly string[], rule = RULE) {
  const folder = folderOf(context);
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, JSON.stringify([rule]));
  const flags = ['json_output=true', 'capture.enabled=true', `capture.path_prefix=${folder}/c`, ...settings];
  const { code, stderr, stdout } = await lanner([
    ...['run', '-r', rules, '--alerts', 'stdout', ...flags.flatMap((setting) => ['-o', setting])],
    ...['--', 'sh', '-c', script],
  ]);
  assert.equal(code, 0, stderr);
  const files = readdirSync(folder).filter((name) => name.endsWith('.scap'));
  const replays = await Promise.all(
    files.map(async (name) =>
      linesOf((await lanner(['replay', join(folder, name), '-r', rules, '-o', 'json_output=true'])).stdout),
    ),
  );
  return { folder, files, live: linesOf(stdout), replays, stderr };
}

test('a rule with `capture` makes a file that begins with its event', { skip }, async (context) => {
  const script = 'ls / > /dev/null; cat /etc/shadow > /dev/null; ls / > /dev/null';
  const { files, live, replays, folder } = await withCapture(context, script, []);
  assert.equal(files.length, 1);
  assert.match(files[0] ?? '', /^c_\d{20}_\d{20}\.scap$/);
  const first = JSON.parse(live[0] ?? '{}');
  assert.ok(files[0]?.endsWith(`_${String(first.output_fields['evt.num']).padStart(20, '0')}.scap`));
  assert.deepEqual(replays, [live]);
  assert.equal(statSync(join(folder, files[0] ?? '')).mode & 0o777, 0o600);
});

test('the flight recorder has what led to the alert, with the processes as they were', {
  skip,
}, async (context) => {
  const script = 'ls / > /dev/null; sh -c "cat /etc/shadow" > /dev/null; ls / > /dev/null';
  const { files, live, replays, folder } = await withCapture(context, script, ['capture.before=30s']);
  assert.deepEqual(replays, [live]);
  const all = join(folder, 'execs.yaml');
  const output = '%proc.cmdline of %proc.pname';
  writeFileSync(
    all,
    JSON.stringify([
      {
        rule: 'e',
        desc: '-',
        condition: 'evt.type = execve and evt.res = SUCCESS',
        output,
        priority: 'INFO',
      },
    ]),
  );
  const { stdout } = await lanner([
    'replay',
    join(folder, files[0] ?? ''),
    '-r',
    all,
    '-o',
    'json_output=true',
  ]);
  const programs = linesOf(stdout).map((line) => JSON.parse(line).output_fields['proc.cmdline']);
  assert.deepEqual(programs.slice(0, 4), [
    `sh -c ${script}`,
    'ls /',
    'sh -c cat /etc/shadow',
    'cat /etc/shadow',
  ]);
});

test('a full disk ends the recording, not the command, and what was written can be read', {
  skip,
}, async (context) => {
  const folder = folderOf(context);
  // The file system goes with the mount namespace, so the file is looked at in it.
  const { code, stderr } = await lannerAfter(`mount -t tmpfs -o size=300k none ${folder}`, [
    ...['record', '-o', join(folder, 'a.scap'), '--', 'sh', '-c'],
    `for i in $(seq 40); do ls / > /dev/null; done; sleep 2.5; ls / > /dev/null; cp ${folder}/a.scap /tmp/${folder.split('/').at(-1)}.scap; exit 0`,
  ]);
  const copy = `/tmp/${folder.split('/').at(-1)}.scap`;
  context.after(() => rmSync(copy, { force: true }));
  assert.equal(code, 1, stderr);
  assert.match(stderr, /a\.scap: \d+ events.*ended early.*no space left/i);
  const replayed = await lanner(['replay', copy, '-r', 'rules']);
  assert.equal(replayed.code, 0, replayed.stderr);
  assert.match(replayed.stderr, /[1-9]\d* events/);
});
