/** `lanner check FILES…`: says what is wrong in rule files, every problem at its place. */
import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { loadRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import { countProblems, reportProblems } from '../rules/report.ts';
import { printLine } from './print.ts';
import { standingProblems } from './problems.ts';

export function addCheckCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('check')
    .summary('check rule files')
    .description(
      'Loads FILES in order and prints every problem in them with its file, line and column. The exit code is\n' +
        '1 when there is an error; warnings alone are no failure.',
    )
    .argument('<files...>', 'rule files, or directories of *.yaml files')
    .action((files: string[]) => finish(check(files)));
}

function check(files: readonly string[]): number {
  const { config } = loadConfig({ file: undefined, overrides: [], environment: process.env });
  const outcome = loadRuleFiles(
    ruleFilePaths(files, config, () => {}),
    config,
  );
  const problems = standingProblems(outcome);
  if (problems.length > 0) printLine(reportProblems(problems, outcome.files, { colour: isatty(1) }));
  const { rules } = outcome.ruleSet;
  printLine(`${rules.length} rules: ${countProblems(problems) || 'nothing to complain about'}`);
  return outcome.ok ? 0 : 1;
}
