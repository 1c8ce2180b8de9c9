/**
 * Memory of live detection over time, while programs start and files are opened whose names never come again.
 * Watches only the load that it starts; takes root.
 *
 *     node bench/memory.ts [--minutes 3] [--out bench/results]
 *
 * Writes a report with a chart. Resident memory has two parts: what is Lanner's own, and pages that belong to files
 * (Node's program, libraries) or are shared with the kernel (the ring buffers).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { lineChart } from './chart.ts';

const ROOT = join(import.meta.dirname, '..');
const RULES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'].flatMap(
  (name) => ['-r', join(ROOT, '..', 'shared', 'upstream-rules', name)],
);
/** Megabytes that are aimed at. */
const AIM = 100;
const SAMPLE_MS = 1000;
/** Every round opens as many files as never were, and starts a program that does the same. */
const OPENS = 200;
const LOAD = `
my ($folder, $until, $n) = ($ARGV[0], time + $ARGV[1], 0);
while (time < $until) {
  for (1 .. ${OPENS}) { $n++; open(my $file, '<', "$folder/$n-$$"); }
  system('/bin/true', "argument $n");
  select(undef, undef, undef, 0.05);
}`;

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    out: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
});

interface Sample {
  readonly seconds: number;
  /** Megabytes. */
  readonly resident: number;
  readonly own: number;
}

const samples: Sample[] = [];
const seconds = 60 * Number(options.minutes);
const load = spawn('perl', ['-e', `<STDIN>; ${LOAD}`, '/tmp', String(seconds)], {
  stdio: ['pipe', 'ignore', 'inherit'],
});
// All that the rules need comes to user space: the prefilter would leave most of the load out.
const flags = ['-c', '', '-o', 'rules[].enable.rule=*', '-o', 'engine.prefilter=false'];
const lanner = spawn(join(ROOT, 'bin', 'lanner'), [...RULES, ...flags, '--scope', `pid=${load.pid}`], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
let log = '';
lanner.stderr.setEncoding('utf8').on('data', (text: string) => {
  log += text;
});
const ended = once(lanner, 'exit');
try {
  await saysThatItWatches();
  load.stdin.end('go\n');
  const start = performance.now();
  for (let at = 0; at <= seconds && load.exitCode === null; at++) {
    samples.push({ seconds: at, ...memoryOf(lanner.pid as number) });
    await setTimeout(start + (at + 1) * SAMPLE_MS - performance.now());
  }
} finally {
  lanner.kill('SIGINT');
  load.kill();
  await ended;
}
report();

async function saysThatItWatches(): Promise<void> {
  while (!/Watching/.test(log)) {
    if (lanner.exitCode !== null) throw new Error(log);
    await Promise.race([once(lanner.stderr, 'data'), ended]);
  }
}

/** By /proc/PID/status (proc_pid_status(5)). */
function memoryOf(pid: number): Omit<Sample, 'seconds'> {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { resident: megabytes('VmRSS'), own: megabytes('RssAnon') };
}

function report(): void {
  mkdirSync(options.out, { recursive: true });
  const line = (select: (sample: Sample) => number) =>
    samples.map((sample): [number, number] => [sample.seconds, select(sample)]);
  writeFileSync(
    join(options.out, 'memory.svg'),
    lineChart('Megabytes of memory by seconds of load', [
      { label: 'resident', points: line(({ resident }) => resident) },
      { label: 'own', points: line(({ own }) => own) },
    ]),
  );
  const { length } = samples;
  const row = (what: string, sample: Sample | undefined) =>
    `| ${what} | ${sample?.resident.toFixed(0)} MB | ${sample?.own.toFixed(0)} MB |`;
  const most = samples.reduce((one, other) => (other.resident > one.resident ? other : one));
  const path = join(options.out, 'memory.md');
  writeFileSync(
    path,
    `# Memory over time

${options.minutes} minutes of a load that opens ${OPENS} files of new names and starts a program 15 to 20 times a second, all published rules, without prefilter. The aim is ${AIM} MB, flat. ${/\d+ events, .*/.exec(log)?.[0] ?? ''}

| | resident | of that its own |
|---|---|---|
${row('when the load begins', samples[0])}
${row('after a third', samples[Math.floor(length / 3)])}
${row('after two thirds', samples[Math.floor((2 * length) / 3)])}
${row('at the end', samples.at(-1))}
${row('the most', most)}

![Memory over time](memory.svg)
`,
  );
  console.log(path);
}
