/** The console's API of a real daemon, as browsers and others on the machine reach it. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { eventCodes } from '../../src/events/table.ts';
import { environmentOf, type Vocabulary } from '../../src/language/vocabulary.ts';
import type {
  AlertDetail,
  AlertPage,
  EditorFiles,
  EditorText,
  Health,
  RuleDetail,
  Rules,
  Session,
  TryNews,
  Validation,
  Written,
} from '../../src/server/api-types.ts';
import { event, machine, section } from '../../src/sources/capture/testing.ts';
import { temporaryFolder } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { LANNER, lanner, type Running, start } from '../support/lanner.ts';

const RULES = `
- macro: answered
  condition: (ka.stage = ResponseComplete)
- rule: Pod Deleted
  desc: A pod was deleted.
  condition: ka.verb = delete and answered
  output: '%ka.target.pod.name deleted by %ka.user.name'
  priority: NOTICE
  source: k8s_audit
  tags: [mitre_impact, T1485]
- rule: Secret Read
  desc: A secret was read.
  condition: ka.verb = get and ka.target.resource = secrets and answered
  output: 'secret read by %ka.user.name'
  priority: WARNING
  source: k8s_audit
- rule: Shadow Opened
  desc: A sensitive file was opened.
  condition: evt.type = openat and fd.name = /etc/shadow
  output: opened by %proc.name
  priority: WARNING
`;

function deletion(user: string): string {
  return `${JSON.stringify({
    kind: 'Event',
    auditID: `by-${user}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/n/pods/web-1',
    verb: 'delete',
    user: { username: user },
    objectRef: { resource: 'pods', namespace: 'n', name: 'web-1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date().toISOString(),
    stageTimestamp: new Date().toISOString(),
  })}\n`;
}

interface Daemon extends Running {
  readonly folder: string;
  readonly state: string;
  readonly rules: string;
  readonly config: string;
  readonly url: string;
  /** Writes what the audit log of a cluster would. */
  log(line: string): void;
}

async function startDaemon(context: TestContext, settings = '', address = '127.0.0.1'): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-console-api-'));
  const [rules, config, log] = ['rules.yaml', 'lanner.yaml', 'audit.log'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const state = join(folder, 'state');
  mkdirSync(join(state, 'recordings'), { recursive: true });
  writeFileSync(rules, RULES);
  writeFileSync(log, '');
  const port = await freePort();
  const lines = [
    `rules_files: [${rules}]`,
    `kubernetes: {audit: {from: ["file://${log}"], state_directory: ${state}/audit, read_existing: true}}`,
    `webserver: {listen_port: ${port}, listen_address: ${address}, ssl_certificate: ${folder}/both.pem, ssl_enabled: ${settings.includes('tls')}}`,
    'stdout_output: {enabled: true}',
    settings.replace('# tls', ''),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const running = start(LANNER, ['-c', config, '--disable-source', 'syscall'], {
    env: { STATE_DIRECTORY: state },
    limitMs: 300_000,
  });
  context.after(async () => {
    running.child.kill('SIGKILL');
    // It writes until it has gone.
    await running.finished;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...running,
    ...{ folder, state, rules, config, url: `http://127.0.0.1:${port}` },
    log: (line) => appendFileSync(log, line),
  };
}

async function ready(daemon: Daemon): Promise<void> {
  await daemon.printed('stderr', 'Watching audit events of Kubernetes');
  await daemon.printed('stderr', /console: https?:\/\//);
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, `${url}: ${await answer.clone().text()}`);
  return (await answer.json()) as T;
}

function send(method: string, url: string, value: object): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', Origin: new URL(url).origin },
    body: JSON.stringify(value),
  });
}

async function sent<T>(method: string, url: string, value: object, status = 200): Promise<T> {
  const answer = await send(method, url, value);
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  return JSON.parse(text) as T;
}

/** Asks again until an answer fits. */
async function until<T>(url: string, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await get<T>(url);
    if (fits(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a stream tells until it has told this. */
async function streamed(url: string, wanted: string, headers: Record<string, string> = {}): Promise<string> {
  return (await stream(url, headers)).until(wanted);
}

/** A stream that is open; what comes from now on is told. */
async function stream(url: string, headers: Record<string, string> = {}) {
  const end = new AbortController();
  const answer = await fetch(url, { headers, signal: end.signal });
  assert.equal(answer.status, 200);
  return {
    async until(wanted: string): Promise<string> {
      let got = '';
      for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        got += part;
        if (got.includes(wanted)) break;
      }
      end.abort();
      return got;
    },
  };
}

test('alerts come, are found, told live, and explained', async (context) => {
  const daemon = await startDaemon(context);
  await ready(daemon);
  const { url } = daemon;
  const session = await get<Session>(`${url}/api/session`);
  assert.deepEqual([session.signedIn, session.by, session.mayEdit], [true, 'user', true]);
  assert.deepEqual((await get<AlertPage>(`${url}/api/alerts`)).alerts, []);

  daemon.log(deletion('alice'));
  const page = await until<AlertPage>(`${url}/api/alerts`, ({ alerts }) => alerts.length > 0);
  const [alert] = page.alerts;
  assert.equal(alert?.rule, 'Pod Deleted');
  assert.equal(alert?.message, 'web-1 deleted by alice');
  assert.deepEqual(alert?.pod, { name: 'web-1', namespace: null });
  const following = streamed(`${url}/api/stream?rule=Pod+Deleted&after=${alert?.id}`, 'deleted by carol');
  daemon.log(deletion('bob') + deletion('carol'));
  const got = await following;
  assert.match(got, /event: alert\nid: 2\ndata: {"id":2.*deleted by bob/);
  assert.match(got, /event: health\ndata: .*"trouble":null/);
  const resumed = await streamed(`${url}/api/stream`, 'carol', { 'Last-Event-ID': '2' });
  assert.doesNotMatch(resumed, /deleted by bob/);

  const found = async (query: string): Promise<number> =>
    (await get<AlertPage>(`${url}/api/alerts?${query}`)).alerts.length;
  assert.equal(await found('text=bob&priority=notice&since=1h&source=k8s_audit&pod=web-*&tag=T1485'), 1);
  assert.equal(await found('tag=T9999'), 0);
  assert.equal(await found('until=1h'), 0);
  assert.equal((await fetch(`${url}/api/alerts?colour=red`)).status, 400);
  const first = await get<AlertPage>(`${url}/api/alerts?limit=2`);
  const second = await get<AlertPage>(`${url}/api/alerts?limit=2&cursor=${first.next}`);
  assert.deepEqual(
    [...first.alerts, ...second.alerts].map(({ id }) => id),
    [3, 2, 1],
  );
  assert.equal(second.next, null);

  const detail = await get<AlertDetail>(`${url}/api/alerts/3`);
  assert.match(
    detail.rule?.source.text ?? '',
    /^- rule: Pod Deleted\n(?:.*\n)* {2}tags: \[mitre_impact, T1485\]$/,
  );
  assert.equal(detail.rule?.source.line, 4);
  assert.equal(detail.evidence?.ruleChanged, false);
  assert.equal(detail.evidence?.condition?.holds, true);
  assert.ok(detail.evidence?.audit?.some(({ value }) => value === 'carol'));
  assert.deepEqual(
    detail.similar.map(({ id }) => id),
    [2, 1],
  );
  assert.equal(detail.tuneCommand, "lanner tune --rule 'Pod Deleted'");
  assert.equal((await fetch(`${url}/api/alerts/99`)).status, 404);
  const timeline = await get<{ total: number; spans: { counts: number[] }[] }>(
    `${url}/api/timeline?since=1h`,
  );
  assert.equal(timeline.total, 3);
  assert.equal(
    timeline.spans.reduce((sum, { counts }) => sum + (counts[5] ?? 0), 0),
    3,
  );
  assert.deepEqual(await get(`${url}/api/counts?by=rule`), {
    ...{ by: 'rule', counts: [{ name: 'Pod Deleted', count: 3 }], others: { names: 0, count: 0 } },
  });
  const { rules } = await get<Rules>(`${url}/api/rules`);
  const deleted = rules.find(({ name }) => name === 'Pod Deleted');
  assert.deepEqual([deleted?.fired?.day, deleted?.cost?.matches], [3, 3]);
  const rule = await get<RuleDetail>(`${url}/api/rules/${encodeURIComponent('Pod Deleted')}`);
  assert.deepEqual(
    rule.macros.map(({ name, text }) => [name, text.line]),
    [['answered', 2]],
  );
  // Counters are read once a second at most.
  const health = await until<Health>(`${url}/api/health`, ({ outputs }) =>
    outputs.some(({ name, written }) => name.startsWith('store ') && written === 3),
  );
  assert.deepEqual(health.troubles, []);
  assert.equal(health.store?.alerts, 3);
  const attack = await get<{ tactics: { tag: string; rules: { name: string; all: number }[] }[] }>(
    `${url}/api/attack`,
  );
  const impact = attack.tactics.find(({ tag }) => tag === 'impact');
  assert.deepEqual(impact?.rules, [{ name: 'Pod Deleted', enabled: true, day: 3, all: 3 }]);
});

test('rules are changed in a file of their own, or not at all', async (context) => {
  const daemon = await startDaemon(context);
  await ready(daemon);
  const { url, state } = daemon;
  const toggle = `${url}/api/rules/${encodeURIComponent('Pod Deleted')}/enabled`;
  const news = await stream(`${url}/api/stream`);
  const written = await sent<Written>('POST', toggle, { enabled: false });
  assert.equal(written.enabled, 2);
  assert.match(await news.until('event: rules'), /event: rules\ndata: .*"ok":true/);
  const own = join(state, 'console-rules.yaml');
  assert.equal(statSync(own).mode & 0o777, 0o600);
  assert.match(readFileSync(own, 'utf8'), /- rule: "Pod Deleted"\n {2}enabled: false\n {2}override:\n/);
  daemon.log(deletion('quiet'));
  await until<Health>(`${url}/api/health`, ({ events }) => events?.seen === 1);
  await sent('POST', toggle, { enabled: true });
  assert.doesNotMatch(readFileSync(own, 'utf8'), /Pod Deleted/, 'what is as it was needs no override');
  daemon.log(deletion('loud'));
  await daemon.printed('stdout', 'deleted by loud');
  assert.doesNotMatch(daemon.output.stdout, /deleted by quiet/);

  const { files } = await get<EditorFiles>(`${url}/api/editor/files`);
  const environment = environmentOf(await get<Vocabulary>(`${url}/api/editor/vocabulary`));
  assert.equal(environment.fields.find('ka.user.name')?.field.type, 'CHARBUF');
  assert.ok(environment.events.codes('openat').length > 0);
  assert.deepEqual(
    files.map(({ isOwn, isWritable }) => [isOwn, isWritable]),
    [
      [false, false],
      [true, true],
    ],
  );
  const name = encodeURIComponent(files.at(-1)?.name ?? '');
  const { text, hash } = await get<EditorText>(`${url}/api/editor/file?name=${name}`);
  const better = `${text}
- rule: Anything Deleted
  desc: d
  condition: ka.verb = delete and answered
  output: 'gone: %ka.user.name'
  priority: ERROR
  source: k8s_audit
- rule: Pod Deleted
  enabled: false
  override:
    enabled: replace
`;
  const broken = better.replace('answered', 'answred');
  const problems = await sent<Validation>('POST', `${url}/api/validate`, { text: broken });
  assert.equal(problems.ok, false);
  const [problem] = problems.problems;
  assert.deepEqual([problem?.severity, problem?.isOwn, problem?.suggestion], ['error', true, 'answered']);
  assert.equal(broken.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0)), 'answred');
  const put = `${url}/api/editor/file`;
  const rejected = await sent<{ error: { problems: unknown[] } }>('PUT', put, { text: broken, hash }, 422);
  assert.equal(rejected.error.problems.length, 1);
  assert.equal(readFileSync(own, 'utf8'), text);
  const right = await sent<Written>('PUT', put, { text: better, hash });
  assert.deepEqual([right.enabled, right.rules], [3, 4]);
  await sent('PUT', put, { text: better, hash }, 409);
  daemon.log(deletion('dave'));
  await daemon.printed('stdout', 'gone: dave');
  const other = await send('PUT', put, { text: 'x', hash: right.hash });
  assert.equal(other.status, 422);

  // What a hand has written, and the configuration has decided, counts.
  writeFileSync(own, '# mine\n');
  daemon.child.kill('SIGHUP');
  await until<Rules>(`${url}/api/rules`, ({ rules }) => rules.length === 3);
  writeFileSync(daemon.config, `${readFileSync(daemon.config, 'utf8')}rules: [{disable: {rule: Secret*}}]\n`);
  await until<Rules>(`${url}/api/rules`, ({ rules }) => rules.some(({ enabled }) => !enabled));
  const secret = `${url}/api/rules/${encodeURIComponent('Secret Read')}/enabled`;
  const decided = await sent<{ error: { message: string } }>('POST', secret, { enabled: true }, 409);
  assert.match(decided.error.message, /the configuration decides/);
  assert.equal(readFileSync(own, 'utf8'), '# mine\n');
});

test('rules of the console that have errors do not keep Lanner from starting', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(
    join(folder, 'console-rules.yaml'),
    '- rule: Gone\n  enabled: false\n  override: {enabled: replace}\n',
  );
  const daemon = await startDaemon(context, `console: {rules_file: ${join(folder, 'console-rules.yaml')}}`);
  await ready(daemon);
  assert.match(daemon.output.stderr, /the rules of the console are left out, since they have errors/);
  const health = await get<Health>(`${daemon.url}/api/health`);
  assert.match(health.troubles.join(), /left out/);
  assert.match(health.reload?.report ?? '', /console-rules\.yaml:1/);
  daemon.log(deletion('alice'));
  await daemon.printed('stdout', 'deleted by alice');
});

test('conditions and rules are tried against recordings of one folder', async (context) => {
  const daemon = await startDaemon(context);
  await ready(daemon);
  const { url, state } = daemon;
  const [code = 0] = eventCodes('openat').slice(-1);
  const opened = (name: string): Buffer =>
    event({ code, tid: 100, timestamp: 1_000_000_000n, values: [3n, -100n, name, 1, 0, 0, 0n] });
  const capture = Buffer.concat([
    section(),
    machine('captured'),
    opened('/etc/passwd'),
    opened('/etc/shadow'),
  ]);
  writeFileSync(join(state, 'recordings', 'a.scap'), capture);
  writeFileSync(join(state, 'secret.scap'), capture);
  symlinkSync('/etc/passwd', join(state, 'recordings', 'link.scap'));
  const { recordings } = await get<{ recordings: { name: string }[] }>(`${url}/api/recordings`);
  assert.deepEqual(
    recordings.map(({ name }) => name),
    ['a.scap'],
  );
  const tried = async (body: object): Promise<TryNews[]> => {
    const text = await (await send('POST', `${url}/api/try`, { recording: 'a.scap', ...body })).text();
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const news = await tried({ condition: 'evt.type = openat and fd.name startswith /etc/' });
  assert.equal(news.filter(({ kind }) => kind === 'match').length, 2);
  assert.deepEqual(news.at(-1), { ...news.at(-1), kind: 'done', matches: 2, limit: null });
  const none = (await tried({ condition: 'evt.type = openat and fd.name = /nowhere' })).at(-1);
  assert.match(none?.kind === 'done' ? none.why.join() : '', /never true: fd\.name = \/nowhere/);
  const rules = (await tried({ text: RULES, rule: 'Shadow Opened' })).at(-1);
  assert.deepEqual(rules?.kind === 'done' && rules.byRule, [{ rule: 'Shadow Opened', count: 1 }]);
  const wrong = await sent<{ error: { problems: { line: number; column: number }[] } }>(
    ...([
      'POST',
      `${url}/api/try`,
      { recording: 'a.scap', condition: 'evt.type = openat and fd.nam = x' },
      422,
    ] as const),
  );
  assert.deepEqual([wrong.error.problems[0]?.line, wrong.error.problems[0]?.column], [1, 23]);
  const outside = [
    '../secret.scap',
    'link.scap',
    '/etc/passwd',
    '..',
    '.',
    'b.scap',
    'a.scap\0',
    '',
    'recordings/../a.scap',
  ];
  for (const recording of outside)
    await sent('POST', `${url}/api/try`, { recording, condition: 'evt.type = openat' }, 404);
});

/** What `nobody` gets, with the headers as curl writes them. */
function asNobody(args: readonly string[]): Promise<string> {
  const child = spawn('setpriv', ['--reuid=65534', '--clear-groups', 'curl', '-sS', '-m', '60', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return once(child, 'close').then(() => text);
}

test('other users of the machine need the token, which does not get into the log', {
  skip: process.getuid?.() === 0 ? false : 'needs root, to be somebody else',
}, async (context) => {
  const daemon = await startDaemon(context);
  await ready(daemon);
  const { url, config, state } = daemon;
  assert.equal(statSync(join(state, 'console-token')).mode & 0o777, 0o600);
  assert.deepEqual(JSON.parse(await asNobody([`${url}/api/session`])), { signedIn: false });
  assert.match(await asNobody(['-i', `${url}/api/alerts`]), /^HTTP\/1\.1 401 /);
  const printed = await lanner(['console', 'token', '-c', config], { env: { STATE_DIRECTORY: state } });
  const token = printed.stdout.trim();
  assert.match(token, /^lanner_[\w-]{43}$/);
  const signIn = [
    '-i',
    '-H',
    'Content-Type: application/json',
    '-H',
    `Origin: ${url}`,
    '-d',
    JSON.stringify({ token }),
  ];
  const cookie =
    /^Set-Cookie: (\w+=[^;]+)/im.exec(await asNobody([...signIn, `${url}/api/session`]))?.[1] ?? '';
  assert.match(await asNobody(['-i', '-H', `Cookie: ${cookie}`, `${url}/api/alerts`]), /^HTTP\/1\.1 200 /);
  const stolen = await fetch(`${url}/api/session`, { headers: { Cookie: cookie } });
  assert.equal(((await stolen.json()) as Session).by, 'user', 'a cookie of another user counts for nothing');
  const bearer = ['-i', '-H', `Authorization: Bearer ${token}`, `${url}/api/rules`];
  assert.match(await asNobody(bearer), /^HTTP\/1\.1 200 /);
  const about = await lanner(['console', '-c', config], { env: { STATE_DIRECTORY: state } });
  assert.match(about.stdout, /now: +it answers, and lets you in/);
  const renewed = await lanner(['console', 'token', '--renew', '-c', config], {
    env: { STATE_DIRECTORY: state },
  });
  assert.notEqual(renewed.stdout.trim(), token);
  for (;;) if (/^HTTP\/1\.1 401 /.test(await asNobody(bearer))) break;
  assert.match(await asNobody(['-i', '-H', `Cookie: ${cookie}`, `${url}/api/alerts`]), /^HTTP\/1\.1 401 /);
  for (const text of [daemon.output.stderr, daemon.output.stdout]) assert.ok(!text.includes(token.slice(7)));
});

test('beyond this machine the console is there with TLS alone', async (context) => {
  const plain = await startDaemon(context, 'console: {always_token: false}\n', '0.0.0.0');
  await ready(plain);
  assert.doesNotMatch(
    plain.output.stderr,
    /listening on http:\/\/0\.0\.0\.0/,
    'without web server: here alone',
  );
  const open = await startDaemon(context, '', '0.0.0.0');
  writeFileSync(
    open.config,
    readFileSync(open.config, 'utf8').replace('webserver: {', 'webserver: {enabled: true, '),
  );
  await ready(open);
  await open.printed('stderr', /listening on http:\/\/0\.0\.0\.0/);
  assert.match(open.output.stderr, /console: served on this machine alone/);
  assert.equal((await fetch(`${open.url}/api/session`)).status, 200);
});

test('over TLS the token is wanted, and the cookie is for HTTPS alone', async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'both.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const request = ['req', '-x509', ...kind, ...subject, '-keyout', file, '-out', `${file}.crt`];
  execFileSync('openssl', request, { stdio: 'ignore' });
  const ca = readFileSync(`${file}.crt`, 'utf8');
  appendFileSync(file, ca);
  const daemon = await startDaemon(context, `console: {always_token: true} # tls`);
  writeFileSync(join(daemon.folder, 'both.pem'), readFileSync(file));
  await ready(daemon);
  const token = readFileSync(join(daemon.state, 'console-token'), 'utf8').trim();
  const { host, port } = new URL(daemon.url);
  const ask = (method: string, path: string, headers: object, body = ''): Promise<[number, string, string]> =>
    new Promise((resolve, reject) => {
      const options = {
        ...{ ca, port, method, path, agent: false, servername: 'localhost' },
        host: '127.0.0.1',
        headers: { ...headers },
      };
      https
        .request(options, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () =>
            resolve([response.statusCode ?? 0, text, String(response.headers['set-cookie'] ?? '')]),
          );
        })
        .on('error', reject)
        .end(body);
    });
  assert.equal((await ask('GET', '/api/alerts', {}))[0], 401);
  const json = { 'Content-Type': 'application/json', Origin: `https://${host}` };
  const [status, , cookie] = await ask('POST', '/api/session', json, JSON.stringify({ token }));
  assert.equal(status, 200);
  assert.match(cookie, /^__Host-lanner_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  assert.equal((await ask('GET', '/api/alerts', { Cookie: cookie.split(';')[0] }))[0], 200);
  assert.equal(
    (await ask('GET', '/api/alerts', { Cookie: cookie.split(';')[0], Host: 'evil.example' }))[0],
    403,
  );
});

test('a store is shown without a running Lanner, and nothing can be changed', async (context) => {
  const daemon = await startDaemon(context);
  await ready(daemon);
  daemon.log(deletion('alice'));
  await until<AlertPage>(`${daemon.url}/api/alerts`, ({ alerts }) => alerts.length > 0);
  daemon.child.kill('SIGTERM');
  await daemon.finished;
  const { config, state } = daemon;
  const shown = start(LANNER, ['console', '-c', config, '--store', join(state, 'alerts.db')], {
    env: { STATE_DIRECTORY: state },
  });
  context.after(() => {
    shown.child.kill('SIGKILL');
    return shown.finished;
  });
  await shown.printed('stdout', /Console of \S+: http:\S+\n/);
  const url = /(http:\S+)\/\n/.exec(shown.output.stdout)?.[1] ?? '';
  const { features, mayEdit } = await get<Session>(`${url}/api/session`);
  assert.deepEqual([features?.store.available, features?.live.available, mayEdit], [true, false, false]);
  assert.equal((await get<AlertPage>(`${url}/api/alerts`)).alerts.length, 1);
  const refused = await send('POST', `${url}/api/rules/x/enabled`, { enabled: false });
  assert.equal(refused.status, 503);
  assert.equal((await sent<Validation>('POST', `${url}/api/validate`, { text: '' })).ok, true);
  shown.child.kill('SIGTERM');
  assert.equal((await shown.finished).code, 0);
});
