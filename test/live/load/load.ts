/** Runs the load under `lanner run` with all upstream rules; what came of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { cannotWatch, LANNER, ROOT, start } from '../../support/lanner.ts';

const RULES = resolve(ROOT, '../shared/upstream-rules');
const FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'].map((name) =>
  join(RULES, name),
);

/** Calls of a round of load.c, by the events that they become. */
const ROUND: Readonly<Record<string, number>> = {
  ...{ openat: 1, write: 1, pread: 1, fchmod: 1, close: 2, rename: 1, link: 1, unlink: 2 },
  ...{ socket: 1, connect: 1, sendto: 1, recvfrom: 1, shutdown: 1 },
};
export const CALLS_A_ROUND = Object.values(ROUND).reduce((sum, count) => sum + count);

/** The rate that must be borne: so many operations a minute on each CPU. */
export const RATE = 1_000_000;
/** A machine that is busy with something else may be slower; by more than this the load is not the load. */
const TOLERANCE = 0.9;

export const skip =
  cannotWatch() || (!existsSync(RULES) && 'the upstream rules are not here (../shared/upstream-rules)');

/** 93 rules, those that are off by default included. */
export const ALL_RULES = [...FILES.flatMap((file) => ['-r', file]), '-o', 'rules[0].enable.rule=*'];

/** Compiles a C program of this folder into a folder that goes with the test. */
export function compiled(context: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-load-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('cc', ['-O2', '-o', join(folder, name), join(import.meta.dirname, `${name}.c`)]);
  return join(folder, name);
}

/** The line that sums up a run; others may follow it. */
export function summaryIn(stderr: string): string {
  return /^lanner: \d+ events, .*$/m.exec(stderr)?.[0] ?? assert.fail(`no summary: ${stderr}`);
}

/** Bears the load for so long on all CPUs: nothing is lost, and every operation was seen that is traced. */
export async function bear(context: TestContext, seconds: number): Promise<void> {
  const program = compiled(context, 'load');
  const cpus = availableParallelism();
  const folder = mkdtempSync(join(tmpdir(), 'lanner-load-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const events = start(LANNER, ['events', ...ALL_RULES, '--format', 'json']);
  const traced = new Set<string>(
    JSON.parse((await events.finished).stdout).traced.map(({ name }: { name: string }) => name),
  );
  const rate = Math.ceil(RATE / 60 / CALLS_A_ROUND);
  const { finished } = start(
    LANNER,
    [
      'run',
      '-v',
      ...ALL_RULES,
      '--alerts',
      '/dev/null',
      '--',
      program,
      folder,
      `${cpus}`,
      `${seconds}`,
      `${rate}`,
    ],
    { limitMs: (seconds * 3 + 30) * 1000 },
  );
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^lanner: 93 of 93 rules are enabled$/m);
  const [, seen, lost] = /^lanner: (\d+) events, (\d+) lost/.exec(summaryIn(stderr)) ?? [];
  // Those that no rule asks for end in the kernel.
  const [, leftOut = 0] = /, (\d+) left out in the kernel/.exec(summaryIn(stderr)) ?? [];
  const cpuRounds = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const rounds = cpuRounds.reduce((sum, [rounds = 0]) => sum + rounds, 0);
  const perMinute = cpuRounds.map(([rounds = 0, ms = 1]) =>
    Math.round((rounds * CALLS_A_ROUND * 60_000) / ms),
  );
  const perRound = Object.entries(ROUND).reduce(
    (sum, [name, count]) => sum + (traced.has(name) ? count : 0),
    0,
  );
  context.diagnostic(
    `${rounds * CALLS_A_ROUND} operations, ${perMinute.join(' and ')} a minute on the CPUs; ${seen} events, ${lost} lost, ${leftOut} left out in the kernel`,
  );
  assert.equal(lost, '0', summaryIn(stderr));
  assert.equal(cpuRounds.length, cpus);
  assert.ok(
    Number(seen) + Number(leftOut) >= rounds * perRound,
    `${seen} events and ${leftOut} left out of ${rounds} rounds with ${perRound} traced calls`,
  );
  if (perMinute.some((rate) => rate < RATE * TOLERANCE))
    context.skip(`the machine is too busy to make the load: ${perMinute.join(' and ')} operations a minute`);
}
