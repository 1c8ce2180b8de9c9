/**
 * 10,000 alerts a second, for ten seconds, with LANNER_FULL=yes for a minute: to an output that keeps up, and to one
 * whose receiver is away and whose disk is small. Memory stays bounded, and every alert is written, waits or is counted.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startDaemon, temporaryFolder } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { seconds } from '../support/full-length.ts';
import { cannotWatch, lastLine, start } from '../support/lanner.ts';

const SECONDS = seconds({ short: 10, full: 60 });
const ALERTS_A_SECOND = 10_000;
/** Some sixty megabytes are in use after the start, and each output may have sixteen waiting. */
const MOST_MEGABYTES = 250;

const RULE = `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened by %proc.name
  priority: WARNING
`;
const FLOOD = `use POSIX (); $| = 1; my ($rounds, $opens) = @ARGV; print "ready\\n"; <STDIN>;
my $next = (POSIX::times())[0]; # hundredths of a second
for (1 .. $rounds) {
  for (1 .. $opens) { open my $f, '<', '/etc/shadow' or die; close $f }
  my $rest = ++$next - (POSIX::times())[0]; select undef, undef, undef, $rest / 100 if $rest > 0;
}
print "done\\n"; <STDIN>;`;

function linesOf(path: string): number {
  let count = 0;
  for (const byte of readFileSync(path)) if (byte === 0x0a) count++;
  return count;
}

/** The values of a metric by output, from text for Prometheus. */
function byOutput(metrics: string, name: string): Map<string, number> {
  const pattern = new RegExp(`^${name}\\{output="([^"]*)"\\} (\\d+)$`, 'gm');
  return new Map([...metrics.matchAll(pattern)].map(([, output = '', value]) => [output, Number(value)]));
}

suite('a flood of alerts', { skip: cannotWatch() }, () => {
  test(`${ALERTS_A_SECOND} a second for ${SECONDS} seconds`, async (context: TestContext) => {
    const folder = temporaryFolder(context);
    const [rules, file] = [join(folder, 'rules.yaml'), join(folder, 'alerts')];
    writeFileSync(rules, RULE);
    const flood = start('perl', ['-e', FLOOD, String(SECONDS * 100), String(ALERTS_A_SECOND / 100)], {
      ...{ pipe: true, limitMs: 400_000 },
    });
    context.after(() => flood.child.kill('SIGKILL'));
    await flood.printed('stdout', 'ready');
    const [port, away] = [await freePort(), await freePort()];
    const options = [
      ...['stdout_output.enabled=false', 'watch_config_files=false'],
      ...['file_output.enabled=true', 'file_output.keep_alive=true', `file_output.filename=${file}`],
      ...['http_output.enabled=true', `http_output.url=http://127.0.0.1:${away}/`],
      ...[`delivery.spool_directory=${join(folder, 'spool')}`, 'delivery.spool_mb=2'],
      ...['webserver.enabled=true', `webserver.listen_port=${port}`, 'metrics.enabled=true'],
      'webserver.prometheus_metrics_enabled=true',
    ];
    const daemon = await startDaemon(
      ...([flood.child.pid as number, '-r', rules, ...options.flatMap((each) => ['-o', each])] as const),
    );
    let most = 0;
    const sampling = setInterval(() => {
      const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'latin1');
      most = Math.max(most, Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
    }, 200);
    context.after(() => clearInterval(sampling));
    flood.child.stdin?.write('go\n');
    const begin = performance.now();
    await flood.printed('stdout', 'done');
    const took = (performance.now() - begin) / 1000;

    // All that was raised has been handed out when nothing of it waits in memory any more.
    let metrics = '';
    for (let tries = 0; tries < 600; tries++) {
      metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const waiting = [...byOutput(metrics, 'lanner_output_queued').values()].reduce(
        (sum, count) => sum + count,
        0,
      );
      const unread = Number(/^lanner_events_in_buffers (\d+)$/m.exec(metrics)?.[1]);
      if (waiting + unread === 0) break;
      await setTimeout(100);
    }
    clearInterval(sampling);
    const handedOut = linesOf(file);
    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const [, lost, raised] = / (\d+) lost.*?, (\d+) alerts \(Warning \d+/.exec(lastLine(stderr)) ?? [];
    const made = SECONDS * ALERTS_A_SECOND;
    const written = linesOf(file);
    const http =
      [...byOutput(metrics, 'lanner_output_dropped_total').keys()].find((name) => name.startsWith('http')) ??
      '';
    const [dropped, undelivered] = ['lanner_output_dropped_total', 'lanner_output_undelivered'].map((name) =>
      byOutput(metrics, name).get(http),
    ) as [number, number];
    context.diagnostic(
      `${Math.round(made / took)} alerts a second for ${took.toFixed(0)} s: ${raised} raised, ${lost} events lost, ` +
        `${written} lines in the file, ${undelivered} wait for the receiver, ${dropped} counted as dropped; ` +
        `${Math.round(most)} MB at most`,
    );
    assert.equal(Number(raised) + Number(lost), made, 'every alert was raised, or its event counted as lost');
    const internal = readFileSync(file, 'latin1').split('Lanner internal: ').length - 1;
    assert.equal(written, Number(raised) + internal, 'the file has all of them');
    assert.equal(undelivered + dropped, handedOut, 'the receiver would get, or the counter has, all of them');
    assert.ok(dropped > 0 && undelivered > 0, 'the disk was too small for all');
    assert.ok(most < MOST_MEGABYTES, `${most} MB`);
  });
});
