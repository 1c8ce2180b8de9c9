/** Metrics of a daemon that watches one process. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
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

suite('metrics', { skip: cannotWatch() }, () => {
  test('alerts and a file tell what was counted, at every interval', async (context) => {
    const folder = temporaryFolder(context);
    const [rules, metrics] = [join(folder, 'rules.yaml'), join(folder, 'metrics.jsonl')];
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const settings = [
      'enabled=true',
      'interval=200ms',
      `output_file=${metrics}`,
      'include_empty_values=true',
    ];
    const options = settings.flatMap((setting) => ['-o', `metrics.${setting}`]);
    const daemon = await startDaemon(opener.pid, '-r', rules, '-o', 'json_output=true', ...options);
    await opener.open(3);
    await daemon.printed('stdout', /"falco\.rules\.Shadow":3[\s\S]*?\n/);
    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const samples = readFileSync(metrics, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      samples.map(({ sample }) => sample),
      samples.map((_, index) => index + 1),
    );
    const fields = samples.at(-1).output_fields;
    assert.equal(fields['falco.rules.Shadow'], 3);
    assert.equal(fields['falco.rules.matches_total'], 3);
    assert.equal(fields['scap.n_drops'], 0);
    assert.ok(fields['scap.n_evts'] >= 3 && fields['falco.num_evts'] >= 3, 'three files were opened');
    assert.match(fields['falco.sha256_rules_file.rules_yaml'], /^[0-9a-f]{64}$/);
    assert.ok(fields['falco.memory_rss_mb'] > 10);
  });
});
