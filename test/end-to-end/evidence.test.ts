/** What an alert knows beyond its line, as a user asks for it: `lanner tree` and `lanner explain --alert`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sharedMissing, sharedPath } from '../conformance/shared.ts';
import { cannotWatch, LANNER, lanner, start } from '../support/lanner.ts';

const RULES = `
- list: readers
  items: [cat, head]
- macro: by_reader
  condition: proc.name in (readers)
- rule: passwd opened
  desc: d
  condition: evt.type = openat and fd.name = /etc/passwd and (by_reader or proc.name = tail)
  output: 'opened by %proc.name'
  priority: WARNING
`;

interface Place {
  readonly rules: string;
  readonly store: string;
}

function place(context: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-evidence-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULES);
  return { rules, store: join(folder, 'alerts.db') };
}

test('an alert of a watched program has its processes and its condition', {
  skip: cannotWatch(),
}, async (context) => {
  const { rules, store } = place(context);
  const common = ['-c', '', '--store', store];
  const inner = "sh -c 'cat /etc/passwd > /dev/null; true'";
  const run = await lanner(['run', ...common, '-r', rules, '--', 'sh', '-c', `${inner}; true`]);
  assert.equal(run.code, 0, run.stderr);
  const tree = await lanner(['tree', ...common, '@1']);
  assert.equal(tree.code, 0, tree.stderr);
  const lines = tree.stdout.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^@1 \S+ Warning passwd opened$/);
  assert.match(
    lines.at(-3) ?? '',
    /└─ sh\(\d+\) .*sh -c sh -c 'cat \/etc\/passwd > \/dev\/null; true'; true$/,
  );
  assert.match(lines.at(-2) ?? '', /└─ sh\(\d+\) .*sh -c cat \/etc\/passwd > \/dev\/null; true$/);
  assert.match(lines.at(-1) ?? '', /└─ cat\(\d+\) .*cat \/etc\/passwd$/);

  const { processes } = JSON.parse((await lanner(['tree', ...common, '@1', '--json'])).stdout);
  assert.equal(processes[0].executable.endsWith('/cat'), true);
  assert.equal(processes[0].commandLine, 'cat /etc/passwd');
  assert.ok(Math.abs(processes[0].started / 1000 - Date.now()) < 3_600_000);

  const explained = await lanner(['explain', ...common, '-r', rules, '--alert', '@1']);
  assert.equal(explained.code, 0, explained.stderr);
  assert.match(
    explained.stdout,
    /^"passwd opened" fired at \S+:\n {2}evt\.type = openat is true: value openat\n/,
  );
  assert.match(explained.stdout, /proc\.name in \(readers\) is true: value cat \(in by_reader\)/);
  assert.match(explained.stdout, /^ {2}false {5}proc\.name = tail: value cat$/m);
  assert.doesNotMatch(explained.stdout, /changed/);

  writeFileSync(rules, RULES.replace('[cat, head]', '[cat, head, less]'));
  const changed = await lanner(['explain', ...common, '-r', rules, '--alert', '1']);
  assert.match(changed.stdout, /The condition of the rule has changed since then/);
  writeFileSync(rules, RULES.replace('passwd opened', 'renamed'));
  const gone = await lanner(['explain', ...common, '-r', rules, '--alert', '1', '--json']);
  assert.equal(JSON.parse(gone.stdout).rule_now, 'gone');
  writeFileSync(rules, 'broken: [');
  const unknown = await lanner(['explain', ...common, '-r', rules, '--alert', '1']);
  assert.match(unknown.stdout, /is not known\.$/m);
});

test('alerts of a capture have evidence too, all of them', { skip: sharedMissing }, async (context) => {
  const { rules, store } = place(context);
  writeFileSync(
    rules,
    RULES.replace(/condition: evt.type = openat.*/, 'condition: evt.type = execve and by_reader'),
  );
  const common = ['-c', '', '--store', store];
  const capture = sharedPath('captures/cat_write.scap');
  const replay = await lanner([
    'replay',
    ...common,
    '-r',
    rules,
    '-o',
    'stdout_output.enabled=false',
    capture,
  ]);
  assert.equal(replay.code, 0, replay.stderr);
  const { processes, reason } = JSON.parse((await lanner(['tree', ...common, '@1', '--json'])).stdout);
  assert.equal(reason, undefined);
  assert.ok(processes.length > 1, 'the capture tells the ancestors');
  const explained = await lanner(['explain', ...common, '-r', rules, '--alert', '1']);
  assert.match(explained.stdout, /proc\.name in \(readers\) is true: value cat \(in by_reader\)/);
});

test('an audit event is told by who asked for what', async (context) => {
  const { rules, store } = place(context);
  const log = `${store}.log`;
  writeFileSync(
    rules,
    `
- rule: pod deleted
  desc: d
  condition: ka.verb = delete
  output: '%ka.user.name'
  priority: NOTICE
  source: k8s_audit
`,
  );
  const event = {
    ...{ kind: 'Event', auditID: 'a', stage: 'ResponseComplete', verb: 'delete' },
    user: { username: 'eve\x1b[31m' },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: 'pods', namespace: 'n', name: 'web-1' },
    stageTimestamp: '2026-01-31T13:03:08.000001Z',
  };
  writeFileSync(log, `${JSON.stringify(event)}\n`);
  const common = ['-c', '', '--store', store];
  const replay = await lanner(['replay', ...common, '-r', rules, log]);
  assert.equal(replay.code, 0, replay.stderr);
  const tree = await lanner(['tree', ...common, '@1']);
  assert.match(tree.stdout, /^user {14}eve\\u001b\[31m$/m);
  assert.match(tree.stdout, /^source addresses {2}10\.0\.0\.9$/m);
  assert.match(tree.stdout, /^object {12}web-1$/m);
});

test('a running process is shown with what is above and below it', { skip: cannotWatch() }, async () => {
  // In a pid namespace of its own all processes are the test's.
  const script = `perl -e 'system("sleep", "60")' 'a\u001b[31mb' & P=$!
    until [ -e /proc/$P/task/$P/children ] && [ -n "$(cat /proc/$P/task/$P/children)" ]; do sleep 0.1; done
    ${LANNER} tree -c '' $P; ${LANNER} tree -c '' --json $P; ${LANNER} tree -c '' 77777; kill $(cat /proc/$P/task/$P/children)`;
  const args = ['--pid', '--fork', '--mount-proc', '--kill-child', 'bash', '-c', script];
  const { stdout, stderr } = await start('unshare', args).finished;
  const [root = '', own = '', child = '', json = ''] = stdout.split('\n');
  assert.match(root, /^bash\(1\) root /, stderr);
  assert.match(own, /^└─ perl\(\d+\) .* perl -e system\("sleep", "60"\) a\\u001b\[31mb$/);
  assert.match(child, /^ {3}└─ sleep\(\d+\) .*sleep 60$/);
  const tree = JSON.parse(json);
  assert.deepEqual([tree.processes.length, tree.children[0].name, tree.others], [2, 'sleep', 0]);
  assert.match(stderr, /there is no process 77777/);
});

test('a rule is explained at the events of a command', { skip: cannotWatch() }, async (context) => {
  const { rules } = place(context);
  const explain = (...command: string[]) =>
    lanner(['explain', '-c', '', '-r', rules, 'passwd opened', '--', ...command]);
  const fired = await explain('sh', '-c', 'cat /etc/passwd > /dev/null; echo own output; exit 3');
  assert.equal(fired.code, 3, fired.stderr);
  assert.equal(fired.stdout, 'own output\n');
  assert.match(fired.stderr, /^openat: \d+ events, the rule fires at 1, first at this one:$/m);
  assert.match(fired.stderr, /^"passwd opened" fires at openat of cat \(\d+\) fd=3\(<f>\/etc\/passwd\)/m);
  assert.match(fired.stderr, /^ {2}true {6}by_reader \(macro\)$/m);
  const near = await explain('perl', '-e', 'open my $f, "<", "/etc/passwd"');
  assert.match(near.stderr, /the rule fires at none; nearest was this one:$/m);
  assert.match(near.stderr, /^ {2}proc\.name in \(cat, head\) is false: value perl \(in by_reader, /m);
  const none = await explain('/nonexistent/program');
  assert.notEqual(none.code, 0);
});

test('mistakes', async (context) => {
  const { store } = place(context);
  const failing = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await lanner([...args, '-c', '', '--store', store]);
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(await failing('tree', '@1'), /there is no store of alerts/);
  assert.match(await failing('tree', '@x'), /Give the number of an alert/);
  assert.match(await failing('tree', 'bash'), /neither the id of a process/);
  assert.match(await failing('explain', '--alert', 'x'), /Give the number of an alert/);
  assert.match(await failing('explain'), /give the name of a rule/);
  assert.match(await failing('explain', 'R', '--alert', '1'), /tells the rule itself/);
});
