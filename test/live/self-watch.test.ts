/** What a daemon says of itself: losses, and a reader that has stopped. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened (process=%proc.name)
  priority: WARNING
`;

suite('watching the watcher', { skip: cannotWatch() }, () => {
  test('pretended losses raise the alert, and end the program where that is wanted', async (context) => {
    const opener = await startOpener(context);
    const actions = (list: string): string[] => [
      ...['-o', 'syscall_event_drops.simulate_drops=true', '-o', `syscall_event_drops.actions=${list}`],
    ];
    const alerting = await startDaemon(opener.pid, ...actions('["alert"]'));
    await alerting.printed('stdout', /Lanner internal: syscall event drop\. 1 system call events dropped/);
    alerting.child.kill('SIGTERM');
    assert.equal((await alerting.finished).code, 0);
    const ending = await startDaemon(opener.pid, ...actions('["exit"]'));
    const { code, stderr } = await ending.finished;
    assert.notEqual(code, 0);
    assert.match(stderr, /1 system call events dropped\. The configuration wants an end then/);
  });

  test('a reader that stops is told, and nothing is lost meanwhile', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules, '-o', 'output_timeout=500');
    daemon.child.stdout?.pause();
    // More than the pipe and its reader's buffer take.
    await opener.open(20_000);
    await daemon.logged(/stdout: has taken nothing for \d+ ms: \d+ alerts wait/);
    daemon.child.stdout?.resume();
    await daemon.logged('stdout: takes alerts again');
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/Warning opened/g)?.length, 20_000);
  });
});
