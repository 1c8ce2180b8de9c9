/** Alerts of one Lanner to many receivers at once: real servers where Debian has them, the others by their protocols. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { fluentdServer, httpServer } from '../../../src/outputs/receivers/servers.test-kit.ts';
import { startDaemon, startOpener, temporaryFolder } from '../../support/daemon.ts';
import { cannotWatch, type Running, start } from '../../support/lanner.ts';

const COUNT = 300;
/** Loopback ports for servers that cannot be asked to choose one. */
const PORTS = { nats: 24_522, syslogTcp: 24_514, syslogUdp: 24_515, alertmanager: 24_593 } as const;

const PROGRAMS = ['/usr/sbin/nats-server', '/usr/sbin/rsyslogd', '/usr/bin/prometheus-alertmanager'];
const missing = PROGRAMS.filter((path) => !existsSync(path));
const skip = cannotWatch() || (missing.length > 0 && `not installed: ${missing.join(', ')}`);

function serve(context: TestContext, program: string, ...args: string[]): Running {
  const running = start(program, args);
  context.after(async () => {
    running.child.kill('SIGTERM');
    await running.finished;
  });
  return running;
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function rsyslogConfiguration(folder: string): string {
  return [
    `global(workDirectory="${folder}" maxMessageSize="64k")`,
    'module(load="imtcp") module(load="imudp")',
    'template(name="raw" type="string" string="%syslogseverity% %hostname% %app-name% %structured-data% %msg%\\n")',
    `ruleset(name="tcp") { action(type="omfile" file="${folder}/tcp.log" template="raw") }`,
    `ruleset(name="udp") { action(type="omfile" file="${folder}/udp.log" template="raw") }`,
    `input(type="imtcp" address="127.0.0.1" port="${PORTS.syslogTcp}" ruleset="tcp")`,
    `input(type="imudp" address="127.0.0.1" port="${PORTS.syslogUdp}" ruleset="udp")`,
  ].join('\n');
}

const linesIn = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];

suite('real receivers', { skip }, () => {
  test('one Lanner, seven receivers, each in its format, all alerts everywhere', async (context) => {
    const folder = temporaryFolder(context);
    serve(
      context,
      PROGRAMS[0] as string,
      '-js',
      '-a',
      '127.0.0.1',
      '-p',
      String(PORTS.nats),
      '-sd',
      join(folder, 'nats'),
    );
    writeFileSync(join(folder, 'rsyslog.conf'), rsyslogConfiguration(folder));
    serve(
      context,
      PROGRAMS[1] as string,
      '-n',
      '-f',
      join(folder, 'rsyslog.conf'),
      '-i',
      join(folder, 'pid'),
    );
    writeFileSync(join(folder, 'alertmanager.yml'), 'route: {receiver: none}\nreceivers: [{name: none}]\n');
    const alertmanager = [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${PORTS.alertmanager}`,
      '--cluster.listen-address=',
    ];
    serve(context, PROGRAMS[2] as string, ...alertmanager);
    const search = await httpServer((_, body, response) => {
      response.write('{"errors":false,"items":[]}');
      return body
        .trimEnd()
        .split('\n')
        .filter((_, index) => index % 2 === 1);
    });
    const fluentd = await fluentdServer();
    context.after(() => Promise.all([search.stop(), fluentd.stop()]));

    // The stream must be there before what goes into it.
    const nats = await connect({
      servers: `127.0.0.1:${PORTS.nats}`,
      waitOnFirstConnect: true,
      maxReconnectAttempts: 100,
    });
    context.after(() => nats.close());
    const manager = await jetstreamManager(nats);
    await manager.streams.add({ name: 'ALERTS', subjects: ['lanner.>'] });

    const opener = await startOpener(context);
    const configuration = join(folder, 'lanner.yaml');
    writeFileSync(
      configuration,
      `stdout_output: {enabled: false}
watch_config_files: false
delivery: {spool_directory: ${folder}/spool, retry_longest: 200ms}
receivers:
  - name: search
    elasticsearch: {url: "http://127.0.0.1:${search.port}", index: "lanner-%Y", compress: true}
    format: ecs
  - {name: forward, fluentd: {port: ${fluentd.port}}, format: ocsf}
  - {name: nats, nats: {servers: ["nats://127.0.0.1:${PORTS.nats}"], subject: "lanner.%priority"}}
  - {name: manager, alertmanager: {url: "http://127.0.0.1:${PORTS.alertmanager}", fields: [proc.name]}}
  - {name: tcp, syslog: {transport: tcp, port: ${PORTS.syslogTcp}}}
  - {name: udp, syslog: {transport: udp, port: ${PORTS.syslogUdp}}, format: text}
  - {name: nothing, fluentd: {port: ${fluentd.port}}, filter: {priority: emergency}}
`,
    );
    const daemon = await startDaemon(opener.pid, '-c', configuration);
    await opener.open(COUNT);

    await until(() => search.received.length >= COUNT, 'all are in the search engine');
    const ecs = JSON.parse(search.received[0] ?? '');
    assert.deepEqual([ecs.ecs.version, ecs.file.path, ecs.process.name], ['8.11.0', '/etc/shadow', 'perl']);
    assert.equal(new Set(search.received.map((line) => JSON.parse(line).event.id)).size, COUNT);

    await until(() => fluentd.received.length >= COUNT, 'all are forwarded');
    assert.equal(fluentd.received.length, COUNT, 'the filter lets no other pass');
    assert.match(fluentd.received[0] ?? '', /^lanner\.alerts .*"class_uid":2004/);

    const inStream = async (): Promise<number> => (await manager.streams.info('ALERTS')).state.messages;
    await until(async () => (await inStream()) === COUNT, 'all are in the stream');
    const message = await manager.streams.getMessage('ALERTS', { seq: 1 });
    assert.equal(message?.subject, 'lanner.Warning');

    await until(() => linesIn(join(folder, 'tcp.log')).length === COUNT, 'all came over TCP');
    assert.match(
      linesIn(join(folder, 'tcp.log'))[0] ?? '',
      /^4 \S+ lanner \[lanner@32473 id="[0-9a-f]{32}" rule="[^"]+".*\] .*\{"hostname"/,
    );
    // UDP confirms nothing: a server that is busy loses what comes in a burst.
    await until(() => linesIn(join(folder, 'udp.log')).length > 0, 'some came over UDP');
    assert.match(linesIn(join(folder, 'udp.log'))[0] ?? '', /: Warning /);

    const grouped = async (): Promise<{ labels: Record<string, string> }[]> =>
      (await (await fetch(`http://127.0.0.1:${PORTS.alertmanager}/api/v2/alerts`)).json()) as never;
    await until(async () => (await grouped()).length === 1, 'the alert manager has one group');
    const [{ labels } = { labels: {} }] = await grouped();
    assert.deepEqual([labels.proc_name, labels.severity, labels.source], ['perl', 'warning', 'syscall']);

    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
  });
});
