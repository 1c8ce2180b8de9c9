/** How it ends: soon, and with what it has to say. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { replaceFile, startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, lastLine } from '../support/lanner.ts';

suite('stopping', { skip: cannotWatch() }, () => {
  test('alerts that wait are written before the end', async (context) => {
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid);
    await opener.open(5000);
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0);
    assert.match(stdout, /\nEvents detected: 5000\n/);
    assert.equal(stdout.match(/: Warning /g)?.length, 5000);
    assert.match(lastLine(stderr), /, 5000 alerts \(Warning 5000\)$/);
  });

  test('in the middle of a reload', async (context) => {
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid);
    await opener.open(1);
    daemon.child.kill('SIGHUP');
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /reload failed/);
    assert.match(stdout, /^\S+ Warning [^\n]*\nEvents detected: 1\n/);
  });

  test('a reader of alerts that has stopped reading keeps it neither from watching nor from ending', async (context) => {
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid);
    daemon.child.stdout?.pause();
    await opener.open(20_000);
    daemon.child.kill('SIGTERM');
    const [code] = await new Promise<[number | null]>((resolve) => {
      daemon.child.once('exit', (...args) => resolve([args[0]]));
    });
    daemon.child.stdout?.resume();
    const { stdout, stderr } = await daemon.finished;
    assert.equal(code, 0);
    const [, dropped] =
      /20000 alerts \(Warning 20000\), (\d+) alerts not written(?:,|$)/.exec(lastLine(stderr)) ?? [];
    assert.equal((stdout.match(/: Warning .*\n/g)?.length ?? 0) + Number(dropped), 20_000);
  });

  test('a reader of the log that has stopped reading does not either', async (context) => {
    const config = join(temporaryFolder(context), 'lanner.yaml');
    writeFileSync(config, '');
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-c', config);
    daemon.child.stderr?.pause();
    // More warnings than any buffer on the way holds.
    replaceFile(
      config,
      Array.from({ length: 5000 }, (_, index) => `${'x'.repeat(200)}${index}: 1\n`).join(''),
    );
    await opener.open(1);
    await daemon.printed('stdout', ': Warning ');
    // The reload has an end that is not in the log: the alert of the next one, which fails.
    replaceFile(config, 'priority: none\n');
    await daemon.printed('stdout', 'hot restart failure: ');
    await opener.open(1);
    await daemon.printed('stdout', ': Warning ', 2);
    daemon.child.kill('SIGTERM');
    const code = await new Promise((resolve) => {
      daemon.child.once('exit', resolve);
    });
    daemon.child.stderr?.resume();
    await daemon.finished;
    assert.equal(code, 0);
  });
});
