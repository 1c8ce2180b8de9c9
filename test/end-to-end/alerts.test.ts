/** Alerts of real programs and of captures, kept and found again as a user does it. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventCodes } from '../../src/events/table.ts';
import { event, machine, section } from '../../src/sources/capture/testing.ts';
import { openToWrite } from '../../src/store/open.ts';
import { cannotWatch, LANNER, lanner, type Running, start } from '../support/lanner.ts';

const RULES = `
- rule: passwd opened
  desc: d
  condition: evt.type = openat and fd.name startswith /etc/passwd
  output: 'opened %fd.name by %proc.name'
  priority: WARNING
`;

const AUDIT_RULES = `
- rule: pod deleted
  desc: d
  condition: ka.verb = delete and ka.stage = ResponseComplete
  output: '%ka.target.pod.name deleted by %ka.user.name'
  priority: NOTICE
  source: k8s_audit
`;

function deletion(user: string): string {
  return JSON.stringify({
    kind: 'Event',
    auditID: `by-${user}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/n/pods/web-1',
    verb: 'delete',
    user: { username: user },
    objectRef: { resource: 'pods', namespace: 'n', name: 'web-1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-01-31T13:03:07.000001Z',
    stageTimestamp: '2026-01-31T13:03:08.000001Z',
  });
}

interface Folder {
  readonly rules: string;
  readonly store: string;
  readonly capture: string;
}

function folder(context: TestContext): Folder {
  const path = mkdtempSync(join(tmpdir(), 'lanner-alerts-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  const [rules, capture] = [join(path, 'rules.yaml'), join(path, 'capture.scap')];
  writeFileSync(rules, RULES);
  const [code = 0] = eventCodes('openat').slice(-1);
  const values = [3n, -100n, '/etc/passwd\x1b[31m\x9b', 1, 0, 0, 0n];
  const opened = event({ code, tid: 100, timestamp: 1_000_000_000n, values });
  writeFileSync(capture, Buffer.concat([section(), machine('captured'), opened]));
  return { rules, capture, store: join(path, 'store', 'alerts.db') };
}

test('alerts of a program that is watched are kept and found again', {
  skip: cannotWatch(),
}, async (context) => {
  const { rules, store } = folder(context);
  const script = 'cat /etc/passwd > /dev/null; tail -n 1 /etc/passwd > /dev/null';
  const common = ['-c', '', '--store', store];
  const run = await lanner(['run', ...common, '-r', rules, '--', 'sh', '-c', script]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(statSync(store).mode & 0o777, 0o600);

  const all = await lanner(['alerts', ...common]);
  assert.match(
    all.stdout,
    /^@1 \S+ Warning passwd opened: opened \/etc\/passwd by cat\n@2 \S+ Warning .* by tail\n$/,
  );
  const json = await lanner([
    'alerts',
    ...common,
    '--json',
    '--process',
    'tail',
    '--since',
    '1h',
    '/etc/passwd',
  ]);
  const [line = '', rest] = json.stdout.trimEnd().split('\n');
  assert.equal(rest, undefined);
  const { rule, output_fields: fields } = JSON.parse(line);
  assert.deepEqual([rule, fields['proc.name'], fields['fd.name']], ['passwd opened', 'tail', '/etc/passwd']);
  assert.equal((await lanner(['alerts', ...common, '--limit', '1'])).stdout.includes('cat'), false);
  assert.equal((await lanner(['alerts', ...common, '--priority', 'error'])).stdout, '');
  assert.equal((await lanner(['alerts', ...common, '--until', '1h'])).stdout, '');
  assert.equal((await lanner(['alerts', ...common, '--count'])).stdout, '        2  passwd opened\n');

  const tuned = await lanner(['tune', ...common, '-r', rules, '--min-count', '1']);
  assert.match(tuned.stderr, /would have silenced 2 of 2/);
});

test('alerts of a capture are followed as they come, and cannot write to the terminal', async (context) => {
  const { rules, store, capture } = folder(context);
  const replay = ['replay', '-c', '', '-r', rules, '--store', store, capture];
  assert.equal((await lanner(replay)).code, 0);
  const following = start(LANNER, ['alerts', '-c', '', '--store', store, '--follow']);
  await following.printed('stdout', 'passwd opened');
  assert.equal((await lanner(replay)).code, 0);
  await following.printed('stdout', 'passwd opened', 2);
  following.child.kill('SIGTERM');
  const { code, stdout } = await following.finished;
  assert.equal(code, 0);
  assert.equal(stdout.trimEnd().split('\n').length, 2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test('a daemon keeps alerts, and what was followed is there after a kill', async (context) => {
  const { rules, store } = folder(context);
  const state = dirname(store);
  const log = join(dirname(rules), 'audit.log');
  const file = join(dirname(rules), 'lanner.yaml');
  mkdirSync(state);
  writeFileSync(log, '');
  writeFileSync(
    file,
    `kubernetes: {audit: {from: ["file://${log}"], state_directory: ${state}/audit, read_existing: true}}\n`,
  );
  writeFileSync(rules, AUDIT_RULES);
  const watch = async (): Promise<Running> => {
    const args = ['-c', file, '-r', rules, '--disable-source', 'syscall'];
    const running = start(LANNER, args, { env: { STATE_DIRECTORY: state } });
    context.after(() => running.child.kill('SIGKILL'));
    await running.printed('stderr', 'Watching audit events of Kubernetes');
    return running;
  };
  const common = ['-c', '', '--store', store];
  // A store that is there from the start, so that it can be followed before the first alert.
  openToWrite(store, assert.fail).close();
  const following = start(LANNER, ['alerts', ...common, '--follow']);
  context.after(() => following.child.kill('SIGKILL'));
  for (const user of ['alice', 'bob']) {
    const daemon = await watch();
    appendFileSync(log, `${deletion(user)}\n`);
    await following.printed('stdout', `deleted by ${user}`);
    daemon.child.kill('SIGKILL');
    await daemon.finished;
  }
  following.child.kill('SIGTERM');
  await following.finished;
  const found = await lanner(['alerts', ...common, '--source', 'k8s_audit', '--pod', 'web-1']);
  assert.match(found.stdout, /deleted by alice\n(?:.*\n)*.*deleted by bob\n$/);
  const never = start(
    LANNER,
    ['-c', file, '-r', rules, '--disable-source', 'syscall', '-o', 'store.keep=never'],
    {
      env: { STATE_DIRECTORY: state },
    },
  );
  await never.printed('stderr', 'Watching audit events of Kubernetes');
  appendFileSync(log, `${deletion('carol')}\n`);
  await never.printed('stdout', 'deleted by carol');
  never.child.kill('SIGTERM');
  await never.finished;
  assert.doesNotMatch((await lanner(['alerts', ...common])).stdout, /carol/);
});

test('without --store a replay keeps nothing, and wrong questions are answered in one line', async (context) => {
  const { rules, store, capture } = folder(context);
  await lanner(['replay', '-c', '', '-r', rules, '-o', `store.path=${store}`, capture]);
  const nothing = await lanner(['alerts', '-c', '', '-o', `store.path=${store}`]);
  assert.deepEqual([nothing.code, nothing.stderr], [1, `lanner: ${store}: there is no store of alerts\n`]);
  const priority = await lanner(['alerts', '-c', '', '--priority', 'loud']);
  assert.equal(priority.code, 1);
  assert.match(priority.stderr, /^lanner: .*Give one of Emergency, .*\n$/);
  const unwritable = await lanner([
    'replay',
    '-c',
    '',
    '-r',
    rules,
    '--store',
    `${rules}/alerts.db`,
    capture,
  ]);
  assert.equal(unwritable.code, 1);
  assert.match(unwritable.stderr, /^lanner: cannot keep alerts: .*alerts\.db.*\n$/);
  const mistaken = await lanner(['replay', '-c', '', '-r', rules, '--store', rules, capture]);
  assert.match(
    mistaken.stderr,
    /^lanner: --store .*: this file is no store of alerts, and stays as it is\n$/,
  );
  assert.equal(readFileSync(rules, 'utf8'), RULES);
  const device = await lanner(['replay', '-c', '', '-r', rules, '--store', '/dev/null', capture]);
  assert.match(device.stderr, /this file is no store of alerts/);
  const both = await lanner(['tune', '-c', '', '-r', rules, '--store', store, capture]);
  assert.match(both.stderr, /give files or --store/);
});
