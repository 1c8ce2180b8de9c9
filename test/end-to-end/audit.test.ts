/** `lanner` on audit events of Kubernetes: alone, and beside system calls. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, LANNER, lanner, type Running, start } from '../support/lanner.ts';

const RULES = `
- rule: Exec
  desc: A command is run in a pod.
  condition: ka.target.subresource = exec and ka.stage = ResponseComplete
  output: exec of %ka.uri.param[command] by %ka.user.name at %evt.time.iso8601 from %evt.source
  priority: NOTICE
  source: k8s_audit
  tags: [k8s]
- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened (process=%proc.name)
  priority: WARNING
  tags: [host]
`;

function exec(user: string): string {
  return JSON.stringify({
    kind: 'Event',
    auditID: `by-${user}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/n/pods/p/exec?command=id',
    verb: 'create',
    user: { username: user },
    objectRef: { resource: 'pods', namespace: 'n', name: 'p', subresource: 'exec' },
    responseStatus: { code: 101 },
    requestReceivedTimestamp: '2026-01-31T13:03:07.000001Z',
    stageTimestamp: '2026-01-31T13:03:08.000001Z',
  });
}

interface Place {
  readonly folder: string;
  readonly rules: string;
}

function place(context: TestContext): Place {
  const folder = temporaryFolder(context);
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULES);
  return { folder, rules };
}

/** Starts it without the kernel, with a configuration file. */
function startAlone(
  context: TestContext,
  { folder, rules }: Place,
  configuration: string,
  ...flags: string[]
): Running {
  const file = join(folder, 'lanner.yaml');
  writeFileSync(file, configuration);
  const running = start(LANNER, ['-c', file, '-r', rules, ...flags]);
  context.after(() => running.child.kill('SIGKILL'));
  return running;
}

async function addressOf(running: Running): Promise<string> {
  await running.printed('stderr', /Receiving audit events at http:\S+\n/);
  return /Receiving audit events at (http:\S+)/.exec(running.output.stderr)?.[1] ?? '';
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
}

test("Falco's configuration of the webhook: alerts, answers, an internal alert, and an orderly end", async (context) => {
  const configuration = `
plugins:
  - {name: k8saudit, library_path: libk8saudit.so, init_config: {useAsync: true}, open_params: "http://127.0.0.1:0/k8s-audit"}
  - {name: json, library_path: libjson.so, init_config: ""}
load_plugins: [k8saudit, json]
`;
  const running = startAlone(context, place(context), configuration, '--disable-source', 'syscall');
  const url = await addressOf(running);
  await running.printed(
    'stderr',
    'the plugins k8saudit, json are built in: their library_path is not needed',
  );
  await running.printed('stderr', 'Watching audit events of Kubernetes');
  const list = `{"kind":"EventList","items":[${exec('alice')},${exec('bob')}]}`;
  assert.equal((await post(url, list)).status, 200);
  await running.printed(
    'stdout',
    'Notice exec of id by alice at 2026-01-31T13:03:08.000001000+0000 from k8s_audit',
  );
  await running.printed('stdout', 'exec of id by bob');
  const refused = await post(url, '{"kind":');
  assert.deepEqual([refused.status, (await refused.text()).slice(0, 10)], [400, 'not JSON: ']);
  await running.printed('stdout', 'Lanner internal: audit events not understood: not JSON');
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.finished;
  assert.equal(code, 0);
  assert.match(stdout, /Events detected: 2\n/);
  assert.match(stderr, /2 events, 0 lost, 2 alerts \(Notice 2\)/);
});

test('rules are reloaded, and a followed log goes on where it was', async (context) => {
  const { folder, rules } = place(context);
  const log = join(folder, 'audit.log');
  writeFileSync(log, `${exec('before')}\n`);
  const configuration = `engine: {kind: nodriver}
watch_config_files: false
kubernetes: {audit: {from: ["file://${log}"], state_directory: ${folder}/state}}
`;
  const first = startAlone(
    context,
    { folder, rules },
    configuration,
    '-o',
    'kubernetes.audit.read_existing=true',
  );
  await first.printed('stdout', 'by before');
  writeFileSync(rules, RULES.replace('exec of', 'command'));
  first.child.kill('SIGHUP');
  await first.printed('stderr', 'Reloaded:');
  appendFileSync(log, `${exec('after')}\n`);
  await first.printed('stdout', 'command id by after');
  first.child.kill('SIGTERM');
  assert.equal((await first.finished).code, 0);
  appendFileSync(log, `${exec('later')}\n`);
  const second = startAlone(context, { folder, rules }, configuration);
  await second.printed('stdout', 'by later');
  second.child.kill('SIGTERM');
  const { stdout } = await second.finished;
  assert.doesNotMatch(stdout, /by (?:before|after)/);
});

test('a file that is read once ends the run, and replay reads files and folders', async (context) => {
  const { folder, rules } = place(context);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  writeFileSync(join(logs, 'one.log'), `${exec('alice')}\nnonsense\n`);
  writeFileSync(join(logs, 'two.log'), exec('bob'));
  const once = startAlone(
    context,
    { folder, rules },
    `engine: {kind: nodriver}\nkubernetes: {audit: {from: [${logs}]}}\n`,
  );
  const ended = await once.finished;
  assert.equal(ended.code, 0);
  assert.match(ended.stdout, /by alice[\s\S]*by bob[\s\S]*Events detected: 2\n/);
  for (const file of [logs, join(logs, 'one.log')]) {
    const { code, stdout, stderr } = await lanner(['replay', '-c', '', '-r', rules, file]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /exec of id by alice at 2026-01-31T13:03:08.000001000\+0000/);
    assert.match(stdout, /audit events not understood/);
  }
});

for (const [settings, message] of [
  [['kubernetes.audit.from[]=ftp://x/y'], /ftp:\/\/x\/y is no place that audit events come from/],
  [['kubernetes.audit.from[]=/no/such/file'], /ENOENT.*\/no\/such\/file/],
  [
    ['kubernetes.audit.from[]=https://127.0.0.1:0/x', 'kubernetes.audit.certificate=/no/such.pem'],
    /\/no\/such\.pem/,
  ],
] as const)
  test(`wrong: ${settings.join(' ')}`, async (context) => {
    const { rules } = place(context);
    const options = settings.flatMap((setting) => ['-o', setting]);
    const { code, stderr } = await lanner(['-c', '', '-r', rules, '-o', 'engine.kind=nodriver', ...options]);
    assert.equal(code, 1);
    assert.match(stderr, message);
  });

test('flags choose among the sources', async (context) => {
  const { rules } = place(context);
  const wrong = await lanner(['-c', '', '-r', rules, '--enable-source', 'k8s_audit', '--dry-run']);
  assert.match(wrong.stderr, /k8s_audit has no place that events come from: set kubernetes\.audit\.from/);
  const both = [
    '-o',
    'kubernetes.audit.from[]=/tmp',
    '--disable-source',
    'syscall',
    '--disable-source',
    'k8s_audit',
  ];
  const none = await lanner(['-c', '', '-r', rules, ...both, '--dry-run']);
  assert.match(none.stderr, /all event sources are disabled/);
});

/** Answers bulk requests, and keeps what they say. */
async function elasticsearch(
  context: TestContext,
): Promise<{ url: string; documents: object[]; whenTaken: Promise<void> }> {
  const documents: object[] = [];
  let taken = (): void => {};
  const whenTaken = new Promise<void>((resolve) => {
    taken = resolve;
  });
  const server = createServer(async (request, response) => {
    const lines = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
      .toString()
      .trim()
      .split('\n');
    documents.push(...lines.map((line) => JSON.parse(line)));
    const items = lines.slice(lines.length / 2).map(() => ({ create: { status: 201 } }));
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ errors: false, items }));
    taken();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, documents, whenTaken };
}

test('events are kept, in a log and with a receiver, whether a rule matches or not', async (context) => {
  const { folder, rules } = place(context);
  const { url: receiver, documents, whenTaken } = await elasticsearch(context);
  const kept = join(folder, 'kept.log');
  const configuration = `
engine: {kind: nodriver}
delivery: {spool: false}
kubernetes:
  audit:
    from: ["http://127.0.0.1:0/k8s-audit"]
    keep:
      stages: [ResponseComplete]
      file: {filename: ${kept}, max_size_mb: 1, max_backups: 2, max_age_days: 7}
      receivers: [{name: search, elasticsearch: {url: "${receiver}", index: audit-%Y.%m.%d}}]
`;
  const running = startAlone(context, { folder, rules }, configuration);
  const url = await addressOf(running);
  const other = exec('nobody').replace('"subresource":"exec"', '"subresource":"log"');
  const early = exec('alice').replace('ResponseComplete', 'RequestReceived');
  assert.equal((await post(url, `[${early},${other}]`)).status, 200);
  await whenTaken;
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.finished;
  assert.equal(code, 0);
  assert.match(stdout, /Events detected: 0\n/);
  assert.equal(readFileSync(kept, 'utf8'), `${other}\n`);
  assert.deepEqual(documents, [
    {
      create: {
        _index: 'audit-2026.01.31',
        _id: `by-nobody-ResponseComplete-${hash('sha256', other).slice(0, 32)}`,
      },
    },
    JSON.parse(other),
  ]);
});

test('both sources in one process', { skip: cannotWatch() }, async (context) => {
  const { rules } = place(context);
  const opener = await startOpener(context);
  const from = 'kubernetes.audit.from[]=http://127.0.0.1:0/k8s-audit';
  const daemon = await startDaemon(opener.pid, '-r', rules, '-o', from);
  const url = await addressOf(daemon);
  await opener.open(1);
  await daemon.printed('stdout', 'Warning opened (process=perl)');
  assert.equal((await post(url, exec('alice'))).status, 200);
  await daemon.printed('stdout', 'Notice exec of id by alice');
  await daemon.reload();
  await opener.open(1);
  assert.equal((await post(url, `[${exec('bob')}]`)).status, 200);
  await daemon.printed('stdout', 'exec of id by bob');
  daemon.child.kill('SIGTERM');
  const { stdout } = await daemon.finished;
  assert.match(stdout, /Events detected: 4\n/);
});
