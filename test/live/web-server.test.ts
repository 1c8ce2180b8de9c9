/** The web server of a daemon that watches one process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  FALCOS_NANOSECONDS,
  noPromtool,
  promtoolComplaints,
} from '../../src/engine/metrics/promtool.test-kit.ts';
import { startDaemon, startOpener, temporaryFolder } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';

const SHADOW = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened (process=%proc.name)
  priority: WARNING
  tags: [host]
`;

/** A port of this machine that somebody listens on, until `free` is called. */
async function occupiedPort(context: TestContext): Promise<{ port: number; free: () => Promise<unknown> }> {
  const server = createServer().listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const free = () => {
    const closed = once(server, 'close');
    server.close();
    return closed;
  };
  return { port: (server.address() as AddressInfo).port, free };
}

suite('the web server', { skip: cannotWatch() }, () => {
  test('a port in use stops nothing; then health, versions and metrics are told', async (context) => {
    const rules = join(temporaryFolder(context), 'rules.yaml');
    writeFileSync(rules, SHADOW);
    const opener = await startOpener(context);
    const { port, free } = await occupiedPort(context);
    const settings = [
      ...['webserver.enabled=true', `webserver.listen_port=${port}`],
      ...['webserver.prometheus_metrics_enabled=true', 'metrics.enabled=true'],
    ];
    const options = settings.flatMap((setting) => ['-o', setting]);
    const daemon = await startDaemon(opener.pid, '-r', rules, ...options);
    await daemon.logged(`webserver: cannot listen on 127.0.0.1:${port}: the port is in use`);
    await opener.open(2);
    await daemon.printed('stdout', /(?:Warning opened.*\n.*){2}/);
    await free();
    await daemon.reload();
    await daemon.logged(`webserver: listening on http://127.0.0.1:${port}`);

    const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
    const health = await ask('/healthz');
    assert.deepEqual([health.status, await health.text()], [200, '{"status": "ok"}']);
    const { stdout: version } = await lanner(['--version', '-o', 'json_output=true']);
    assert.deepEqual(await (await ask('/versions')).json(), JSON.parse(version));
    const metrics = await ask('/metrics');
    assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const text = await metrics.text();
    const counted =
      /^falcosecurity_falco_rules_matches_total\{priority="4",rule_name="Shadow",source="syscall",tag_host="true"\} 2$/m;
    assert.match(text, counted);
    assert.match(text, /^lanner_alert_latency_seconds_count 2$/m);
    assert.match(text, /^lanner_output_written_total\{output="stdout"\} 2$/m);
    assert.match(
      text,
      /^falcosecurity_scap_engine_name_info\{engine_name="modern_bpf",evt_source="syscall"\} 1$/m,
    );
    if (noPromtool) context.diagnostic(noPromtool);
    else assert.deepEqual(promtoolComplaints(text), FALCOS_NANOSECONDS);

    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    await assert.rejects(ask('/healthz'));
  });
});
