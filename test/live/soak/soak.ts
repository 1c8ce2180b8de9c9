/**
 * Lanner under a steady load, for as long as one likes: 5,000 events and 50 alerts a second, and processes that come
 * and go, with the default rules, a file that rotates and a receiver behind a spool. `npm run soak` runs it for twenty
 * minutes and prints the memory of every minute; soak.long.test.ts for a shorter time.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { httpServer } from '../../../src/outputs/receivers/servers.test-kit.ts';
import { LANNER, start } from '../../support/lanner.ts';

const EVENTS_A_SECOND = 5000;
const ALERTS_A_SECOND = 50;

/** A hundred times a second: opens files, every other time one that raises an alert; twenty times a process. */
const LOAD = `use POSIX (); $| = 1; $SIG{CHLD} = 'IGNORE';
my ($rounds, $opens) = @ARGV; print "ready\\n"; <STDIN>;
my $next = (POSIX::times())[0]; # hundredths of a second
for my $round (1 .. $rounds) {
  for (1 .. $opens) { open my $f, '<', '/dev/null' or die; close $f }
  if ($round % 2 == 0) { open my $f, '<', '/etc/shadow' or die; close $f }
  if ($round % 5 == 0 and not fork) { exec '/bin/true' }
  my $rest = ++$next - (POSIX::times())[0]; select undef, undef, undef, $rest / 100 if $rest > 0;
}
print "done\\n"; <STDIN>;`;

const ROUNDS_A_SECOND = 100;

/** In megabytes. */
export interface MemorySample {
  /** Since the load began. */
  readonly seconds: number;
  readonly resident: number;
  /** Without what is shared with the kernel or comes from files. */
  readonly own: number;
}

export interface SoakResult {
  readonly samples: readonly MemorySample[];
  /** How long the load really took. */
  readonly seconds: number;
  readonly events: number;
  readonly lost: number;
  readonly raised: number;
  /** Different alerts that the receiver has taken. */
  readonly received: number;
  /** Files that were moved aside. */
  readonly rotated: number;
  /** What Lanner had to say of itself, such as lost events. */
  readonly internal: readonly string[];
}

/** Bears the load for so long. `onSample` is told of each sample, one a second. */
export async function soak(
  seconds: number,
  onSample: (sample: MemorySample) => void = () => {},
): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-soak-'));
  const ids = new Set<string>();
  // What Lanner had to say of itself, such as lost events.
  const internal = new Map<string, string>();
  const server = await httpServer((request, body) => {
    const id = String(request.headers['x-lanner-alert-ids']);
    const { source, output } = JSON.parse(body);
    if (source === 'internal') internal.set(id, output);
    else ids.add(id);
    return [body];
  });
  const limitMs = (3 * seconds + 120) * 1000;
  const opens = EVENTS_A_SECOND / ROUNDS_A_SECOND;
  const load = start('perl', ['-e', LOAD, String(seconds * ROUNDS_A_SECOND), String(opens)], {
    ...{ pipe: true, limitMs },
  });
  try {
    await load.printed('stdout', 'ready');
    const options = [
      ...['json_output=true', 'stdout_output.enabled=false', 'watch_config_files=false'],
      // Otherwise the kernel would leave nearly all events out.
      'engine.prefilter=false',
      ...['file_output.enabled=true', 'file_output.keep_alive=true'],
      ...[`file_output.filename=${join(folder, 'alerts.json')}`, 'file_output.rotate.max_size_mb=1'],
      'file_output.rotate.max_backups=3',
      ...['http_output.enabled=true', `http_output.url=http://127.0.0.1:${server.port}/`],
      ...['http_output.keep_alive=true', `delivery.spool_directory=${join(folder, 'spool')}`],
    ];
    const args = ['-c', '', '--scope', `pid=${load.child.pid}`, ...options.flatMap((each) => ['-o', each])];
    const daemon = start(LANNER, args, { limitMs });
    await daemon.printed('stderr', 'Watching system calls of');
    const samples: MemorySample[] = [];
    const begin = performance.now();
    load.child.stdin?.write('go\n');
    const done = load.printed('stdout', 'done').then(() => true);
    while (!(await Promise.race([done, setTimeout(1000, false)]))) {
      const sample = memoryOf(daemon.child.pid as number, (performance.now() - begin) / 1000);
      samples.push(sample);
      onSample(sample);
    }
    const took = (performance.now() - begin) / 1000;
    daemon.child.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.finished;
    assert.equal(code, 0, stderr);
    const [, events, lost] = /: (\d+) events, (\d+) lost/.exec(stderr) ?? [];
    return {
      ...{ samples, seconds: took, events: Number(events), lost: Number(lost), received: ids.size },
      raised: Number(/^Events detected: (\d+)$/m.exec(stdout)?.[1]),
      internal: [...internal.values()],
      rotated: readdirSync(folder).filter((name) => name.startsWith('alerts-')).length,
    };
  } finally {
    load.child.stdin?.end();
    load.child.kill('SIGKILL');
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws when memory has grown between the middle third and the last one, or an alert is missing. */
export function assertSteady({ samples, raised, received }: SoakResult): void {
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)].map((part) =>
    median(part.map(({ own }) => own)),
  ) as [number, number];
  const grown = `memory of its own: ${middle.toFixed(1)} MB in the middle, ${last.toFixed(1)} MB at the end`;
  assert.ok(last < middle * 1.05 + 3, grown);
  assert.equal(received, raised);
}

/** A line for people. */
export function soakLine(result: SoakResult): string {
  const { seconds, events, lost, raised, received, rotated, samples } = result;
  const rate = (count: number): string => (count / seconds).toFixed(0);
  const own = samples.map((sample) => sample.own);
  return (
    `${seconds.toFixed(0)} s: ${rate(events)} events and ${rate(raised)} alerts a second, ${lost} events lost, ` +
    `${received} of ${raised} alerts received, ${rotated} files moved aside, ` +
    `memory of its own ${own[0]?.toFixed(0)} MB at first, ${own.at(-1)?.toFixed(0)} MB at last, ` +
    `${Math.max(...own).toFixed(0)} MB at most`
  );
}

export const EXPECTED = { events: EVENTS_A_SECOND, alerts: ALERTS_A_SECOND };

function memoryOf(pid: number, seconds: number): MemorySample {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return { seconds, resident: megabytes('VmRSS'), own: megabytes('RssAnon') };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) {
  const minutes = Number(process.argv[2] ?? 20);
  let told = 0;
  const tell = ({ seconds, resident, own }: MemorySample): void => {
    if (seconds < 60 * (told + 1)) return;
    told++;
    console.log(`minute ${told}: ${resident.toFixed(1)} MB resident, ${own.toFixed(1)} MB of its own`);
  };
  const result = await soak(minutes * 60, tell);
  const last = result.samples.at(-1);
  if (last) tell({ ...last, seconds: result.seconds });
  for (const line of result.internal) console.log(line);
  console.log(soakLine(result));
  assertSteady(result);
}
