/** `-V FILE…`: loads rule files in order and says of each whether it is right, as falco does. */
import type { Config } from '../config/schema.ts';
import { loadRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import { isError } from '../rules/load.ts';
import { printLine } from './print.ts';
import { describeProblem } from './problems.ts';

/** Returns the exit code: 1 when a file has an error. */
export function validate(files: readonly string[], config: Config): number {
  const { files: results, ok } = loadRuleFiles(
    ruleFilePaths(files, config, () => {}),
    config,
  );
  for (const { name, problems } of results) {
    printLine(`${name}: ${verdict(problems.some(isError), problems.length > 0)}`);
    for (const problem of problems) printLine(`   ${describeProblem(problem)}`);
  }
  return ok ? 0 : 1;
}

function verdict(invalid: boolean, warned: boolean): string {
  if (invalid) return 'Invalid';
  return warned ? 'Ok, with warnings' : 'Ok';
}
