/**
 * `npm run bench` begins with this: measures replay, loading rules, and memory over time, and writes reports with
 * charts to bench/results/. bench/live-report.ts follows. Rounds take turns over everything that is measured, and medians are reported with the least and
 * the greatest value, since machines drift.
 *
 *     npm run bench -- [--rounds 3] [--capture FILE]… [--peer 'falco … {}']… [--minutes 3] [--out bench/results]
 *
 * A peer is a command that reads the capture in place of `{}`; Debian's sysdig is one without being asked for where
 * it is installed. Captures are busy-host beside the checkout, a load on files and sockets that is recorded here
 * (as root), those of `--capture`, and of each a variant in which all paths and arguments are one of a kind.
 * Memory over `--minutes` (0: not measured) by bench/memory.ts, as root; the time to load rules by bench/rules.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Bar, barChart } from './chart.ts';
import type { ReplayMeasurement } from './replay-worker.ts';
import { makeUnique, readWhole } from './unique-capture.ts';

const ROOT = join(import.meta.dirname, '..');
const SHARED = join(ROOT, '..', 'shared');
const RULES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'].map((name) =>
  join(SHARED, 'upstream-rules', name),
);
const LOAD_ROUNDS = 11_000;
const LIMIT_MS = 300_000;
/** By number of rules, how much longer than with 93 judging may take. */
const SCALE_AIMS: ReadonlyMap<number, number> = new Map([
  [1000, 1.3],
  [10_000, 2],
]);
/** The flags that Lanner runs Node with. */
const NODE_FLAGS = readFileSync(join(ROOT, 'bin', 'lanner'), 'utf8').match(/--[a-z0-9-]+=\d+/g) ?? [];
/** A check that all peers can make: does a file's path end in shadow? */
const PEER_FILTER = 'evt.type=openat and fd.name endswith shadow';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    capture: { type: 'string', multiple: true, default: [] },
    peer: { type: 'string', multiple: true, default: [] },
    minutes: { type: 'string', default: '3' },
    out: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
});

interface Capture {
  readonly name: string;
  readonly path: string;
  /** Events a second that are aimed at. */
  readonly aims?: { readonly first: number; readonly warm: number } | undefined;
}

interface Whole {
  readonly cpu: number;
  readonly megabytes: number;
}

if (!existsSync(SHARED))
  throw new Error('../shared, with the rules and the capture, is not beside this checkout');
const folder = mkdtempSync(join(os.tmpdir(), 'lanner-bench-'));
try {
  await run();
  if (options.minutes !== '0') measureMemory();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const captures = await prepareCaptures();
  const [busy] = captures as [Capture, ...Capture[]];
  const replays = new Map<string, ReplayMeasurement[]>();
  const scales = new Map<number, ReplayMeasurement[]>();
  const wholes = new Map<string, Whole[]>();
  const peers = peerCommands();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const capture of captures) push(replays, capture.name, measure(capture, 0));
    for (const count of [93, ...SCALE_AIMS.keys()]) push(scales, count, measure(busy, count));
    const compressed = join(SHARED, 'captures', 'busy-host.scap');
    push(wholes, 'lanner replay, all published rules', lannerProcess(compressed));
    for (const peer of peers) push(wholes, peer, timed(['sh', '-c', peer.replaceAll('{}', compressed)]));
    console.error(`round ${round + 1} of ${options.rounds} is done`);
  }
  report(captures, replays, scales, wholes);
}

/** Takes root. */
function measureMemory(): void {
  if (process.getuid?.() !== 0) {
    console.error('memory over time: measured as root only, left out');
    return;
  }
  process.stdout.write(output('memory.ts', '--minutes', options.minutes, '--out', options.out));
}

/** What a program of this folder prints. */
function output(name: string, ...args: string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, name), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS + 60_000 * Number(options.minutes),
  });
  if (status !== 0) console.error(`${name} could not measure`);
  return stdout;
}

function machine(): string {
  const [cpu] = os.cpus();
  return `${cpu?.model ?? 'unknown CPU'}, ${os.cpus().length} CPUs, Linux ${os.release()}, Node ${process.version}, load average ${os.loadavg()[0]?.toFixed(1)} at the end.`;
}

async function prepareCaptures(): Promise<Capture[]> {
  const busy = join(folder, 'busy-host.scap');
  writeFileSync(busy, readWhole(join(SHARED, 'captures', 'busy-host.scap')));
  const originals: Capture[] = [{ name: 'busy-host', path: busy, aims: { first: 1.2e6, warm: 3e6 } }];
  const recorded = join(folder, 'files-and-sockets.scap');
  const load = ['perl', join(import.meta.dirname, 'file-socket-load.pl'), String(LOAD_ROUNDS), '2', folder];
  const recording = spawnSync(
    join(ROOT, 'bin', 'lanner'),
    ['record', '-o', recorded, '--no-old-readers', '--', ...load],
    { stdio: ['ignore', 'inherit', 'inherit'], timeout: LIMIT_MS },
  );
  if (recording.status === 0)
    originals.push({ name: 'files and sockets', path: recorded, aims: { first: 4e6, warm: 7e6 } });
  else console.error('files and sockets: could not be recorded here (it takes root), left out');
  for (const path of options.capture) originals.push({ name: basename(path), path });
  const captures: Capture[] = [];
  for (const { name, path, aims } of originals) {
    const unique = `${path}.unique`;
    const to = join(folder, basename(unique));
    await makeUnique(path, to);
    captures.push(
      { name, path, aims },
      {
        name: `${name}, all unique`,
        path: to,
        aims: aims && { first: aims.first / 2, warm: aims.warm / 2 },
      },
    );
  }
  return captures;
}

/** In a process of its own: each begins with code that has never run. */
function measure({ path }: Capture, count: number): ReplayMeasurement {
  const worker = join(import.meta.dirname, 'replay-worker.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...NODE_FLAGS, worker, path, String(count), '4', ...RULES],
    {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReplayMeasurement;
}

function lannerProcess(capture: string): Whole {
  const flags = [...RULES.flatMap((file) => ['-r', file]), '-c', '', '-o', 'rules[].enable.rule=*'];
  return timed([join(ROOT, 'bin', 'lanner'), 'replay', capture, ...flags]);
}

/** CPU seconds and greatest resident memory of a command, by GNU time. */
function timed(command: readonly string[]): Whole {
  const { stderr } = spawnSync('/usr/bin/time', ['-f', 'measured %U %S %M', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
    maxBuffer: 1 << 28,
  });
  const [, user, system, kilobytes] = /measured (\S+) (\S+) (\S+)/.exec(stderr ?? '') ?? [];
  return { cpu: Number(user) + Number(system), megabytes: Number(kilobytes) / 1024 };
}

function peerCommands(): string[] {
  const sysdig = existsSync('/usr/bin/sysdig') ? [`sysdig -r {} '${PEER_FILTER}'`] : [];
  return [...sysdig, ...options.peer];
}

function report(
  captures: readonly Capture[],
  replays: ReadonlyMap<string, ReplayMeasurement[]>,
  scales: ReadonlyMap<number, ReplayMeasurement[]>,
  wholes: ReadonlyMap<string, Whole[]>,
): void {
  mkdirSync(options.out, { recursive: true });
  const bars: Bar[] = [];
  const rows = captures.flatMap(({ name, aims }) => {
    const runs = replays.get(name) ?? [];
    const rate = (select: (run: ReplayMeasurement) => number) =>
      spread(runs.map((run) => run.events / (select(run) / 1000)));
    const first = rate((run) => run.first);
    const warm = rate((run) => median(run.warm));
    bars.push({ label: `${name}: first`, ...first, aim: aims?.first });
    bars.push({ label: `${name}: warm`, ...warm, aim: aims?.warm });
    const memory = Math.max(...runs.flatMap((run) => run.memory));
    const [run] = runs as [ReplayMeasurement];
    const counts = `${percent(run.settled)} settled, ${run.evaluated.toFixed(2)} rules per event`;
    const row = (what: string, value: Bar | Spread, aim: number | undefined) =>
      `| ${name}, ${run.events} events, ${what} | ${millions(value.value)} (${millions(value.low)}–${millions(value.high)}) | ${aim === undefined ? '' : `≥ ${millions(aim)}`} | ${counts}, ${memory.toFixed(0)} MB |`;
    return [row('first pass', first, aims?.first), row('warm', warm, aims?.warm)];
  });
  const base = median((scales.get(93) ?? []).flatMap(({ warm }) => warm));
  const scaleRows = [...scales].map(([count, runs]) => {
    const relative = spread(runs.map(({ warm }) => median(warm) / base));
    const aim = SCALE_AIMS.get(count);
    return `| ${count} rules | ${relative.value.toFixed(2)} (${relative.low.toFixed(2)}–${relative.high.toFixed(2)}) | ${aim === undefined ? '' : `≤ ${aim}`} | ${spread(runs.map(({ first }) => first)).value.toFixed(0)} ms |`;
  });
  const wholeRows = [...wholes].map(([name, runs]) => {
    const cpu = spread(runs.map((run) => run.cpu));
    const memory = spread(runs.map((run) => run.megabytes));
    return `| \`${name}\` | ${cpu.value.toFixed(2)} s (${cpu.low.toFixed(2)}–${cpu.high.toFixed(2)}) | ${memory.value.toFixed(0)} MB |`;
  });
  writeFileSync(join(options.out, 'replay.svg'), barChart('Events per second of CPU', bars, millions));
  writeFileSync(
    join(options.out, 'scale.svg'),
    barChart(
      'Time by number of rules, 93 rules = 1',
      [...scales].map(([count, runs]) => ({
        label: `${count} rules`,
        ...spread(runs.map(({ warm }) => median(warm) / base)),
        aim: SCALE_AIMS.get(count),
      })),
      (value) => value.toFixed(2),
    ),
  );
  const path = join(options.out, 'replay.md');
  writeFileSync(
    path,
    `# Replay

${machine()} Medians of ${options.rounds} rounds that took turns, least and greatest value in parentheses. Times are CPU times, of the main thread where the replay loop is measured: reading from an uncompressed file in the page cache, model, rules, alerts as JSON.

| replay loop, all published rules | million events per second | aim | |
|---|---|---|---|
${rows.join('\n')}

![Events per second](replay.svg)

| rules (the published ones and variants of them) | time, 93 rules = 1 | aim | first pass |
|---|---|---|---|
${scaleRows.join('\n')}

![Time by number of rules](scale.svg)

${output('rules.ts', '10000').trim()}

| whole process, busy-host with gzip (aim: ≤ 0.8 s, ≤ 120 MB) | CPU | greatest memory |
|---|---|---|
${wholeRows.join('\n')}
`,
  );
  console.log(path);
}

interface Spread {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function spread(values: readonly number[]): Spread {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function millions(value: number): string {
  return (value / 1e6).toFixed(2);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
