/** `lanner top` of programs that the test starts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { startOpener } from '../support/daemon.ts';
import { cannotWatch, LANNER, lanner, start } from '../support/lanner.ts';

const READS = ['--', 'sh', '-c', 'cat /etc/shadow /etc/shadow > /dev/null; exit 3'];

interface Table {
  readonly kind: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

function lastTable(stdout: string): Table {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Table;
}

suite('lanner top', { skip: cannotWatch() }, () => {
  test('of a command: exact counts in all, and its exit code', async () => {
    const calls = await lanner(['top', 'calls', '--json', ...READS]);
    assert.equal(calls.code, 3, calls.stderr);
    const { kind, rows } = lastTable(calls.stdout);
    assert.equal(kind, 'total');
    const opens = rows.find(({ call }) => call === 'openat');
    assert.equal(opens?.alerts, 2);
    assert.equal(opens?.calls, Number(opens?.judged) + Number(opens?.left_out) + Number(opens?.lost));
    assert.ok(Number(opens?.left_out) > 0, 'the loader opens libraries, which no rule is about');
  });

  test('rules, processes and containers', async () => {
    const rules = lastTable((await lanner(['top', '--json', '--sort', 'matched', ...READS])).stdout).rows;
    assert.deepEqual([rules[0]?.rule, rules[0]?.matched], ['Sensitive File Read by Untrusted Program', 2]);
    const processes = lastTable((await lanner(['top', 'processes', '--json', ...READS])).stdout).rows;
    assert.deepEqual(processes.map(({ process, alerts }) => `${process} ${alerts}`).sort(), [
      'cat 2',
      'sh 0',
    ]);
    const text = await lanner(['top', 'containers', ...READS]);
    assert.match(text.stdout, /^containers, in all [\d.]+ s:\n[\s\S]*^ +\d+ +2 +2 +host$/m);
  });

  test('mistakes', async () => {
    assert.match((await lanner(['top', 'files'])).stderr, /there is no top of files/);
    assert.match((await lanner(['top', 'calls', '--sort', 'pid'])).stderr, /cannot be sorted by pid, but by/);
    assert.match((await lanner(['top', '--'])).stderr, /say after -- which command/);
  });

  const skip = existsSync('/usr/bin/script') ? false : 'script(1) is not there to make a terminal';
  test('in a terminal: keys switch and end it, and the terminal is as it was', { skip }, async (context) => {
    const opener = await startOpener(context);
    const shown = `${LANNER} top --scope pid=${opener.pid}; echo "code $?"; stty -a`;
    const top = start('script', ['-qec', `stty rows 24 cols 100; ${shown}`, '/dev/null'], { pipe: true });
    await top.printed('stdout', 'watching');
    await opener.open(2);
    await top.printed('stdout', 'Sensitive File Read by Untrusted Program');
    top.child.stdin?.write('4');
    await top.printed('stdout', /4 \[calls\][\s\S]*openat/);
    top.child.stdin?.write('q');
    const { stdout } = await top.finished;
    assert.match(stdout, /calls, in all/);
    assert.match(stdout, /code 0/);
    assert.match(stdout, / icanon/);
    assert.match(stdout, / echo /);
    // Back from the other screen, with the cursor.
    assert.ok(stdout.lastIndexOf('\x1b[?1049l') > stdout.lastIndexOf('\x1b[?1049h'));
    assert.ok(stdout.includes('\x1b[?25h'));
  });
});
