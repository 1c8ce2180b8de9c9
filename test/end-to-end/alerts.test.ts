/** Alerts of real programs and of captures, kept and found again as a user does it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventCodes } from '../../src/events/table.ts';
import { event, machine, section } from '../../src/sources/capture/testing.ts';
import { cannotWatch, LANNER, lanner, start } from '../support/lanner.ts';

const RULES = `
- rule: passwd opened
  desc: d
  condition: evt.type = openat and fd.name startswith /etc/passwd
  output: 'opened %fd.name by %proc.name'
  priority: WARNING
`;

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
    /^\S+ Warning passwd opened: opened \/etc\/passwd by cat\n\S+ Warning .* by tail\n$/,
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
  const both = await lanner(['tune', '-c', '', '-r', rules, '--store', store, capture]);
  assert.match(both.stderr, /give files or --store/);
});
