/**
 * What the probe costs: nanoseconds of CPU per system call in several situations, and user space CPU per event.
 * Situations take turns, and medians of the differences are printed, since machines drift.
 *
 *     node bench/probe.ts [TURNS]        (as root)
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { deriveFilters } from '../src/engine/prefilter.ts';
import { ruleEnvironment } from '../src/engine/rule-environment.ts';
import { chooseEvents } from '../src/engine/traced-events.ts';
import { loadRules } from '../src/rules/load.ts';
import { openKernelSource } from '../src/sources/kernel/kernel-source.ts';

const TURNS = Number(process.argv[2] ?? 9);
const folder = mkdtempSync(join(tmpdir(), 'lanner-bench-'));
const program = join(folder, 'calls');
const file = join(folder, 'one', 'two', 'file');

async function run(
  source: Awaited<ReturnType<typeof openKernelSource>> | undefined,
  call: string[],
): Promise<number> {
  const start = () => spawn(program, call, { stdio: ['ignore', 'pipe', 'inherit'] });
  const child = source ? source.spawnInScope(start) : start();
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  await once(child, 'close');
  return Number(text);
}

interface Situation {
  readonly name: string;
  readonly call: string[];
  /** Events that are collected; absent: the probe is not attached. */
  readonly events?: readonly string[];
  readonly scoped?: boolean;
  /** With the prefilter that the default rules make. */
  readonly filtered?: boolean;
}

const { ruleSet } = loadRules(
  globSync(join(import.meta.dirname, '../rules/*.yaml')).map((name) => ({
    name,
    text: readFileSync(name, 'utf8'),
  })),
  ruleEnvironment(),
);
if (!ruleSet) throw new Error('the default rules have errors');
const FILTERS = deriveFilters(ruleSet, chooseEvents(ruleSet, { custom_set: [], repair: false, all: false }));

async function measure({ call, events, scoped, filtered }: Situation): Promise<number> {
  if (!events) return run(undefined, call);
  const source = await openKernelSource({
    scope: { kind: 'processes', pids: [] },
    eventNames: new Set(events),
    bufferSize: 64 << 20,
  });
  if (filtered) source.filter(FILTERS);
  try {
    const nanoseconds = await run(scoped ? source : undefined, call);
    const { lost } = source.statistics;
    if (lost.size > 0) console.error(`${call[0]}: events were lost`, [...lost]);
    return nanoseconds;
  } finally {
    source.close();
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

async function compare(call: string[], situations: readonly Omit<Situation, 'call'>[]): Promise<void> {
  const plain: number[] = [];
  const differences = new Map(situations.map(({ name }): [string, number[]] => [name, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    const base = await measure({ name: 'plain', call });
    plain.push(base);
    for (const situation of situations)
      differences.get(situation.name)?.push((await measure({ ...situation, call })) - base);
  }
  console.log(`${call.join(' ').replace(folder, '…')}: ${median(plain).toFixed(0)} ns without the probe`);
  for (const [name, values] of differences) console.log(`  ${name}: +${median(values).toFixed(0)} ns`);
}

async function userSpace(): Promise<void> {
  const perEvent: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const source = await openKernelSource({
      scope: { kind: 'processes', pids: [] },
      eventNames: new Set(['close']),
      bufferSize: 128 << 20,
    });
    await run(source, ['close', '500000']);
    const before = process.cpuUsage();
    source.stop();
    await source.run(() => {});
    const { user, system } = process.cpuUsage(before);
    perEvent.push(((user + system) * 1000) / source.statistics.delivered);
    source.close();
  }
  console.log(`user space, ring to an empty sink: ${median(perEvent).toFixed(0)} ns of CPU per event`);
}

try {
  mkdirSync(join(folder, 'one', 'two'), { recursive: true });
  writeFileSync(file, '');
  const compiled = spawnSync('cc', ['-O1', '-o', program, join(import.meta.dirname, 'calls.c')], {
    stdio: 'inherit',
  });
  if (compiled.status !== 0) throw new Error('cc could not compile calls.c');
  await compare(
    ['getppid', '1000000'],
    [
      { name: 'attached, no event for this call', events: ['openat'] },
      { name: 'the same, process in scope', events: ['openat'], scoped: true },
    ],
  );
  await compare(
    ['close', '300000'],
    [
      { name: 'of interest, process out of scope', events: ['close'] },
      { name: 'delivered, 2 parameters', events: ['close'], scoped: true },
    ],
  );
  await compare(
    ['openat', '100000', file],
    [
      { name: 'attached, neither call of interest', events: ['chdir'], scoped: true },
      { name: 'openat left out by the prefilter', events: ['openat'], scoped: true, filtered: true },
      { name: 'openat delivered with descriptor and path of 5 components', events: ['openat'], scoped: true },
    ],
  );
  await compare(
    ['openat', '100000', '/does/not/exist'],
    [
      { name: 'attached, neither call of interest', events: ['chdir'], scoped: true },
      { name: 'failed openat left out by the prefilter', events: ['openat'], scoped: true, filtered: true },
      { name: 'failed openat delivered, no path walked', events: ['openat'], scoped: true },
    ],
  );
  await userSpace();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
