/**
 * Evidence of a daemon's alerts: through a reload, in a flood, and where the daemon may do no more than the systemd unit
 * lets it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { Evidence } from '../../src/alerts/evidence.ts';
import { openToRead } from '../../src/store/open.ts';
import { StoreQuery } from '../../src/store/query.ts';
import { createContainer } from '../support/container.ts';
import {
  replaceFile,
  startDaemon,
  startDaemonAfter,
  startOpener,
  temporaryFolder,
} from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';

const RULES = `- list: readers
  items: [perl, cat]
- macro: reader
  condition: proc.name in (readers)
- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow and reader
  output: opened by %proc.name
  priority: WARNING
`;

/** Opens as fast as it can, so that there is more than may have evidence. */
const FLOOD = 20_000;

interface Place {
  readonly rules: string;
  readonly store: string;
  readonly folder: string;
  readonly options: readonly string[];
}

function place(context: TestContext): Place {
  const folder = temporaryFolder(context);
  const [rules, state] = [join(folder, 'rules.yaml'), join(folder, 'state')];
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(rules, RULES);
  const store = join(state, 'alerts.db');
  const settings = ['stdout_output.enabled=false', 'watch_config_files=false', 'store.keep=always'];
  const options = [...settings, `store.path=${store}`].flatMap((each) => ['-o', each]);
  return { rules, store, folder, options: ['-r', rules, ...options] };
}

function hasRunc(): boolean {
  return ['runc', 'busybox'].every((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
}

function evidences(store: string): (Evidence | undefined)[] {
  const database = openToRead(store);
  try {
    const query = new StoreQuery(database);
    return [...query.all()]
      .filter(({ line }) => JSON.parse(line).rule === 'Shadow')
      .map(({ id }) => query.evidence(id));
  } finally {
    database.close();
  }
}

suite('evidence of a daemon', { skip: cannotWatch() }, () => {
  test('rules that a reload has read in a thread are judged part by part too', async (context) => {
    const { rules, store, options } = place(context);
    const opener = await startOpener(context);
    const daemon = await startDaemon(opener.pid, ...options);
    await opener.open(1);
    replaceFile(rules, RULES.replaceAll('reader', 'renamed').replace('[perl, cat]', '[perl]'));
    await daemon.reload();
    await opener.open(1);
    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const [before, after] = evidences(store);
    const macroOf = (evidence: Evidence | undefined) =>
      evidence?.condition?.operands?.find(({ kind }) => kind === 'macro');
    assert.equal(macroOf(before)?.text, 'reader');
    assert.deepEqual(macroOf(after), {
      ...{ kind: 'macro', text: 'renamed', holds: true },
      operands: [{ kind: 'check', text: 'proc.name in (renameds)', holds: true, value: 'perl' }],
    });
    assert.notEqual(before?.digest, after?.digest);
    assert.equal(after?.processes[0]?.pid, opener.pid);
    assert.match(after?.processes[0]?.commandLine ?? '', /^perl -e /);
    const explained = await lanner(['explain', '-c', '', '-r', rules, '--store', store, '--alert', '2']);
    assert.doesNotMatch(explained.stdout, /changed|not known/, 'what a thread has read is the same rule');
  });

  test('in a flood every alert has evidence, or says why not', async (context) => {
    const { store, options } = place(context);
    const opener = await startOpener(context);
    const port = await freePort();
    const web = ['webserver.enabled=true', `webserver.listen_port=${port}`, 'metrics.enabled=true'];
    const more = [...web, 'webserver.prometheus_metrics_enabled=true'].flatMap((each) => ['-o', each]);
    const daemon = await startDaemon(opener.pid, ...options, ...more);
    await opener.open(FLOOD);
    const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const value = (text: string, name: string): number =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'gm'))].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    const without = (text: string): number =>
      Number(/^lanner_evidence_missing_total\{part="processes",.*\} (\d+)$/m.exec(text)?.[1]);
    let told = await metrics();
    while (value(told, 'lanner_output_queued') + value(told, 'lanner_events_in_buffers') > 0)
      told = await metrics();
    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const all = evidences(store);
    const written = value(told, 'lanner_output_written_total');
    context.diagnostic(
      `${all.length} alerts stored, ${value(told, 'lanner_output_dropped_total')} dropped, ${without(told)} without processes`,
    );
    assert.ok(all.length > 0 && all.length <= written);
    assert.ok(without(told) > 0, 'there were too many for evidence of all');
    for (const evidence of all) {
      assert.ok(evidence);
      assert.ok(evidence.processes.length > 0 || evidence.processesReason !== undefined);
      assert.ok(evidence.condition !== null || evidence.conditionReason !== undefined);
    }
  });

  test('a process of a container is told with it, and those outside without', {
    skip: hasRunc() ? false : 'runc or busybox is not here',
  }, async (context) => {
    const { rules, store } = place(context);
    const container = createContainer({
      command: ['sh', '-c', 'cat /etc/shadow > /dev/null; true'],
      files: { '/etc/shadow': 'root:x' },
    });
    context.after(() => container.remove());
    const run = await lanner(['run', '-c', '', '-r', rules, '--store', store, '--', ...container.command]);
    assert.equal(run.code, 0, run.stderr);
    const [evidence] = evidences(store);
    const containers = evidence?.processes.map((process) => process.container) ?? [];
    assert.deepEqual(containers.slice(0, 2), [container.shortId, container.shortId]);
    assert.equal(containers.at(-1), null);
    assert.equal(evidence?.containers[0]?.id, container.shortId);
    const tree = await lanner(['tree', '-c', '', '--store', store, '@1']);
    assert.match(
      tree.stdout,
      new RegExp(`└─ sh\\(\\d+\\) .*\\[${container.shortId}\\] .*sh -c cat /etc/shadow`),
    );
    assert.match(tree.stdout, /└─ cat\(\d+\) [^[]*cat \/etc\/shadow\n$/);
  });

  test('with the rights of the systemd unit, where all but the state is read-only', async (context) => {
    const { folder, store, options } = place(context);
    const opener = await startOpener(context);
    const state = join(folder, 'state');
    const rights = '-all,+bpf,+perfmon,+sys_ptrace,+dac_read_search';
    const prepare = `mount --bind '${state}' '${state}'
mount -o remount,bind,ro /
! touch '${folder}/x' 2>/dev/null
exec setpriv --bounding-set '${rights}' --no-new-privs -- "$@"`;
    const daemon = await startDaemonAfter(prepare, opener.pid, ...options);
    await opener.open(3);
    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    assert.equal(evidences(store).length, 3);
  });
});
