/** What goes wrong around Lanner while it watches: nothing of it ends the watching, and nothing is lost in silence. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  type Daemon,
  replaceFile,
  startDaemon,
  startDaemonAfter,
  startOpener,
  temporaryFolder,
} from '../support/daemon.ts';
import { cannotWatch, lanner, lastLine, start } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened
  priority: WARNING
`;

/** Arguments for rules that need no others, alerts in a file and on standard output. */
function argumentsFor(context: TestContext, file: string, keepAlive: boolean): string[] {
  const rules = join(temporaryFolder(context), 'rules.yaml');
  writeFileSync(rules, SHADOW);
  const output = { enabled: true, keep_alive: keepAlive, filename: file };
  return ['-r', rules, '-o', `file_output=${JSON.stringify(output)}`];
}

/** A file as the daemon sees it. */
function pathSeenBy({ child }: Daemon, path: string): string {
  return `/proc/${child.pid}/root${path}`;
}

function linesOf(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length - 1;
}

/** Resolves when the file has so many lines. */
async function hasLines(path: string, count: number): Promise<void> {
  while (linesOf(path) < count) await setTimeout(20);
}

function remount({ child }: Daemon, options: string, folder: string): void {
  const command = ['mount', '-o', `remount,${options}`, 'none', folder];
  execFileSync('nsenter', ['--target', String(child.pid), '--mount', ...command]);
}

/** Ends the daemon, which has raised so many alerts and written all of them everywhere. */
async function endsWithAll(daemon: Daemon, count: number): Promise<void> {
  daemon.child.kill('SIGTERM');
  const { code, stdout, stderr } = await daemon.finished;
  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/: Warning opened$/gm)?.length, count);
  assert.match(
    lastLine(stderr),
    new RegExp(`, 0 lost, ${count} alerts? \\(Warning ${count}\\)(?:, \\d+ left out in the kernel)?$`),
  );
}

suite('faults', { skip: cannotWatch() }, () => {
  test('a full disk: alerts wait, other outputs go on, and all are written when there is room', async (context) => {
    const folder = temporaryFolder(context);
    const file = join(folder, 'alerts');
    const opener = await startOpener(context);
    const prepare = `mount -t tmpfs -o size=64k none ${folder}`;
    const daemon = await startDaemonAfter(prepare, opener.pid, ...argumentsFor(context, file, true));
    await opener.open(3000);
    await daemon.logged(
      `file ${file}: ENOSPC: no space left on device, write: alerts wait for it, up to 16 MB`,
    );
    await daemon.printed('stdout', ': Warning opened\n', 3000);
    assert.ok(linesOf(pathSeenBy(daemon, file)) < 3000);
    remount(daemon, 'size=8m', folder);
    await hasLines(pathSeenBy(daemon, file), 3000);
    await endsWithAll(daemon, 3000);
  });

  test('a disk that becomes read-only for a while', async (context) => {
    const folder = temporaryFolder(context);
    const file = join(folder, 'alerts');
    const opener = await startOpener(context);
    const prepare = `mount -t tmpfs none ${folder}`;
    const daemon = await startDaemonAfter(prepare, opener.pid, ...argumentsFor(context, file, false));
    remount(daemon, 'ro', folder);
    await opener.open(100);
    await daemon.logged(/EROFS: read-only file system, open '.*alerts': alerts wait for it/);
    await daemon.printed('stdout', ': Warning opened\n', 100);
    remount(daemon, 'rw', folder);
    await hasLines(pathSeenBy(daemon, file), 100);
    await endsWithAll(daemon, 100);
  });

  test('without free descriptors: the watching goes on, a reload fails, and both recover', async (context) => {
    const file = join(temporaryFolder(context), 'alerts');
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, ...argumentsFor(context, file, false));
    const limit = (count: number): Buffer =>
      execFileSync('prlimit', ['--pid', String(daemon.child.pid), `--nofile=${count}:`]);
    limit(3);
    await opener.open(100);
    await daemon.logged(/EMFILE: too many open files, open '.*alerts': alerts wait for it/);
    await daemon.printed('stdout', ': Warning opened\n', 100);
    daemon.child.kill('SIGHUP');
    await daemon.printed('stdout', /: Critical Lanner internal: hot restart failure: .*/);
    // Whatever opens files from time to time, every five seconds at most, has met the limit by then.
    await setTimeout(6000);
    limit(1024);
    await hasLines(file, 101);
    await daemon.reload();
    await opener.open(1);
    await hasLines(file, 102);
    await endsWithAll(daemon, 101);
  });

  test('rules that cannot be read any more', async (context) => {
    const folder = temporaryFolder(context);
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules);
    unlinkSync(rules);
    symlinkSync('/no/such/file', rules);
    await daemon.printed(
      'stdout',
      /Critical Lanner internal: hot restart failure: [\s\S]*the file cannot be read: ENOENT/,
    );
    await opener.open(1);
    await daemon.printed('stdout', ': Warning opened\n');
    rmSync(rules);
    replaceFile(rules, SHADOW);
    await daemon.logged('Reloaded: 1 of 1 rules');
    await endsWithAll(daemon, 1);
  });

  test('more alerts than can be written: every one of them is written or counted', async (context) => {
    const opener = await startOpener(context);
    const file = join(temporaryFolder(context), 'alerts');
    const daemon = await startDaemon(opener.pid, ...argumentsFor(context, file, true));
    const begin = performance.now();
    await opener.open(100_000);
    context.diagnostic(`${Math.round(100_000 / ((performance.now() - begin) / 1000))} alerts a second`);
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0);
    const counts =
      / (\d+) events, (\d+) lost.*, (\d+) alerts \(Warning \d+\)(?:, (\d+) alerts not written)?(?:, \d+ left out in the kernel)?$/;
    const [, , lost, raised, unwritten = 0] = (counts.exec(lastLine(stderr)) ?? []).map((text) =>
      Number(text ?? 0),
    );
    assert.ok(lost !== undefined && raised !== undefined);
    const printed = stdout.match(/: Warning opened$/gm)?.length ?? 0;
    assert.equal(raised + lost, 100_000);
    assert.equal(printed + linesOf(file) - internalAlerts(file) + unwritten, 2 * raised);
  });
});

function internalAlerts(file: string): number {
  return readFileSync(file, 'utf8').match(/Lanner internal: /g)?.length ?? 0;
}

const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

suite('without privileges', { skip: process.getuid?.() === 0 ? false : 'needs root, to be nobody' }, () => {
  for (const args of [
    ['--version'],
    ['--list', '-N'],
    ['--config-schema'],
    ['--support'],
    ['-L'],
    ['--dry-run'],
    ['check', 'rules'],
    ['events'],
    ['--list-events'],
    ['scenes', '--list'],
    ['tune', '/dev/null'],
  ]) {
    test(`lanner ${args.join(' ')} works`, async () => {
      const { code, stderr } = await start('setpriv', [...AS_NOBODY, 'bin/lanner', ...args]).finished;
      assert.equal(code, 0, stderr);
    });
  }

  test('a recording is replayed, and its alerts go to files', { skip: cannotWatch() }, async (context) => {
    const folder = temporaryFolder(context);
    const [recording, alerts] = [join(folder, 'recording.scap'), join(folder, 'alerts')];
    const recorded = await lanner(['record', '-o', recording, '--', 'cat', '/etc/shadow']);
    assert.equal(recorded.code, 0, recorded.stderr);
    chmodSync(recording, 0o644);
    chmodSync(folder, 0o777);
    const output = { enabled: true, filename: alerts };
    const options = ['engine.kind=replay', `engine.replay.capture_file=${recording}`];
    const { code, stdout, stderr } = await start('setpriv', [
      ...[...AS_NOBODY, 'bin/lanner', '-c', ''],
      ...[...options, `file_output=${JSON.stringify(output)}`].flatMap((option) => ['-o', option]),
    ]).finished;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /: Warning Sensitive file \/etc\/shadow read by/);
    assert.equal(linesOf(alerts), 1);
  });

  test('watching says what to grant', async () => {
    const { code, stdout, stderr } = await start('setpriv', [...AS_NOBODY, 'bin/lanner', '-M', '1']).finished;
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(lastLine(stderr), /^lanner: .*root.*CAP_BPF and CAP_PERFMON/);
  });

  test('a rule file that may not be read is named', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW, { mode: 0o600 });
    execFileSync('chmod', ['755', join(rules, '..')]);
    const { code, stderr } = await start('setpriv', [...AS_NOBODY, 'bin/lanner', '-r', rules, '--dry-run'])
      .finished;
    assert.equal(code, 1);
    assert.match(stderr, /the file cannot be read: EACCES/);
    assert.equal((await lanner(['-r', rules, '--dry-run'])).code, 0);
  });
});
