/**
 * Measures live detection on this machine and prints a Markdown table: time from a system call to its
 * alert, CPU per event, memory, and the first alert after a start. Watches only workloads that it starts.
 *
 *     node bench/live.ts [--alerts 500] [--events 500000] [--runs 3]
 *
 * Times are wall-clock times of a machine that does other things too: compare medians of one run with
 * each other, not single figures with those of another day.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LANNER = `${ROOT}bin/lanner`;
/** /proc counts CPU time in ticks of 10 ms on every Linux architecture (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const LIMIT_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    alerts: { type: 'string', default: '500' },
    events: { type: 'string', default: '500000' },
    runs: { type: 'string', default: '3' },
  },
});

const latencies = await alertLatencies(Number(options.alerts));
const costs: Cost[] = [];
for (let run = 0; run < Number(options.runs); run++) costs.push(await costOfEvents(Number(options.events)));
const starts = { lanner: [] as number[], npm: [] as number[] };
for (let run = 0; run < Number(options.runs); run++) {
  starts.lanner.push(await firstAlertAfter([LANNER]));
  starts.npm.push(await firstAlertAfter(['npm', 'start', '--silent', '--']));
}

const row = (name: string, value: string, aim = '') => console.log(`| ${name} | ${value} | ${aim} |`);
row('measure', 'value', 'aim');
row('---', '---', '---');
row('system call to printed alert, median', `${percentile(latencies, 0.5).toFixed(2)} ms`, '≤ 2 ms');
row('system call to printed alert, p99', `${percentile(latencies, 0.99).toFixed(2)} ms`, '≤ 10 ms');
row('alerts measured', String(latencies.length));
row('CPU per event, user and system', `${median(costs.map((cost) => cost.microseconds)).toFixed(2)} µs`);
row('events seen and lost', costs.map((cost) => `${cost.seen} + ${cost.lost}`).join(', '));
row(
  'resident memory after the load',
  `${median(costs.map((cost) => cost.megabytes)).toFixed(0)} MB`,
  '≤ 100 MB',
);
row('`lanner` to first alert', `${median(starts.lanner).toFixed(0)} ms`, '≤ 800 ms');
row('`npm start` to first alert, installed', `${median(starts.npm).toFixed(0)} ms`);

/** Milliseconds from the system call to the arrival of its alert, one for each of `count` opens of /etc/shadow. */
async function alertLatencies(count: number): Promise<number[]> {
  const script = `for (1..${count}) { open(F, "<", "/etc/shadow"); close(F); select(undef, undef, undef, 0.004) }`;
  const lanner = launch(['run', '--alerts', 'stdout', '-o', 'json_output=true', '--', 'perl', '-e', script]);
  const found: number[] = [];
  for await (const line of createInterface({ input: lanner.stdout })) {
    const now = performance.timeOrigin + performance.now();
    const alert = JSON.parse(line);
    if (alert.output_fields?.['fd.name'] === '/etc/shadow')
      found.push(now - alert.output_fields['evt.time'] / 1e6);
  }
  return found;
}

interface Cost {
  microseconds: number;
  megabytes: number;
  seen: number;
  lost: number;
}

/** CPU of Lanner per event that it sees while a process in its scope opens a file `events` times, as fast as it can. */
async function costOfEvents(events: number): Promise<Cost> {
  const script = `<STDIN>; for (1..${events}) { open(F, "<", "/dev/null"); close(F) }; print "done\\n"; <STDIN>`;
  const load = spawn('perl', ['-e', `$| = 1; ${script}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  // The kernel would leave them out.
  const all = ['-o', 'engine.prefilter=false'];
  const lanner = launch(['--scope', `pid=${load.pid}`, '-v', ...all]);
  await lineMatching(lanner.stderr, /watching/i);
  const before = cpuSeconds(lanner.pid as number);
  load.stdin.write('go\n');
  await once(load.stdout, 'data');
  await settled(lanner.pid as number);
  const seconds = cpuSeconds(lanner.pid as number) - before;
  const megabytes =
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${lanner.pid}/status`, 'latin1'))?.[1]) / 1024;
  let tail = '';
  lanner.stdout.on('data', (chunk) => {
    tail += chunk;
  });
  lanner.stderr.on('data', (chunk) => {
    tail += chunk;
  });
  lanner.kill('SIGINT');
  await once(lanner, 'exit');
  load.stdin.end('end\n');
  await once(load, 'exit');
  const seen = Number(/(\d+) events?/i.exec(tail)?.[1]);
  const lost = Number(/(\d+) lost/i.exec(tail)?.[1] ?? 0);
  return { microseconds: (seconds * 1e6) / seen, megabytes, seen, lost };
}

/** Milliseconds from a start by `command` to the first alert, for a process that reads /etc/shadow all the time. */
async function firstAlertAfter([program = '', ...args]: readonly string[]): Promise<number> {
  const load = spawn(
    'perl',
    ['-e', 'for (1..2000) { open(F, "<", "/etc/shadow"); close(F); select(undef, undef, undef, 0.005) }'],
    {
      stdio: 'ignore',
    },
  );
  const begin = performance.now();
  const lanner = spawn(program, [...args, '--scope', `pid=${load.pid}`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: LIMIT_MS,
  });
  await lineMatching(lanner.stdout, /shadow/);
  const elapsed = performance.now() - begin;
  process.kill(-(lanner.pid as number), 'SIGINT');
  load.kill();
  await once(lanner, 'exit');
  return elapsed;
}

function launch(args: string[]): ChildProcessByStdio<Writable | null, Readable, Readable> {
  return spawn(LANNER, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
}

/** Resolves at the first line that matches; rejects when the stream ends without one. */
async function lineMatching(stream: Readable, pattern: RegExp): Promise<void> {
  let text = '';
  for (;;) {
    const [chunk] = (await Promise.race([
      once(stream, 'data'),
      once(stream, 'end').then(() => [undefined]),
    ])) as [Buffer | undefined];
    if (chunk === undefined) throw new Error(`ended before ${pattern}: ${text}`);
    text += chunk;
    if (pattern.test(text)) return;
  }
}

/** Waits until a process uses no more CPU, at most ten seconds. */
async function settled(pid: number): Promise<void> {
  let last = -1;
  for (let round = 0; round < 50; round++) {
    const now = cpuSeconds(pid);
    if (now === last) return;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** User and system time of a process, from /proc/PID/stat (proc(5)), fields 14 and 15. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
