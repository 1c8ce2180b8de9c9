/** `lanner tune` with real alerts: what it proposes silences them, and nothing else. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';

const RULE = 'Sensitive File Read by Untrusted Program';

suite('lanner tune', { skip: cannotWatch() }, () => {
  test('silences exactly the alerts that it names', async (context) => {
    const folder = temporaryFolder(context);
    const [backup, other] = [join(folder, 'backup'), join(folder, 'other')];
    const [history, later, override] = ['history', 'later', 'override.yaml'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    for (const path of [backup, other]) {
      copyFileSync('/bin/cat', path);
      chmodSync(path, 0o755);
    }
    const script = `for i in 1 2 3 4 5; do ${backup} /etc/shadow; done; ${other} /etc/shadow; true`;
    const run = async (file: string, ...more: string[]): Promise<string[]> => {
      const args = ['run', '-c', '', ...more, '-o', 'json_output=true', '--alerts', file];
      const { code, stderr } = await lanner([...args, '--', 'sh', '-c', `exec >/dev/null; ${script}`]);
      assert.equal(code, 0, stderr);
      const alerts = readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      return alerts
        .filter(({ rule }) => rule === RULE)
        .map(({ output_fields: fields }) => fields['proc.exepath']);
    };
    assert.deepEqual(await run(history), [...Array<string>(5).fill(backup), other]);

    const tune = ['tune', '-c', '', '--min-count', '5', '--rule', 'Sensitive*'];
    const { code, stdout, stderr } = await lanner([...tune, '--write', override, history]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^1 exception, tried on all alerts, would have silenced 5 of 6 \(83 %\)$/m);
    const text = readFileSync(override, 'utf8');
    assert.match(text, /# 5 alerts \(Warning\), .*:\n {8}# {3}Sensitive file \/etc\/shadow read by/);

    const check = await lanner(['check', 'rules', override]);
    assert.equal(check.code, 0, check.stdout);
    assert.match(check.stdout, /nothing to complain about/);
    assert.deepEqual(await run(later, '-r', 'rules', '-r', override), [other]);

    const again = await lanner([...tune, '--write', override, history]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is there already/);
    assert.equal(readFileSync(override, 'utf8'), text);
  });
});

test('lanner tune reads standard input and several files, and says what it has passed over', async (context) => {
  const folder = temporaryFolder(context);
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')];
  const fields = { 'proc.exepath': '/bin/a', 'proc.pexepath': '/bin/b', 'container.id': 'host' };
  const time = new Date().toISOString();
  const line = `${JSON.stringify({ rule: RULE, source: 'syscall', priority: 'Warning', time, output: 'o', output_fields: fields })}\n`;
  writeFileSync(good, line.repeat(6) + line.trimEnd());
  writeFileSync(bad, 'text\n{}\n\n');
  const options = ['tune', '-c', '', '--json', '--since', '1h', good, bad, '-'];
  const { code, stdout, stderr } = await lanner(options, { input: line.repeat(4) });
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  assert.deepEqual([result.alerts, result.proposals.length, result.proposals[0].count], [11, 1, 11]);
  assert.deepEqual(result.passed_over, {
    'lines that are not JSON': 1,
    'not an alert in the form of json_output': 1,
  });
  const old = await lanner(['tune', '-c', '', '--since', '2999-01-01', good]);
  assert.match(old.stdout, /^# There is nothing to propose\.$/m);
  const gone = await lanner(['tune', '-c', '', join(folder, 'gone')]);
  assert.deepEqual([gone.code, gone.stdout], [1, '']);
  assert.match(gone.stderr, /^lanner: cannot read alerts: ENOENT/m);
  assert.ok(!existsSync(join(folder, 'gone')));
});
