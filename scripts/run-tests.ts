/**
 * Runs the checks and the tests: `npm test`, or `npm test -- unit live` for some groups. Groups that take long run
 * only when they are named: `npm run test:live`, and continuous integration. Prints one line per group, one per test that failed or was skipped with its reason, and last `N passed, N failed`.
 * Exit code 1 when anything failed.
 */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { runTestFiles } from './tests/files.ts';
import { runProgram } from './tests/program.ts';
import type { Result } from './tests/result.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MINUTE = 60_000;

/** Programs of the group `check`, each one check. */
const CHECKS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'types', command: ['node_modules/.bin/tsc', '--noEmit'] },
  { name: 'types of the console', command: ['node_modules/.bin/tsc', '--noEmit', '-p', 'console'] },
  { name: 'types of the documentation', command: ['node_modules/.bin/tsc', '--noEmit', '-p', 'site/client'] },
  { name: 'types of the extension', command: ['node_modules/.bin/tsc', '--noEmit', '-p', 'editors/vscode'] },
  { name: 'lint', command: ['node_modules/.bin/biome', 'lint', '--error-on-warnings'] },
  { name: 'format', command: ['node_modules/.bin/biome', 'check', '--linter-enabled=false'] },
  { name: 'imports', command: ['scripts/check-imports.ts'] },
];

interface Group {
  readonly name: string;
  readonly files: readonly string[];
  /** How many files run at a time: live tests load the machine and watch it, so they run one by one. */
  readonly concurrency: number;
  /** Time after which a file counts as hanging. */
  readonly limit: number;
  /** It runs only when it is named. */
  readonly isLong?: true;
}

/** Files of live tests that take long; no other group has them. */
const LONG = 'test/live/**/*.long.test.ts';

const GROUPS: readonly Group[] = [
  {
    name: 'unit',
    files: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'site/**/*.test.ts', 'console/**/*.test.ts'],
    concurrency: 2,
    limit: 5 * MINUTE,
  },
  { name: 'conformance', files: ['test/conformance/**/*.test.ts'], concurrency: 2, limit: 10 * MINUTE },
  { name: 'end-to-end', files: ['test/end-to-end/**/*.test.ts'], concurrency: 1, limit: 5 * MINUTE },
  {
    name: 'live',
    files: ['test/live/**/*.test.ts', 'rules/**/*.test.ts'],
    concurrency: 1,
    limit: 10 * MINUTE,
  },
  { name: 'live-long', files: [LONG], concurrency: 1, limit: 10 * MINUTE, isLong: true },
];

const known = ['check', ...GROUPS.map((group) => group.name)];
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`no such group of tests: ${unknown}; there are ${known.join(', ')}`);
  process.exit(1);
}

const results: Result[] = [];
process.chdir(ROOT);

if (isChosen('check')) {
  for (const check of CHECKS) {
    await report(check.name, [runProgram(check.name, check.command)]);
  }
}
for (const group of GROUPS) {
  if (!isChosen(group.name, group.isLong)) continue;
  const files = group.files
    .flatMap((pattern) => globSync(pattern, { exclude: group.isLong ? [] : [LONG] }))
    .sort();
  await report(group.name, [runTestFiles(files, group.concurrency, group.limit)]);
}

for (const result of results) {
  if (result.outcome === 'skipped') console.log(`skipped ${result.place} › ${result.name}: ${result.reason}`);
}
for (const result of results) {
  if (result.outcome === 'failed') console.log(`FAILED  ${result.place} › ${result.name}: ${result.reason}`);
}
const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map(
  (outcome) => results.filter((result) => result.outcome === outcome).length,
);
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exitCode = failed === 0 ? 0 : 1;

function isChosen(name: string, isLong = false): boolean {
  return chosen.includes(name) || (chosen.length === 0 && !isLong);
}

/** Waits for a group and prints its line, and all that is known of each failure. */
async function report(group: string, running: readonly Promise<Result | Result[]>[]): Promise<void> {
  const start = performance.now();
  const found = (await Promise.all(running)).flat();
  results.push(...found);
  for (const result of found) {
    if (result.outcome !== 'failed') continue;
    console.log(`\n${result.place} › ${result.name}`);
    console.log(result.detail.replace(/^/gm, '    '));
  }
  for (const { outcome, place, name } of found) if (outcome === 'noted') console.log(`  ${place}: ${name}`);
  const count = (outcome: Result['outcome']): number => found.filter((r) => r.outcome === outcome).length;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${group}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped in ${seconds} s`,
  );
}
