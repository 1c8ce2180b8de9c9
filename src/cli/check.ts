/** `lanner check FILES…`: says what is wrong in rule files, every problem at its place. */
import { writeFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { loadRuleFiles } from '../engine/rule-files.ts';
import { falcoResult } from '../rules/falco-report.ts';
import { fixFiles } from '../rules/fix.ts';
import { allProblems } from '../rules/lint.ts';
import type { LoadOutcome, Problem } from '../rules/load.ts';
import { countProblems, reportProblems } from '../rules/report.ts';
import { fail, writeError } from './fail.ts';
import { printLine } from './print.ts';
import { namedRuleFiles } from './start.ts';

interface CheckOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly strict?: boolean;
}

export function addCheckCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('check')
    .summary('check rule files')
    .description(
      'Loads FILES in order and prints every problem of every file with its line and, where it is known, ' +
        'the correction. Beside errors and warnings it tells what is probably not meant: rules that can ' +
        'never fire or that an earlier rule shadows, unused macros and lists, list items that look like ' +
        'typing errors, exceptions that do nothing. The exit code is 1 when there is an error; warnings ' +
        'alone are no failure.',
    )
    .argument('<files...>', 'rule files, or directories of *.yaml files')
    .option('--fix', 'repair what can be repaired without changing what a rule means')
    .option('--strict', 'exit code 1 for warnings too')
    .option('--json', "print the result as JSON, in the form of Falco's -V")
    .action((files: string[], options: CheckOptions) => finish(check(files, options)));
}

/** Returns the exit code. */
function check(files: readonly string[], options: CheckOptions): number {
  let outcome = load(files);
  let problems = allProblems(outcome);
  const repaired = options.fix ? repair(problems, outcome) : [];
  if (repaired.length > 0) {
    outcome = load(files);
    problems = allProblems(outcome);
  }
  // Standard output is for the JSON alone.
  for (const line of repaired) options.json ? writeError(`${line}\n`) : printLine(line);
  if (options.json) printLine(JSON.stringify(resultsOf(problems, outcome)));
  else printReport(problems, outcome);
  return outcome.ok && !(options.strict && problems.length > 0) ? 0 : 1;
}

function load(files: readonly string[]): LoadOutcome {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: process.env });
  return loadRuleFiles(namedRuleFiles(files, config), config);
}

/** Writes the files that can be repaired; one line for each repair. */
function repair(problems: readonly Problem[], { files }: LoadOutcome): string[] {
  return fixFiles(problems, files).flatMap(({ name, text, repaired }) => {
    try {
      writeFileSync(name, text);
    } catch (error) {
      fail(`cannot write ${name}: ${(error as Error).message}`);
    }
    return repaired.map(({ message, location }) => `repaired: ${name}:${location.line}: ${message}`);
  });
}

function resultsOf(problems: readonly Problem[], { files }: LoadOutcome): object {
  const results = files.map((file) =>
    falcoResult({ ...file, problems: problems.filter(({ location }) => location.file === file.name) }),
  );
  return { falco_load_results: results };
}

function printReport(problems: readonly Problem[], { files, ruleSet }: LoadOutcome): void {
  if (problems.length > 0) printLine(reportProblems(problems, files, { colour: isColourful() }));
  const { length } = ruleSet.rules;
  const rules = `${length} ${length === 1 ? 'rule' : 'rules'}`;
  printLine(`${rules}: ${countProblems(problems) || 'nothing to complain about'}`);
}

/** On a terminal, unless the user has asked for none (no-color.org). */
function isColourful(): boolean {
  return isatty(1) && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}
