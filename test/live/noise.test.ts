/** Alerts that are alike, and rules with a rate limit, at a daemon that watches one process. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened (process=%proc.name)
  priority: WARNING
`;

suite('floods of alerts', { skip: cannotWatch() }, () => {
  test('alike alerts: the first at once, then one that counts the others', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(
      ...([opener.pid, '-r', rules, '-o', 'fold.window=1s', '-o', 'json_output=true'] as const),
    );
    await opener.open(50);
    await daemon.printed('stdout', /"lanner\.fold\.count":49\b.*\n/);
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const alerts = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    assert.equal(alerts.length, 2);
    assert.equal(alerts[0].output_fields['lanner.fold.count'], undefined);
    const { output_fields: fields, rule, priority } = alerts[1];
    assert.deepEqual([rule, priority, fields['proc.name']], ['Shadow', 'Warning', 'perl']);
    assert.ok(fields['lanner.fold.first'] <= fields['lanner.fold.last']);
    assert.match(stdout, /Events detected: 50\n/);
  });

  test('a rate limit: what is held back is told at the end', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const limit = 'rate_limits=[{"rule": "Sha*", "rate": 0.001, "burst": 3}]';
    const daemon = await startDaemon(opener.pid, '-r', rules, '-o', limit, '-o', 'json_output=true');
    await opener.open(20);
    await daemon.printed('stdout', /"rule":"Shadow".*\n/, 3);
    daemon.child.kill('SIGTERM');
    const { stdout } = await daemon.finished;
    assert.equal(stdout.match(/"rule":"Shadow"/g)?.length, 4);
    assert.match(stdout, /"lanner\.limit\.count":17\b/);
  });

  test('after a kill the next start tells what was held back', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    const spool = temporaryFolder(context);
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const options = ['fold.window=1h', 'json_output=true', `delivery.spool_directory=${spool}`];
    const begin = () => startDaemon(opener.pid, '-r', rules, ...options.flatMap((option) => ['-o', option]));
    const killed = await begin();
    await opener.open(50);
    const file = join(spool, 'held-back/held-back.json');
    while (!existsSync(file) || !readFileSync(file, 'utf8').includes('49 alerts more like this'))
      await setTimeout(20);
    killed.child.kill('SIGKILL');
    await killed.finished;
    const next = await begin();
    await next.printed('stdout', /"lanner\.fold\.count":49\b.*\n/);
    next.child.kill('SIGTERM');
    assert.equal((await next.finished).code, 0);
    assert.ok(!existsSync(file));
  });

  test('a key that is no field is an error that says so', async () => {
    const { code, stderr } = await lanner(['run', '-c', '', '-o', 'fold.key=["proc.exepaht"]', '--', 'true']);
    assert.notEqual(code, 0);
    assert.match(stderr, /^lanner: fold\.key: there is no field proc\.exepaht$/m);
  });
});
