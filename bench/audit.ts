/**
 * How many audit events a second the webhook takes, and what they cost. From the root of the checkout, with nothing else
 * running:
 *
 *     node_modules/.bin/node bench/audit.ts [--rate 10000] [--seconds 20] [--flat-out]
 *
 * Lanner runs on one core (taskset) with Falco's 48 audit rules, where they lie beside the checkout, and its own. The
 * sender, on another core, posts batches of 400 events over two loopback connections, as an API server does: those of a
 * real cluster where they are beside the checkout, otherwise made ones. With --flat-out it sends as fast as it is
 * answered. A batch answered with 429 is sent again. At the end each event must have been judged: the numbers of
 * Lanner's own metrics are compared with what was sent.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = join(ROOT, '..', 'shared');
const UPSTREAM = join(SHARED, 'upstream-rules', 'k8s_audit_rules.yaml');
const LOG = join(SHARED, 'k8s-audit', 'cluster-audit.log');
/** What an API server sends at once when there is much to send. */
const BATCH = 400;
const CONNECTIONS = 2;
const LIMIT_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    'flat-out': { type: 'boolean', default: false },
  },
});

/** Bodies of batches; all events of the log come in turn. */
function makeBodies(): Buffer[] {
  const lines = existsSync(LOG)
    ? readFileSync(LOG, 'utf8').split('\n').filter(Boolean)
    : Array.from({ length: 1000 }, (_, index) => JSON.stringify(madeEvent(index)));
  return Array.from({ length: 20 }, (_, batch) => {
    const events = Array.from({ length: BATCH }, (_, index) => lines[(batch * BATCH + index) % lines.length]);
    return Buffer.from(
      `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${events.join(',')}]}`,
    );
  });
}

/** What a cluster does most: nodes renew leases, controllers read; sometimes a pod is made. */
function madeEvent(index: number): object {
  const isPod = index % 50 === 0;
  const resource = isPod ? 'pods' : index % 3 === 0 ? 'leases' : 'configmaps';
  const metadata = { name: `name-${index}`, namespace: 'default', labels: { app: 'x'.repeat(200) } };
  const spec = {
    containers: [{ name: 'c', image: 'registry/app:1', securityContext: { privileged: index % 100 === 0 } }],
  };
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse', auditID: `id-${index}` },
    ...{ stage: 'ResponseComplete', requestURI: `/api/v1/namespaces/default/${resource}/name-${index}` },
    ...{ verb: isPod ? 'create' : 'update', user: { username: 'system:node:n', groups: ['system:nodes'] } },
    ...{ sourceIPs: ['10.0.0.1'], userAgent: 'kubelet/v1.30', objectRef: { resource, namespace: 'default' } },
    ...{
      responseStatus: { code: 200 },
      requestObject: { metadata, spec },
      responseObject: { metadata, spec },
    },
    ...{ requestReceivedTimestamp: '2026-01-31T13:03:07.1Z', stageTimestamp: '2026-01-31T13:03:07.2Z' },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  };
}

interface Target {
  readonly pid: number;
  readonly url: string;
  readonly metricsUrl: string;
  readonly stop: () => Promise<unknown>;
}

async function startLanner(folder: string): Promise<Target> {
  const file = join(folder, 'lanner.yaml');
  writeFileSync(
    file,
    `engine: {kind: nodriver}
watch_config_files: false
rule_matching: all
rules_files: [${[...(existsSync(UPSTREAM) ? [UPSTREAM] : []), join(ROOT, 'rules', 'kubernetes')].join(', ')}]
kubernetes: {audit: {from: ["http://127.0.0.1:0/k8s-audit"]}}
json_output: true
stdout_output: {enabled: false}
file_output: {enabled: true, keep_alive: true, filename: ${join(folder, 'alerts.json')}}
metrics: {enabled: true, interval: 0}
webserver: {enabled: true, listen_port: 0, prometheus_metrics_enabled: true}
`,
  );
  const child = spawn('taskset', ['-c', '0', join(ROOT, 'bin/lanner'), '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let log = '';
  const addresses = await new Promise<[string, string]>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const url = /Receiving audit events at (\S+)\n/.exec(log)?.[1];
      const web = /webserver: listening on (\S+)\n/.exec(log)?.[1];
      if (url && web) resolve([url, `${web}/metrics`]);
    });
    void ended.then(() => reject(new Error(`Lanner has ended: ${log}`)));
  });
  const stop = (): Promise<unknown> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { pid: programOf(child.pid as number), url: addresses[0], metricsUrl: addresses[1], stop };
}

/** The launcher is a script that becomes, or starts, the program itself: the one of them that has used most CPU. */
function programOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const all = [pid, ...children.map((child) => programOf(Number(child)))];
  return all.reduce((most, each) => (cpuOf(each) > cpuOf(most) ? each : most));
}

/** Seconds of CPU that a process has taken. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name come the state and nine more numbers.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** Seconds that the main thread was ready to run and other programs had the core. */
function waitedFor(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
}

function residentMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function post(url: string, body: Buffer, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end(body);
  });
}

interface Sent {
  events: number;
  bytes: number;
  again: number;
}

/** Sends until the time is over; paced, unless it is to be as fast as possible. */
async function send(url: string, bodies: readonly Buffer[], rate: number, seconds: number): Promise<Sent> {
  const sent = { events: 0, bytes: 0, again: 0 };
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const start = performance.now();
  const end = start + seconds * 1000;
  let next = 0;
  const sender = async (): Promise<void> => {
    for (;;) {
      const turn = next++;
      const due = start + (turn * BATCH * 1000) / rate;
      if (Math.max(due, performance.now()) >= end) return;
      if (due > performance.now()) await pause(due - performance.now());
      const body = bodies[turn % bodies.length] as Buffer;
      for (let status = await post(url, body, agent); status !== 200; status = await post(url, body, agent)) {
        if (status !== 429) throw new Error(`the webhook answers ${status}`);
        sent.again++;
        await pause(20);
      }
      sent.events += BATCH;
      sent.bytes += body.length;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  agent.destroy();
  return sent;
}

async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function run(): Promise<void> {
  const rate = options['flat-out'] ? Number.POSITIVE_INFINITY : Number(options.rate);
  const seconds = Number(options.seconds);
  const bodies = makeBodies();
  const folder = mkdtempSync(join(tmpdir(), 'lanner-bench-'));
  const lanner = await startLanner(folder);
  const timer = setTimeout(() => process.kill(lanner.pid, 'SIGKILL'), LIMIT_MS);
  try {
    // V8 compiles what is used much.
    const warm = await send(lanner.url, bodies, Math.min(rate, 20_000), 2);
    const [cpu, waited, start] = [cpuOf(lanner.pid), waitedFor(lanner.pid), performance.now()];
    const sent = await send(lanner.url, bodies, rate, seconds);
    while ((await metricOf(lanner.metricsUrl, 'lanner_audit_events_waiting')) > 0) await pause(10);
    const elapsed = (performance.now() - start) / 1000;
    const used = cpuOf(lanner.pid) - cpu;
    const share = (100 * (waitedFor(lanner.pid) - waited)) / elapsed;
    const judged = await metricOf(lanner.metricsUrl, 'lanner_matcher_events_total');
    const expected = warm.events + sent.events;
    const source = existsSync(LOG) ? 'of a real cluster' : 'made';
    const perSecond = Math.round(sent.events / elapsed);
    console.log(
      `${perSecond} events/s (${source}, ${Math.round(sent.bytes / sent.events)} bytes each) for ${elapsed.toFixed(1)} s: ` +
        `${((100 * used) / elapsed).toFixed(0)} % of one core, ${((1e6 * used) / sent.events).toFixed(0)} µs of CPU each, other programs had it ${share.toFixed(0)} % of the time, ` +
        `at most ${residentMegabytes(lanner.pid).toFixed(0)} MB; ${sent.again} batches sent again, ${expected - judged} of ${expected} events lost`,
    );
    if (judged !== expected) process.exitCode = 1;
    if (!options['flat-out'] && perSecond < 0.97 * rate) process.exitCode = 1;
  } finally {
    clearTimeout(timer);
    await lanner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (availableParallelism() < 2) console.error('with one core the sender takes a part of it');
await run();
