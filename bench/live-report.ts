/**
 * Measures Lanner at work on workloads that it starts, and writes bench/results/live.md. From the root of the
 * checkout, as root, with nothing else running:
 *
 *     node_modules/.bin/node bench/live-report.ts [--runs 3]
 *
 * How many events reach user space, with and without the prefilter, beside what Falco would deliver: the exits of all
 * system calls that a loaded rule names or that are in its state set (`base_syscalls`), one event each. What the
 * workload and Lanner take for it, in CPU time. Then the outputs of bench/probe.ts and bench/live.ts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WORKLOADS } from './workloads.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LANNER = join(ROOT, 'bin/lanner');
const UPSTREAM = join(ROOT, '../shared/upstream-rules');
const LIMIT_MS = 120_000;
const TICKS_PER_SECOND = 100;
const IDLE_SECONDS = 30;

/** Falco's state set (falco-libs, `sinsp_state_sc_set`), by the names of events. */
const FALCO_STATE =
  `open close creat chdir mount dup pipe fcntl chroot dup2 setsid setrlimit fchdir prctl capset setreuid
  setregid setresuid setresgid setuid setgid epoll_create inotify_init openat signalfd timerfd_create eventfd signalfd4
  eventfd2 epoll_create1 dup3 pipe2 inotify_init1 prlimit socket bind connect accept socketpair sendto recvfrom shutdown
  getsockopt sendmsg sendmmsg recvmsg recvmmsg accept4 umount fork vfork userfaultfd openat2 umount2 execve execveat clone
  clone3 open_by_handle_at io_uring_setup memfd_create pidfd_getfd pidfd_open close_range procexit`.split(
    /\s+/,
  );

const RULE_SETS: Readonly<Record<string, readonly string[]>> = {
  'default rules': [join(ROOT, 'rules')],
  ...(existsSync(UPSTREAM)
    ? {
        "Falco's 93 rules": ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules'].map((name) =>
          join(UPSTREAM, `${name}.yaml`),
        ),
      }
    : {}),
};

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    out: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
});
const RUNS = Number(options.runs);
const folder = mkdtempSync(join(os.tmpdir(), 'lanner-bench-'));
try {
  const settings = join(folder, 'falco.yaml');
  writeFileSync(settings, `base_syscalls:\n  custom_set: [${FALCO_STATE.join(', ')}]\n`);
  const sections = [
    await eventsSection(settings),
    await rateSection(),
    codeSection('Per system call', 'probe.ts'),
    codeSection('Latency, memory and start', 'live.ts'),
  ];
  mkdirSync(options.out, { recursive: true });
  const path = join(options.out, 'live.md');
  writeFileSync(path, `# Live\n\n${machine()}\n\n${sections.join('\n\n')}\n`);
  console.log(path);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function machine(): string {
  return `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} CPUs, Linux ${os.release()}, Node ${process.version}, load average ${os.loadavg()[0]?.toFixed(1)} at the end. Medians of ${RUNS} runs that took turns.`;
}

interface Run {
  readonly events: number;
  readonly lost: number;
  /** Seconds of CPU. */
  readonly workload: number;
  readonly lanner: number;
}

async function eventsSection(settings: string): Promise<string> {
  const rows: string[] = [];
  for (const [workload, command] of Object.entries(WORKLOADS)) {
    for (const [name, files] of Object.entries(RULE_SETS)) {
      const bare: number[] = [];
      const runs: Record<'falco' | 'off' | 'on', Run[]> = { falco: [], off: [], on: [] };
      for (let run = 0; run < RUNS; run++) {
        bare.push(await bareCpu(command));
        runs.falco.push(await watched(command, files, ['-c', settings, '-o', 'engine.prefilter=false']));
        runs.off.push(await watched(command, files, ['-c', '', '-o', 'engine.prefilter=false']));
        runs.on.push(await watched(command, files, ['-c', '', '-o', 'engine.prefilter=true']));
        console.error(`${workload}, ${name}: ${run + 1} of ${RUNS}`);
      }
      const of = (which: Run[], key: keyof Run): number => median(which.map((run) => run[key]));
      const falco = of(runs.falco, 'events');
      const passed = of(runs.on, 'events');
      const cost = (which: Run[]): string => seconds(of(which, 'workload') - median(bare));
      rows.push(
        `| ${[
          workload,
          name,
          falco,
          of(runs.off, 'events'),
          passed,
          `${((100 * passed) / falco).toFixed(1)} %`,
          seconds(median(bare)),
          cost(runs.falco),
          cost(runs.off),
          cost(runs.on),
          ...[runs.falco, runs.off, runs.on].map((which) => seconds(of(which, 'lanner'))),
          [runs.falco, runs.off, runs.on].map((which) => of(which, 'lost')).join(' / '),
        ].join(' | ')} |`,
      );
    }
  }
  return `## Events that reach user space, and what they cost

*Falco's selection*: the exits of all system calls that a rule names or that are in Falco's state set, delivered by Lanner's probe without a prefilter. *Off*: what Lanner selects, *on*: with the prefilter. CPU in seconds; the workload's is what it takes more than *bare*. Aim: at most 5 % of Falco's selection.

| workload | rules | Falco's selection | off | on | on, of Falco's | bare | + Falco's | + off | + on | Lanner, Falco's | Lanner, off | Lanner, on | lost |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`;
}

/** The workload begins when it is told to, so that nothing of Lanner's start counts. */
function startWaiting(command: readonly string[]) {
  const script = 'read go; "$@" > /dev/null 2>&1; times; read end';
  return spawn('bash', ['-c', script, 'bench', ...command], {
    cwd: mkdtempSync(join(folder, 'work-')),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function runToEnd(load: ReturnType<typeof startWaiting>): Promise<number> {
  let text = '';
  load.stdout.on('data', (part) => {
    text += part;
  });
  load.stdin.write('go\n');
  while (text.split('\n').length < 3) await once(load.stdout, 'data');
  const [, children = ''] = text.split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
    0,
  );
}

async function bareCpu(command: readonly string[]): Promise<number> {
  const load = startWaiting(command);
  const cpu = await runToEnd(load);
  load.stdin.end('end\n');
  await once(load, 'close');
  return cpu;
}

async function watched(
  command: readonly string[],
  files: readonly string[],
  more: readonly string[],
): Promise<Run> {
  const load = startWaiting(command);
  const { lanner, text } = await lannerOn(load.pid as number, files, more);
  const before = cpuOf(lanner.pid as number);
  const workload = await runToEnd(load);
  await settled(lanner.pid as number);
  const cpu = cpuOf(lanner.pid as number) - before;
  lanner.kill('SIGINT');
  await once(lanner, 'close');
  load.stdin.end('end\n');
  await once(load, 'close');
  const count = (pattern: RegExp): number => Number(pattern.exec(text())?.[1] ?? 0);
  return { events: count(/(\d+) events?,/), lost: count(/(\d+) lost/), workload, lanner: cpu };
}

async function lannerOn(pid: number, files: readonly string[], more: readonly string[]) {
  const lanner = spawn(
    LANNER,
    [
      ...['--scope', `pid=${pid}`, '-v', '-o', 'host_names.resolve=never', '-o', 'rules[0].enable.rule=*'],
      ...files.flatMap((file) => ['-r', file]),
      ...more,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS },
  );
  let text = '';
  lanner.stdout.resume();
  lanner.stderr.on('data', (part) => {
    text += part;
  });
  while (!/watching/i.test(text)) await once(lanner.stderr, 'data');
  return { lanner, text: () => text };
}

/** As many system calls as two programs can make, and none at all. */
async function rateSection(): Promise<string> {
  const program = join(folder, 'calls');
  spawnSync('cc', ['-O1', '-o', program, join(import.meta.dirname, 'calls.c')], { stdio: 'inherit' });
  const calls = 4_000_000;
  const files = RULE_SETS['default rules'] as readonly string[];
  const script = `for i in 1 2; do ${program} close ${calls} & done; wait`;
  const load = startWaiting(['sh', '-c', script]);
  const { lanner, text } = await lannerOn(load.pid as number, files, ['-c', '']);
  const begin = performance.now();
  await runToEnd(load);
  const rate = (2 * calls) / ((performance.now() - begin) / 1000);
  await settled(lanner.pid as number);
  const before = cpuOf(lanner.pid as number);
  await new Promise((done) => setTimeout(done, 1000 * IDLE_SECONDS));
  const idle = (100 * (cpuOf(lanner.pid as number) - before)) / IDLE_SECONDS;
  lanner.kill('SIGINT');
  await once(lanner, 'close');
  load.stdin.end('end\n');
  await once(load, 'close');
  const lost = /(\d+) lost/.exec(text())?.[1];
  return `## Rate and idling

| measure | value | aim |
|---|---|---|
| system calls a second while watched | ${Math.round(rate)} | 1000000 |
| lost events meanwhile | ${lost} | 0 |
| CPU while the watched process sleeps, of one core | ${idle.toFixed(2)} % | ≤ 0.3 % |`;
}

function codeSection(title: string, script: string): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, script), ...(script === 'probe.ts' ? ['5'] : [])],
    { encoding: 'utf8', timeout: 5 * LIMIT_MS },
  );
  const text = status === 0 ? stdout.trim() : `could not be measured: ${stderr.trim().split('\n')[0]}`;
  return `## ${title}\n\n${text.startsWith('|') ? text : `\`\`\`\n${text}\n\`\`\``}`;
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resolves when the process has taken no CPU for a while. */
async function settled(pid: number): Promise<void> {
  for (let quiet = 0, last = cpuOf(pid); quiet < 5; ) {
    await new Promise((done) => setTimeout(done, 100));
    const now = cpuOf(pid);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
}

function seconds(value: number): string {
  return value.toFixed(2);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
