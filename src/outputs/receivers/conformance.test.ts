/** What every receiver must do: deliver in order, survive the receiver's absence, start anew, end. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { receiveDatagrams } from '../../../test/support/datagrams.ts';
import type { Alert } from '../../alerts/alert.ts';
import { Delivery } from '../delivery/delivery.ts';
import { Spool } from '../delivery/spool.ts';
import type { Transport } from '../delivery/transport.ts';
import { Alertmanager } from './alertmanager.ts';
import { Elasticsearch } from './elasticsearch.ts';
import { Fluentd } from './fluentd.ts';
import { HttpReceiver } from './http.ts';
import { Program } from './program.ts';
import { fluentdServer, httpServer, syslogServer, type TestServer, udpServer } from './servers.test-kit.ts';
import { Slack } from './slack.ts';
import { LocalSyslog, StreamSyslog, UdpSyslog } from './syslog.ts';

/** A receiver that can go away and come back. */
interface Receiver {
  readonly transport: Transport;
  readonly start: () => Promise<void>;
  /** `count`: what has been sent to it in all; one that would lose what it has not read yet reads that much first. */
  readonly stop: (count?: number) => Promise<void>;
  /** All that it has received, over its absences; each entry holds `alert N`. */
  readonly received: () => readonly string[];
  /** Nothing tells this one's absence: what is sent meanwhile is lost. */
  readonly isDeaf?: true;
}

const HTTP = { keepAlive: true, compress: true } as const;
const SENDER = { facility: 1, name: 'lanner' } as const;

const RECEIVERS: Readonly<Record<string, (context: TestContext) => Promise<Receiver>>> = {
  http: () =>
    overHttp(
      (url) => new HttpReceiver({ ...HTTP, url, batch: 10, contentType: 'application/json' }),
      (body) => body.trimEnd().split('\n'),
    ),
  'http, one by one': () =>
    overHttp(
      (url) => new HttpReceiver({ ...HTTP, url, batch: 1, contentType: 'text/plain' }),
      (body) => [body],
    ),
  elasticsearch: () =>
    overHttp(
      (url) => new Elasticsearch({ ...HTTP, url, index: 'lanner-%Y', batch: 10 }),
      (body) =>
        body
          .trimEnd()
          .split('\n')
          .filter((_, index) => index % 2 === 1),
      '{"errors":false,"items":[]}',
    ),
  alertmanager: () =>
    overHttp(
      (url) =>
        new Alertmanager({
          ...HTTP,
          url,
          labels: new Map([['a', 'b']]),
          fields: ['n'],
          resolveMs: 1000,
          batch: 10,
        }),
      (body) => (JSON.parse(body) as unknown[]).map((each) => JSON.stringify(each)),
    ),
  slack: () =>
    overHttp(
      (url) => new Slack({ ...HTTP, url }),
      (body) => [body],
    ),
  fluentd: () =>
    overNetwork(
      fluentdServer,
      (port) => new Fluentd({ address: { host: '127.0.0.1', port }, tag: 'a.b', batch: 10 }),
    ),
  'syslog over TCP': () =>
    overNetwork(syslogServer, (port) => new StreamSyslog({ host: '127.0.0.1', port }, SENDER), true),
  'syslog over UDP': () =>
    overNetwork(udpServer, (port) => new UdpSyslog({ host: '127.0.0.1', port }, SENDER), true),
  'local syslog': localSyslog,
  'a program for each alert': (context) => program(context, false),
  'a program that goes on': (context) => program(context, true),
};

async function overHttp(
  make: (url: string) => Transport,
  parts: (body: string) => readonly string[],
  answer = '',
): Promise<Receiver> {
  const serve = (port?: number): Promise<TestServer> =>
    httpServer((_, body, response) => {
      response.write(answer);
      return parts(body);
    }, port);
  return overNetwork(serve, (port) => make(`http://127.0.0.1:${port}/path`));
}

async function overNetwork(
  serve: (port?: number) => Promise<TestServer>,
  make: (port: number) => Transport,
  isDeaf = false,
): Promise<Receiver> {
  let server = await serve();
  const { port } = server;
  const before: string[] = [];
  return {
    transport: make(port),
    async start() {
      before.push(...server.received);
      server = await serve(port);
    },
    stop: () => server.stop(),
    received: () => [...before, ...server.received],
    ...(isDeaf ? { isDeaf } : {}),
  };
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-receivers-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function localSyslog(context: TestContext): Promise<Receiver> {
  const path = join(folder(context), 'log');
  let receiver = await receiveDatagrams(path);
  const before: string[] = [];
  let now: string[] = [];
  return {
    transport: new LocalSyslog(path, SENDER),
    async start() {
      before.push(...now);
      now = [];
      receiver = await receiveDatagrams(path);
    },
    async stop(count = 0) {
      await receiver.received(count - before.length);
      now = (await receiver.end()).map(String);
      rmSync(path);
    },
    received: () => [...before, ...now],
  };
}

/** The program is away while the folder that it writes to is. */
async function program(context: TestContext, keepAlive: boolean): Promise<Receiver> {
  const path = join(folder(context), 'there');
  const file = join(path, 'alerts');
  const { mkdirSync } = await import('node:fs');
  mkdirSync(path);
  writeFileSync(file, '');
  const read = keepAlive ? `exec cat >> ${file}` : `cat >> ${file}`;
  return {
    transport: new Program({ command: read, keepAlive }),
    start: async () => renameSync(`${path}.away`, path),
    stop: async () => renameSync(path, `${path}.away`),
    received: () => {
      const text = readFileSync(existsSync(file) ? file : join(`${path}.away`, 'alerts'), 'utf8');
      return text.split('\n').slice(0, -1);
    },
    ...(keepAlive ? { isDeaf: true } : {}),
  };
}

function alert(number: number): Alert {
  return {
    ...{ kind: 'rule', rule: `Rule "${number}"`, priority: 'Warning', source: 'syscall', tags: ['T1059'] },
    ...{
      time: 1_769_864_587_123_456_789n + BigInt(number),
      hostname: 'host one',
      message: `alert ${number}`,
    },
    fields: [{ key: 'n', value: number, type: 'UINT64' }],
  };
}

function write(delivery: Delivery, from: number, to: number): void {
  for (let number = from; number < to; number++) {
    const line = JSON.stringify({ output: `alert ${number} ü<&>"` });
    delivery.write({ alert: alert(number), id: `id${number}`, line });
  }
}

const numbers = (received: readonly string[]): number[] =>
  received.map((text) => Number(/alert (\d+)/.exec(text)?.[1] ?? Number.NaN));

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

for (const [name, make] of Object.entries(RECEIVERS)) {
  test(`${name}: in order, away and back, opened anew, ended`, async (context) => {
    const receiver = await make(context);
    const lines: string[] = [];
    const path = folder(context);
    const delivery = new Delivery({
      transport: receiver.transport,
      openSpool: () => new Spool({ folder: path, maxBytes: 1 << 20, maxAgeMs: 0 }),
      pauseMs: { first: 2, longest: 20 },
      timeoutMs: 5000,
      log: (line) => lines.push(line),
    });
    write(delivery, 0, 25);
    await until(() => delivery.undelivered === 0, 'the first are delivered');
    if (receiver.isDeaf) await until(() => receiver.received().length === 25, 'the first are received');
    delivery.reopen();
    write(delivery, 25, 30);
    await until(() => delivery.undelivered === 0, 'those after opening anew are delivered');
    if (receiver.isDeaf) await until(() => receiver.received().length === 30, 'those are received');
    await receiver.stop(30);
    if (!receiver.isDeaf) {
      write(delivery, 30, 50);
      await until(() => lines.length > 0, 'the absence is told');
    }
    await receiver.start();
    write(delivery, 50, 55);
    await until(() => delivery.undelivered === 0, 'all are delivered');
    if (receiver.isDeaf) await until(() => numbers(receiver.received()).includes(54), 'the last is received');
    await delivery.close();
    if (name === 'local syslog') await receiver.stop(55);
    const got = numbers(receiver.received());
    if (receiver.isDeaf) assert.deepEqual(got.slice(0, 30), range(0, 30));
    else assert.deepEqual([...new Set(got)], range(0, 55));
    assert.equal(delivery.statistics.dropped, 0);
    if (name !== 'local syslog') await receiver.stop();
  });
}
