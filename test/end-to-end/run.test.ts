/** `lanner run`: what the command sees of it, and what is left of it when the command ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { cannotWatch, LANNER, lanner, lastLine, start } from '../support/lanner.ts';

const SUMMARY = /^lanner: \d+ events, 0 lost, 0 alerts(?:, \d+ left out in the kernel)?$/;
const READ_SHADOW = ['cat', '/etc/shadow'];

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-run-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

suite('lanner run', { skip: cannotWatch() }, () => {
  for (const [script, code] of [
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
  ] as const) {
    test(`ends with the exit code of the command: ${script}`, async () => {
      const result = await lanner(['run', '--', 'sh', '-c', script]);
      assert.equal(result.code, code);
      assert.match(lastLine(result.stderr), SUMMARY);
      assert.equal(result.stdout, '');
    });
  }

  test('127 when there is no such command, 126 when it cannot be run, each with a reason', async () => {
    const missing = await lanner(['run', '--', 'no-such-command']);
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /^lanner: no-such-command: not found$/m);
    const notExecutable = await lanner(['run', '--', '/etc/passwd']);
    assert.equal(notExecutable.code, 126);
    assert.match(notExecutable.stderr, /^lanner: \/etc\/passwd: cannot be run: EACCES$/m);
    // Failures that Node throws instead of telling them.
    const noFolder = await lanner(['run', '--', '/etc/passwd/x']);
    assert.equal(noFolder.code, 126);
    assert.match(noFolder.stderr, /^lanner: \/etc\/passwd\/x: cannot be run: ENOTDIR$/m);
    const nothing = await lanner(['run', '--', '']);
    assert.equal(nothing.code, 127);
    assert.match(nothing.stderr, /^lanner: "": not found$/m);
  });

  test('the command has its own standard streams, and nothing is mixed into them', async () => {
    const result = await lanner(['run', '--', 'sh', '-c', 'cat; echo err >&2'], { input: 'one\ntwo\n' });
    assert.equal(result.stdout, 'one\ntwo\n');
    assert.match(result.stderr, /^err\nlanner: \d+ events/);
  });

  test('alerts go to standard error, to standard output, or to a file', async (context) => {
    const onStderr = await lanner(['run', '--', ...READ_SHADOW]);
    assert.match(onStderr.stderr, /^\d\d:\d\d:\d\d\.\d{9}: Warning .*\/etc\/shadow/m);
    assert.doesNotMatch(onStderr.stdout, /Warning/);
    assert.match(lastLine(onStderr.stderr), /, 1 alert \(Warning 1\)(?:, \d+ left out in the kernel)?$/);

    const onStdout = await lanner([
      'run',
      '--alerts',
      'stdout',
      '-o',
      'json_output=true',
      '--',
      ...READ_SHADOW,
    ]);
    const lines = onStdout.stdout.split('\n').filter((line) => line.startsWith('{'));
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).output_fields['fd.name']),
      ['/etc/shadow'],
    );
    assert.doesNotMatch(onStdout.stderr, /shadow/);

    const file = join(temporary(context), 'alerts');
    await lanner(['run', '--alerts', file, '--', ...READ_SHADOW]);
    assert.match(readFileSync(file, 'utf8'), /^[^\n]*\/etc\/shadow[^\n]*\n$/);
  });

  test("options after the command are the command's", async () => {
    const result = await lanner(['run', 'sh', '-c', 'exit "$1"', 'sh', '3']);
    assert.equal(result.code, 3);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
    test(`${signal} reaches the command, which decides when to end`, async () => {
      const name = signal.slice(3);
      const script = `trap 'echo got; exit 42' ${name}; echo ready; while :; do sleep 0.05; done`;
      const running = start(LANNER, ['run', '--', 'sh', '-c', script]);
      await running.printed('stdout', 'ready');
      running.child.kill(signal);
      const result = await running.finished;
      assert.equal(result.stdout, 'ready\ngot\n');
      assert.equal(result.code, 42);
      assert.match(lastLine(result.stderr), SUMMARY);
    });
  }

  test('nothing but the command and its descendants is watched', async () => {
    const outside = start('sh', ['-c', 'while :; do cat /etc/shadow >/dev/null; done']);
    try {
      const result = await lanner([
        'run',
        '--',
        'sh',
        '-c',
        'sleep 0.3; (cat /etc/shadow >/dev/null) & wait',
      ]);
      assert.equal(result.stderr.match(/Warning .*\/etc\/shadow/g)?.length, 1);
    } finally {
      process.kill(-(outside.child.pid as number), 'SIGKILL');
      await outside.finished;
    }
  });

  test('what outlives the command is told, since it is no longer watched', async () => {
    const result = await lanner(['run', '--', 'sh', '-c', 'sleep 5 >/dev/null 2>&1 & exit 4']);
    assert.equal(result.code, 4);
    assert.match(
      lastLine(result.stderr),
      /, 1 left running, no longer watched(?:, \d+ left out in the kernel)?$/,
    );
  });

  test('two at the same time do not disturb each other', async () => {
    const command = ['run', '--', 'sh', '-c', 'sleep 0.5; cat /etc/shadow >/dev/null'];
    for (const result of await Promise.all([lanner(command), lanner(command)])) {
      assert.equal(result.code, 0);
      assert.match(
        lastLine(result.stderr),
        / 0 lost, 1 alert \(Warning 1\)(?:, \d+ left out in the kernel)?$/,
      );
    }
  });

  test('a reader of alerts that goes away does not disturb the command', async () => {
    const script = `"$0" run --alerts stdout -- sh -c 'cat /etc/shadow >&2; sleep 0.3; cat /etc/shadow >&2; exit 9' | head -c 1 >/dev/null`;
    const result = await start('bash', ['-o', 'pipefail', '-c', script, LANNER]).finished;
    assert.equal(result.code, 9);
  });
});
