/** `lanner test FILES…`: unit tests of rules. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Coverage } from '../authoring/coverage.ts';
import { loadTestedRules, runTestFile, type TestedRules, type TestResult } from '../authoring/run-tests.ts';
import { readTestFile, type TestFile } from '../authoring/test-file.ts';
import { hasFailed, REPORT_FORMATS, type ReportFormat, testReport } from '../authoring/test-report.ts';
import { loadConfig } from '../config/load.ts';
import { ruleFilePaths } from '../engine/rule-files.ts';
import { fail } from './fail.ts';
import { collect } from './flags.ts';
import { printLine } from './print.ts';
import { failOnErrors } from './problems.ts';

interface TestOptions {
  readonly r?: readonly string[];
  readonly format: ReportFormat;
  readonly coverage?: boolean;
  readonly coverageMin?: number;
}

export function addTestCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('test')
    .summary('test rules')
    .description(
      'Runs the tests of rules in FILES, and in the *.test.yaml files below directories. A test gives events as ' +
        'field values (or a capture) and names the rules that must raise alerts for them; all other rules must ' +
        'stay silent. Says of a test that fails which part of the condition decided. The exit code is 1 when a ' +
        'test fails. docs/testing-rules.md says how tests are written.',
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
    .action(async (files: string[], options: TestOptions) => finish(await runTests(files, options)));
}

async function runTests(
  paths: readonly string[],
  { r: given = [], format, coverage: wanted, coverageMin }: TestOptions,
): Promise<number> {
  const files = paths.flatMap(testFilesAt).map(readTests);
  const { config } = loadConfig({ file: undefined, overrides: [], environment: process.env });
  const coverage = wanted || coverageMin !== undefined ? new Coverage() : undefined;
  const loaded = new Map<string, TestedRules>();
  const results: TestResult[] = [];
  for (const { file, path } of files) {
    const rulePaths = ruleFilePaths(given.length > 0 ? given : rulesOf(file, path), config, () => {});
    const key = JSON.stringify(rulePaths);
    const rules = loaded.get(key) ?? loadTestedRules(rulePaths, config);
    loaded.set(key, rules);
    failOnErrors(rules.outcome);
    results.push(...(await runTestFile(file, rules, coverage)));
  }
  const run = { results, coverage: coverage?.result, coverageMin };
  printLine(testReport(run, format));
  return hasFailed(run) ? 1 : 0;
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('expected a percentage from 0 to 100.');
}

function testFilesAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = globSync('**/*.test.{yaml,yml}', { cwd: path }).sort();
  if (names.length === 0) fail(`there are no tests (*.test.yaml) below ${path}`);
  return names.map((name) => join(path, name));
}

function readTests(path: string): { readonly file: TestFile; readonly path: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    fail(`cannot read the tests in ${path}: ${(error as Error).message}`);
  }
  const short = relative(process.cwd(), path);
  return { file: readTestFile(short.startsWith('..') ? path : short, path, text), path };
}

/** The rules that a file names; otherwise those of the same name beside it: `a.yaml` of `a.test.yaml`. */
function rulesOf({ name, ruleFiles }: TestFile, path: string): readonly string[] {
  if (ruleFiles.length > 0) return ruleFiles;
  const beside = path.replace(/\.test(\.ya?ml)$/, '$1');
  if (beside !== path && existsSync(beside)) return [beside];
  fail(`${name} names no rules: say "rule_files: [rules.yaml]" in it, or -r FILE`);
}
