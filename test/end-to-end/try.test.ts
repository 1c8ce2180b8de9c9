/** `lanner try`: the events for which a condition holds. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suite, test } from 'node:test';
import { cannotWatch, LANNER, lanner, ROOT, start } from '../support/lanner.ts';

const CAPTURE = resolve(ROOT, '../shared/captures/busy-host.scap');

suite('try, live', { skip: cannotWatch() }, () => {
  test('one line for each event that matches, beside the output of the command, whose exit code counts', async () => {
    const command = ['sh', '-c', 'echo own; cat /etc/hostname >/dev/null; exit 3'];
    const condition = 'evt.type = openat and fd.name = /etc/hostname';
    const { code, stdout, stderr } = await lanner([
      'try',
      condition,
      '-p',
      '%proc.name %fd.name',
      '--',
      ...command,
    ]);
    assert.equal(code, 3, stderr);
    assert.equal(stdout, 'own\n');
    assert.match(stderr, /^cat \/etc\/hostname\nlanner: 1 of \d+ events matched\n$/);
  });

  test('of a condition that never holds it tells the parts that never did, and the nearest event', async () => {
    const condition = 'evt.type = openat and fd.name = /never/there and not fd.num >= -1000';
    const { code, stderr } = await lanner(['try', condition, '--', 'cat', '/etc/hostname']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /lanner: 0 of \d+ events matched\n/);
    assert.match(stderr, /never true: fd\.name = \/never\/there \(condition:1:23\)\n/);
    assert.match(stderr, /never false: fd\.num >= -1000 \(condition:1:54\)\n/);
    assert.match(stderr, /event \d+ came nearest:\n.*fd\.name = \/never\/there is false: value \//);
  });

  test('macros of the default rules, and a number of events that is enough', async () => {
    const script = 'for i in 1 2 3 4; do cat /etc/hostname; done >/dev/null';
    const { stderr } = await lanner([
      'try',
      'spawned_process',
      '-n',
      '2',
      '--json',
      '--',
      'sh',
      '-c',
      script,
    ]);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    assert.equal(lines.length, 2, stderr);
    assert.equal(JSON.parse(lines[0] as string)['evt.type'], 'execve');
  });
});

suite('try, from a capture', { skip: existsSync(CAPTURE) ? false : 'needs ../shared/captures' }, () => {
  test('a rule of a file, with its own output', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-try-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'rule.yaml');
    writeFileSync(
      file,
      '- rule: Listing\n  desc: "-"\n  condition: spawned_process and proc.name = ls\n  output: listed by %proc.pname\n  priority: NOTICE\n  enabled: false\n',
    );
    const { code, stdout, stderr } = await lanner(['try', '-f', file, '-r', CAPTURE, '-n', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\d\d:\d\d:\d\d\.\d{9}: Notice listed by load\.sh\n$/);
  });
});

suite('try, for a reader that goes', {
  skip: existsSync(CAPTURE) ? false : 'needs ../shared/captures',
}, () => {
  test('nobody is left to read: it ends', async () => {
    const script = `'${LANNER}' try 'evt.type exists' -r '${CAPTURE}' | head -n 1`;
    const { code, stdout, stderr } = await start('sh', ['-c', script]).finished;
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const [, matched = ''] = /^lanner: (\d+) of \d+ events matched$/m.exec(stderr) ?? [];
    assert.ok(Number(matched) > 0 && Number(matched) < 100_000, stderr);
  });
});

suite('try, mistakes', () => {
  test('a mistake in the condition, at its place', async () => {
    const { code, stderr } = await lanner(['try', 'evt.type = openat and\n fd.nam = /x', '--', 'true']);
    assert.equal(code, 1);
    assert.match(stderr, /error: unknown field fd\.nam: did you mean fd\.num\?\n {2}--> condition:2:2\n/);
    assert.match(stderr, /2 \| {2}fd\.nam = \/x\n {3}\| {2}\^{6}\n/);
  });

  test('a mistake in the format, at its place', async () => {
    const { code, stderr } = await lanner([
      'try',
      'evt.type = openat',
      '-p',
      '%proc.name %nope',
      '--',
      'true',
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /--> output:1:12\n/);
  });

  test('nothing to try, and two places for events', async () => {
    assert.match((await lanner(['try'])).stderr, /give a condition/);
    const both = await lanner(['try', 'evt.type = open', '-r', 'x.scap', '--', 'true']);
    assert.match(both.stderr, /give one of COMMAND, --read and --scope/);
  });
});
