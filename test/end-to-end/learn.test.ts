/** `lanner learn`: the files that it writes, recordings, and what it refuses. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suite, test } from 'node:test';
import { temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, LANNER, lanner, ROOT, start } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';

const CAPTURE = resolve(ROOT, '../shared/captures/busy-host.scap');

suite('learning', { skip: cannotWatch() }, () => {
  test('from two recordings of a script: the script is the subject, wherever it is started from', async (context) => {
    const folder = temporaryFolder(context);
    const script = join(folder, 'job.sh');
    writeFileSync(
      script,
      `#!/bin/sh\ncat /etc/hostname > ${folder}/out\n[ -z "$1" ] || id > ${folder}/other\n`,
      {
        mode: 0o755,
      },
    );
    const recordings = ['one', 'two'].map((name) => join(folder, `${name}.scap`));
    for (const file of recordings) {
      const { code, stderr } = await lanner(['record', '-o', file, '--', script]);
      assert.equal(code, 0, stderr);
    }
    const rules = join(folder, 'job.yaml');
    const reads = recordings.flatMap((file) => ['-r', file]);
    const { code, stderr } = await lanner(['learn', '-o', rules, ...reads]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^lanner: job\.sh: programs 2, files 1, .* runs 2$/m);
    assert.deepEqual((await lannerRun({ command: [script], rules })).alerts, []);
    // Started in another way, the arguments of the shell are others.
    const elsewhere = await lannerRun({ command: ['sh', '-c', `exec ${script} more`], rules });
    const raised = elsewhere.alerts.map(({ rule }) => rule);
    assert.deepEqual([...new Set(raised)].sort(), [
      'Unlearned File Change in job.sh',
      'Unlearned Program in job.sh',
    ]);
  });

  test('what was changed by hand is not written over; -o begins anew', async (context) => {
    const rules = join(temporaryFolder(context), 'true.yaml');
    assert.equal((await lanner(['learn', '--into', rules, '--', 'true'])).code, 0);
    appendFileSync(rules, '# mine\n');
    const refused = await lanner(['learn', '--into', rules, '--', 'true']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /was changed since it was learned/);
    assert.match(readFileSync(rules, 'utf8'), /# mine/);
    const anew = await lanner(['learn', '-o', rules, '--', 'sh', '-c', 'exit 7']);
    assert.equal(anew.code, 7, 'the exit code is that of the command');
    assert.doesNotMatch(readFileSync(rules, 'utf8'), /# mine/);
  });

  test('rules and tests of others are never written over', async (context) => {
    const folder = temporaryFolder(context);
    for (const name of ['mine.yaml', 'mine.test.yaml']) {
      const mine = join(folder, name);
      writeFileSync(mine, '# mine\n');
      const { code, stderr } = await lanner(['learn', '-o', join(folder, 'mine.yaml'), '--', 'true']);
      assert.equal(code, 1);
      assert.match(stderr, /mine\S*\.yaml is there, and "lanner learn" has not written it/);
      assert.equal(readFileSync(mine, 'utf8'), '# mine\n');
      rmSync(mine);
    }
  });

  test('a shell that runs what it reads is told as a hole', async (context) => {
    const rules = join(temporaryFolder(context), 'shell.yaml');
    const { stderr } = await lanner(['learn', '-o', rules, '--', 'env', 'sh', '-c', 'echo true | sh; true']);
    assert.match(stderr, /^lanner: hole: \S+ was started without arguments, and runs whatever it reads$/m);
    assert.match(readFileSync(rules, 'utf8'), /^# HOLE: \S+ was started without arguments/m);
  });

  test('rules for everybody: for runs that watch nobody else', async (context) => {
    const rules = join(temporaryFolder(context), 'all.yaml');
    await lanner(['learn', '-o', rules, '--subject', 'all', '--name', 'listing', '--', 'ls', '/']);
    assert.deepEqual((await lannerRun({ command: ['ls', '/'], rules })).alerts, []);
    const { alerts } = await lannerRun({ command: ['id'], rules });
    assert.deepEqual(
      alerts.map(({ rule }) => rule),
      ['Unlearned Program in listing'],
    );
  });

  test('of a process that runs already; started anew it raises no alert', async (context) => {
    const folder = temporaryFolder(context);
    const rules = join(folder, 'loop.yaml');
    const script = join(folder, 'loop.sh');
    writeFileSync(script, `while read line; do cat /etc/hostname > ${folder}/out; echo done; done\n`);
    const loop = start('sh', [script], { pipe: true });
    context.after(() => loop.child.kill('SIGKILL'));
    const learning = start(LANNER, ['learn', '-o', rules, '--scope', `pid=${loop.child.pid}`]);
    await learning.printed('stderr', 'learning; Ctrl-C ends it');
    loop.child.stdin?.write('go\n');
    await loop.printed('stdout', 'done');
    learning.child.kill('SIGINT');
    const { code, stderr } = await learning.finished;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^lanner: loop\.sh: programs 2, files 1, /m);
    loop.child.stdin?.end();
    const again = `echo go | sh ${script}`;
    const { alerts } = await lannerRun({ command: ['bash', '-c', again], rules });
    // The shell around it is of another program, and has the script's name among its own arguments.
    assert.deepEqual(
      alerts
        .map(({ output_fields: fields }) => fields['proc.exeline'])
        .filter((line) => !`${line}`.includes(again)),
      [],
    );
  });

  test('a command that there is not', async (context) => {
    const rules = join(temporaryFolder(context), 'none.yaml');
    const { code, stderr } = await lanner(['learn', '-o', rules, '--', '/no/such/program']);
    assert.equal(code, 1);
    assert.match(stderr, /\/no\/such\/program: not found/);
    assert.equal(existsSync(rules), false);
  });
});

suite('learning, mistakes', () => {
  for (const [what, args, message] of [
    ['nothing to observe', ['-o', 'x.yaml'], /give one of COMMAND, --scope and --read/],
    ['no file', ['--', 'true'], /give the file for the rules/],
    ['two files', ['-o', 'x.yaml', '--into', 'y.yaml', '--', 'true'], /give the file for the rules/],
    ['no rule file', ['-o', 'x.txt', '--', 'true'], /ends in \.yaml, not x\.txt/],
    ['no recording', ['-o', '/tmp/x.yaml', '-r', '/no/such.scap'], /no such file/],
  ] as const)
    test(what, async () => {
      const { code, stderr } = await lanner(['learn', ...args]);
      assert.equal(code, 1);
      assert.match(stderr, message);
    });

  test('a capture without the paths of the kernel is told to be incomplete', {
    skip: existsSync(CAPTURE) ? false : 'needs ../shared/captures',
  }, async (context) => {
    const rules = join(temporaryFolder(context), 'old.yaml');
    const { code, stderr } = await lanner(['learn', '-o', rules, '-r', CAPTURE]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /incomplete: of \d+ opened files the kernel's path was not recorded/);
    assert.match(readFileSync(rules, 'utf8'), /^# INCOMPLETE: of \d+ opened files/m);
  });
});
