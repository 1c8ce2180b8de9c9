/** `lanner` as a daemon, watching processes that the tests start. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { cannotWatch, LANNER, lanner, lastLine, type Running, start } from '../support/lanner.ts';

const WATCHING = 'Watching system calls of';

/** A shell that reads /etc/shadow whenever it gets a line, and says when it has. */
function startReader(context: TestContext): Running & { read(): Promise<void>; pid: number } {
  const script = 'echo ready; while read line; do cat /etc/shadow >/dev/null; echo "did $line"; done';
  const running = start('bash', ['-c', script], { pipe: true });
  context.after(() => running.child.kill('SIGKILL'));
  let count = 0;
  return {
    ...running,
    pid: running.child.pid as number,
    async read() {
      await running.printed('stdout', 'ready');
      running.child.stdin?.write(`${++count}\n`);
      await running.printed('stdout', `did ${count}\n`);
    },
  };
}

async function watchReader(pid: number, ...args: string[]): Promise<Running> {
  const running = start(LANNER, ['--scope', `pid=${pid}`, ...args]);
  await running.printed('stderr', WATCHING);
  return running;
}

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-watch-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

suite('lanner', { skip: cannotWatch() }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends it with a summary and exit code 0`, async (context) => {
      const reader = startReader(context);
      const watching = await watchReader(reader.pid);
      await reader.read();
      await reader.read();
      await watching.printed('stdout', /(?:Warning .*\n.*){2}/);
      watching.child.kill(signal);
      const { code, stdout, stderr } = await watching.finished;
      assert.equal(code, 0);
      assert.match(
        stdout,
        /\nEvents detected: 2\nRule counts by severity:\n {3}WARNING: 2\nTriggered rules by rule name:\n {3}\S.*: 2\n$/,
      );
      assert.match(
        lastLine(stderr),
        /: \d+ events, 0 lost, 2 alerts \(Warning 2\)(?:, \d+ left out in the kernel)?$/,
      );
    });
  }

  test('it tells the rules, the scope and the kernel before it watches', async (context) => {
    const reader = startReader(context);
    const watching = await watchReader(reader.pid);
    watching.child.kill('SIGTERM');
    const { stderr } = await watching.finished;
    assert.match(stderr, /Lanner version: \d+\.\d+\.\d+/);
    assert.match(stderr, /Loading rules from:\n.*00-definitions\.yaml/);
    assert.match(stderr, new RegExp(`${WATCHING} the processes ${reader.pid} .* on Linux \\d`));
  });

  test('-M ends it after so many seconds', async (context) => {
    const reader = startReader(context);
    const { code, stdout } = await lanner(['--scope', `pid=${reader.pid}`, '-M', '0.5']);
    assert.equal(code, 0);
    assert.match(stdout, /^Events detected: 0\n/);
  });

  test('it ends when nothing is left of what it watches', async (context) => {
    const reader = startReader(context);
    const watching = await watchReader(reader.pid);
    reader.child.kill('SIGKILL');
    assert.equal((await watching.finished).code, 0);
  });

  test('a process that does not exist is an error', async () => {
    // Beyond the largest process id that Linux gives out (proc(5), pid_max).
    const { code, stderr } = await lanner(['--scope', 'pid=4194304']);
    assert.equal(code, 1);
    assert.equal(lastLine(stderr), 'lanner: there is no process 4194304');
  });

  test('a reader of alerts that goes away ends it cleanly', async (context) => {
    const reader = startReader(context);
    const watching = await watchReader(reader.pid);
    watching.child.stdout?.destroy();
    await reader.read();
    const { code, stderr } = await watching.finished;
    assert.equal(code, 0);
    assert.match(
      lastLine(stderr),
      / 1 alert \(Warning 1\), 1 alerts not written(?:, \d+ left out in the kernel)?$/,
    );
  });

  test('a reader of alerts that goes away does not end what has another output', async (context) => {
    const file = join(temporary(context), 'alerts');
    const reader = startReader(context);
    const options = ['-o', 'file_output.enabled=true', '-o', `file_output.filename=${file}`];
    const watching = await watchReader(reader.pid, ...options);
    watching.child.stdout?.destroy();
    await reader.read();
    await watching.printed('stderr', 'stdout: EPIPE');
    await reader.read();
    watching.child.kill('SIGTERM');
    const { code, stderr } = await watching.finished;
    assert.equal(code, 0);
    assert.match(
      lastLine(stderr),
      / 2 alerts \(Warning 2\), 2 alerts not written(?:, \d+ left out in the kernel)?$/,
    );
    assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, 2);
  });

  test('a file is an output too, and SIGUSR1 opens it anew', async (context) => {
    const folder = temporary(context);
    const file = join(folder, 'alerts');
    const config = join(folder, 'falco.yaml');
    writeFileSync(
      config,
      `json_output: true\nstdout_output: {enabled: false}\nfile_output: {enabled: true, keep_alive: true, filename: ${file}}\n`,
    );
    const reader = startReader(context);
    const watching = await watchReader(reader.pid, '-c', config);
    await reader.read();
    while (readFileSync(file, 'utf8') === '') await new Promise(setImmediate);
    renameSync(file, `${file}.1`);
    watching.child.kill('SIGUSR1');
    // When the signal is handled is not ours to say: alerts go to the old file until then.
    do await reader.read();
    while (!existsSync(file));
    watching.child.kill('SIGTERM');
    const { code, stdout } = await watching.finished;
    assert.equal(code, 0);
    const [before, after] = [`${file}.1`, file].map((path) => {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line).output_fields['fd.name']);
    });
    assert.ok(before && after);
    assert.deepEqual(new Set([...before, ...after]), new Set(['/etc/shadow']));
    assert.ok(stdout.startsWith(`Events detected: ${before.length + after.length}\n`), stdout);
  });

  test('-P writes the process id', async (context) => {
    const file = join(temporary(context), 'pid');
    const reader = startReader(context);
    const watching = await watchReader(reader.pid, '-P', file);
    assert.equal(readFileSync(file, 'utf8'), `${watching.child.pid}\n`);
    watching.child.kill('SIGTERM');
    await watching.finished;
  });
});
