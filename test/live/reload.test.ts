/** Reloading while events come in: nothing is missed, nothing is forgotten, and what is broken changes nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { replaceFile, startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened (process=%proc.name parent=%proc.pname)
  priority: WARNING
`;
/** Needs events that nothing else needs. */
const FOLDERS = `- rule: Folders
  desc: A folder is made.
  condition: evt.type in (mkdir, mkdirat, rmdir)
  output: folder
  priority: NOTICE
`;
const BROKEN = SHADOW.replace('fd.name', 'fd.nmae');

suite('reload', { skip: cannotWatch() }, () => {
  test('a file that is opened 10,000 times raises 10,000 alerts, through 50 reloads', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    const alerts = join(temporaryFolder(context), 'alerts');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const output = [
      'file_output.enabled=true',
      `file_output.filename=${alerts}`,
      'stdout_output.enabled=false',
    ];
    const quiet = ['watch_config_files=false', 'file_output.keep_alive=true'];
    const options = [...output, ...quiet].flatMap((option) => ['-o', option]);
    const daemon = await startDaemon(opener.pid, '-r', rules, ...options);
    const opening = opener.open(10_000, 1);
    for (let count = 0; count < 50; count++) {
      replaceFile(rules, count % 2 === 0 ? SHADOW + FOLDERS : SHADOW);
      await daemon.reload();
    }
    await opening;
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Events detected: 10000\n[\s\S]*\n {3}Shadow: 10000\n$/);
    const lines = readFileSync(alerts, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 10_000);
    // What was known of processes before the reloads is known after them.
    for (const line of lines) assert.match(line, /Warning opened \(process=perl parent=node\S*\)$/);
    const gaps = [...stderr.matchAll(/events waited ([\d.]+) ms/g)].map(([, gap]) => Number(gap));
    assert.equal(gaps.length, 50);
    context.diagnostic(`longest wait of events: ${Math.max(...gaps)} ms`);
  });

  test('broken rules leave the old ones at work and raise an internal alert', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules, '-o', 'json_output=true');
    replaceFile(rules, BROKEN);
    await daemon.logged('reload failed, nothing has changed: the rules cannot be used: 1 error');
    await opener.open(1);
    await daemon.printed('stdout', /"rule":"Shadow"/);
    replaceFile(rules, SHADOW + FOLDERS);
    await daemon.logged('Reloaded: 2 of 2 rules from 1 files are enabled');
    daemon.child.kill('SIGTERM');
    const { stdout, stderr } = await daemon.finished;
    const alerts = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    const internal = alerts.filter(({ source }) => source === 'internal');
    assert.deepEqual(
      internal.map(({ rule, priority }) => [rule, priority]),
      [['Lanner internal: hot restart failure', 'Critical']],
    );
    assert.match(internal[0].output, /hot restart failure: the rules cannot be used: 1 error\n.*fd\.nmae/);
    assert.match(stderr, /unknown field fd\.nmae: did you mean fd\.name\?\n.*rules\.yaml:3:/);
    assert.match(stdout, /\nEvents detected: 1\n/);
  });

  test('events that only new rules need are collected after a reload, and no longer when nobody needs them', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules, '-o', 'watch_config_files=false');
    replaceFile(rules, SHADOW.replaceAll('/etc/shadow', '/etc/passwd'));
    await daemon.reload();
    await opener.open(3);
    replaceFile(rules, SHADOW);
    await daemon.reload();
    await opener.open(2);
    daemon.child.kill('SIGTERM');
    const { stdout } = await daemon.finished;
    assert.match(stdout, /\nEvents detected: 2\n/);
  });

  test('a new configuration changes form and place of alerts, and says what it cannot change', async (context) => {
    const folder = temporaryFolder(context);
    const [config, rules] = [join(folder, 'lanner.yaml'), join(folder, 'rules.yaml')];
    const fileOutput = (name: string): string =>
      `file_output: {enabled: true, keep_alive: true, filename: ${join(folder, name)}}\n`;
    const common = `rules_files: [${rules}]\nstdout_output: {enabled: false}\nwatch_config_files: true\n`;
    writeFileSync(rules, SHADOW);
    writeFileSync(config, common + fileOutput('one'));
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-c', config);
    await opener.open(1);
    replaceFile(
      config,
      `${common}${fileOutput('two')}json_output: true\nengine: {modern_ebpf: {buf_size_preset: 3}}\n`,
    );
    await daemon.logged(': Reloaded: ');
    await daemon.logged('engine.modern_ebpf.buf_size_preset takes effect at the next start');
    await opener.open(1);
    while (readFileSync(join(folder, 'two'), 'utf8') === '') await setTimeout(20);
    // In place, as some editors write, and wrong.
    writeFileSync(config, 'json_output: perhaps\n');
    await daemon.logged(
      /reload failed, nothing has changed: .*lanner\.yaml:1:14: json_output must be true or false/,
    );
    await opener.open(1);
    daemon.child.kill('SIGTERM');
    await daemon.finished;
    assert.match(readFileSync(join(folder, 'one'), 'utf8'), /^\d.*Warning opened[^\n]*\n$/);
    const second = readFileSync(join(folder, 'two'), 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      second.map((line) => JSON.parse(line).rule),
      ['Shadow', 'Lanner internal: hot restart failure', 'Shadow'],
    );
  });

  test('what changes while a reload is at work is not missed', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', rules);
    replaceFile(rules, SHADOW + FOLDERS);
    daemon.child.kill('SIGHUP');
    await opener.open(20, 5);
    replaceFile(rules, SHADOW + FOLDERS + FOLDERS.replace('Folders', 'Other folders'));
    await daemon.logged('Reloaded: 3 of 3 rules');
    daemon.child.kill('SIGTERM');
    assert.match((await daemon.finished).stdout, /\nEvents detected: 20\n/);
  });

  test('rules of a Kubernetes ConfigMap, which change by another target of a link', async (context) => {
    const folder = temporaryFolder(context);
    const version = (name: string, text: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'rules.yaml'), text);
      symlinkSync(name, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    version('..1', SHADOW);
    symlinkSync('..data/rules.yaml', join(folder, 'rules.yaml'));
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', join(folder, 'rules.yaml'));
    version('..2', SHADOW + FOLDERS);
    await daemon.logged('Reloaded: 2 of 2 rules');
    version('..3', SHADOW);
    await daemon.logged('Reloaded: 1 of 1 rules');
    daemon.child.kill('SIGTERM');
    assert.equal((await daemon.finished).code, 0);
  });

  test('a file that appears in a folder of rules is taken', async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, '10.yaml'), SHADOW);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, '-r', folder);
    writeFileSync(join(folder, '20.yaml'), FOLDERS);
    await daemon.logged('Reloaded: 2 of 2 rules from 2 files');
    daemon.child.kill('SIGTERM');
    assert.equal((await daemon.finished).code, 0);
  });
});
