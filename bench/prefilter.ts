/**
 * How many events reach user space with and without the prefilter, and what Lanner and the workload take for it.
 * From the root of the checkout, with nothing else running:
 *
 *     node_modules/.bin/node bench/prefilter.ts [--runs 3] [RULES…]
 *
 * The workloads are a compiler that is started again and again, a web server with a client on the loopback
 * interface, and one that sleeps. Only they are watched. CPU is that of Lanner with its workload; its difference
 * between the lines of one workload is Lanner's.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIMIT_MS = 60_000;

const BUILD = String.raw`
for i in 1 2 3 4 5 6 7 8; do
  printf '#include <stdio.h>\n#include <stdlib.h>\nint f%d(void) { return printf("x"); }\n' $i > f$i.c
done
for round in 1 2 3; do
  for i in 1 2 3 4 5 6 7 8; do cc -O1 -c f$i.c -o f$i.o; done
  ar rc lib$round.a f*.o
done`;

const SERVER = String.raw`
use Socket;
socket(my $listener, PF_INET, SOCK_STREAM, 0); bind($listener, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen($listener, 16);
my $address = getsockname($listener);
open(my $page, '>', 'page.html'); print $page 'x' x 500; close($page);
if (fork() == 0) {
  for (1 .. 2000) {
    accept(my $client, $listener); sysread($client, my $request, 1000);
    open(my $file, '<', 'page.html'); read($file, my $text, 1000); close($file);
    open(my $none, '<', 'page.html.gz'); syswrite($client, "HTTP/1.0 200 OK\r\n\r\n$text"); close($client);
  }
  exit;
}
for (1 .. 2000) {
  socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $address); syswrite($s, "GET /page.html HTTP/1.0\r\n\r\n");
  1 while sysread($s, my $answer, 4096); close($s);
}
wait;`;

const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  build: ['sh', '-c', BUILD],
  server: ['perl', '-e', SERVER],
  idle: ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; done'],
};

const { values: options, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const rules = positionals.length > 0 ? positionals : [join(ROOT, 'rules')];

console.log('| workload | prefilter | events | left out | CPU, s | time, s |\n|---|---|---|---|---|---|');
for (const [name, command] of Object.entries(WORKLOADS)) {
  const runs = Array.from({ length: Number(options.runs) }, () => [
    watch(command, false),
    watch(command, true),
  ]);
  for (const [index, label] of ['off', 'on'].entries()) {
    const of = (key: keyof Run): number => median(runs.map((pair) => (pair[index] as Run)[key]));
    const times = [of('cpu').toFixed(2), of('seconds').toFixed(2)];
    console.log(`| ${[name, label, of('events'), of('leftOut'), ...times].join(' | ')} |`);
  }
}

interface Run {
  readonly events: number;
  readonly leftOut: number;
  readonly cpu: number;
  readonly seconds: number;
}

function watch(command: readonly string[], prefilter: boolean): Run {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-bench-'));
  const usage = join(folder, 'usage');
  writeFileSync(usage, '');
  const args = [
    ...['run', '--alerts', join(folder, 'alerts'), '-o', 'host_names.resolve=never'],
    ...['-o', 'rules[0].enable.rule=*', '-o', `engine.prefilter=${prefilter}`],
    ...rules.flatMap((file) => ['-r', file]),
    ...['--', ...command],
  ];
  const script = `"$@"; code=$?; times > ${usage}; exit $code`;
  const begin = performance.now();
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bench', join(ROOT, 'bin/lanner'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  const seconds = (performance.now() - begin) / 1000;
  const used = spawnSync('tail', ['-n', '1', usage], { encoding: 'utf8' }).stdout;
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the workload failed: ${stderr}`);
  const cpu = [...used.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
    0,
  );
  const count = (pattern: RegExp): number => Number(pattern.exec(stderr)?.[1] ?? 0);
  return { events: count(/(\d+) events/), leftOut: count(/(\d+) left out/), cpu, seconds };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
