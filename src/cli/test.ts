/** `lanner test FILES…`: unit tests of rules. */
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Coverage } from '../authoring/coverage.ts';
import type { TestResult } from '../authoring/run-tests.ts';
import {
  hasFailed,
  REPORT_FORMATS,
  type ReportFormat,
  type TestRun,
  testReport,
} from '../authoring/test-report.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { describeError, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { printLine } from './print.ts';
import { LiveScenes } from './scene-tests.ts';
import { onEndSignal } from './signals.ts';
import { type PreparedTests, prepareTests, TestRuns, testFilesAt } from './test-runs.ts';
import { watchTests } from './test-watch.ts';

interface TestOptions {
  readonly r?: readonly string[];
  readonly format: ReportFormat;
  readonly coverage?: boolean;
  readonly coverageMin?: number;
  readonly watch?: boolean;
}

export function addTestCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('test')
    .summary('test rules')
    .description(
      'Runs the tests of rules in FILES, and in the *.test.yaml files below directories. A test gives events as ' +
        'field values (or a capture, or a scene) and names the rules that must raise alerts for them; all other ' +
        'rules must stay silent. Says of a test that fails which part of the condition decided. The exit code is 1 ' +
        'when a test fails. docs/testing-rules.md says how tests are written.',
    )
    .argument('<files...>', 'test files, or directories')
    .option('-r <file|dir>', 'rules to test, instead of those that the test files name; repeatable', collect)
    .addOption(new Option('--format <format>', 'form of the report').choices(REPORT_FORMATS).default('text'))
    .option('--coverage', 'tell which checks of the tested rules were never true or never false')
    .addOption(
      new Option(
        '--coverage-min <percent>',
        'fail when less of the checks of all rules were seen true and false; with --coverage',
      ).argParser(percent),
    )
    .option('--watch', 'run tests again whenever their files change, until ^C')
    .action(async (files: string[], options: TestOptions) => finish(await test(files, options)));
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('expected a percentage from 0 to 100.');
}

/** Returns the exit code. */
async function test(paths: readonly string[], options: TestOptions): Promise<number> {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: process.env });
  const prepare = (path: string): PreparedTests => prepareTests(path, options.r ?? [], config);
  const stop = new AbortController();
  // A scene that is being played is ended, and leaves nothing behind.
  const ending = onEndSignal(() => stop.abort());
  try {
    if (!options.watch) {
      const tests = paths.flatMap(testFilesAt).map(prepare);
      const run = await runAll(tests, options, config, stop.signal);
      printLine(testReport(run, options.format));
      return hasFailed(run) || stop.signal.aborted ? 1 : 0;
    }
    const hasPassed = await watchTests({
      ...{ paths, prepare, stop: stop.signal },
      // Programs read the reports on standard output.
      say: (line) => (options.format === 'text' ? printLine(line) : writeError(`${line}\n`)),
      async run(tests) {
        const broken = new Set<string>();
        const run = await runAll(tests, options, config, stop.signal, ({ path }, error) => {
          writeError(describeError(error, false));
          broken.add(path);
        });
        printLine(testReport(run, options.format));
        const failed = new Set(
          run.results.filter(({ failures }) => failures.length > 0).map(({ file }) => file),
        );
        const passed = tests.filter(({ path, file }) => !broken.has(path) && !failed.has(file.name));
        return new Set(passed.map(({ path }) => path));
      },
    });
    return hasPassed ? 0 : 1;
  } finally {
    ending.end();
  }
}

/** Runs tests. `onError` takes what is wrong with the rules of a file, and the others go on; without it nobody does. */
async function runAll(
  tests: readonly PreparedTests[],
  { coverage: wanted, coverageMin }: TestOptions,
  config: Config,
  stop: AbortSignal,
  onError?: (tests: PreparedTests, error: unknown) => void,
): Promise<TestRun> {
  const coverage = wanted || coverageMin !== undefined ? new Coverage() : undefined;
  const runs = new TestRuns(config, { coverage, scenes: new LiveScenes(config, stop) });
  const results: TestResult[] = [];
  for (const each of tests) {
    if (stop.aborted) break;
    try {
      results.push(...(await runs.run(each)));
    } catch (error) {
      if (onError === undefined) throw error;
      onError(each, error);
    }
  }
  return { results, coverage: coverage?.result, coverageMin };
}
