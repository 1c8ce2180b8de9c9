/** `-V FILE…`: loads rule files in order and says of each whether it is right, in Falco's words. */
import type { Config } from '../config/schema.ts';
import { loadRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import { describeRules } from '../rules/describe.ts';
import { falcoDetails, falcoResult } from '../rules/falco-report.ts';
import { isError } from '../rules/load.ts';
import { writeError } from './fail.ts';
import { printLine } from './print.ts';

export interface ValidateOptions {
  /** Print the warnings of files that have no errors. */
  readonly verbose: boolean;
  /** In JSON, with what the rules are. */
  readonly describe: boolean;
}

/** Returns the exit code: 1 when a file has an error. */
export function validate(files: readonly string[], config: Config, options: ValidateOptions): number {
  const outcome = loadRuleFiles(
    ruleFilePaths(files, config, () => {}),
    config,
  );
  if (config.json_output) {
    const description = options.describe && outcome.ok && describeRules(outcome.compiled);
    printLine(
      JSON.stringify({
        ...(description ? { falco_describe_results: description } : {}),
        falco_load_results: outcome.files.map(falcoResult),
      }),
    );
    return outcome.ok ? 0 : 1;
  }
  for (const result of outcome.files) {
    const warned = result.problems.length > 0 && !result.problems.some(isError);
    if (warned && options.verbose) writeError(`${falcoDetails(result)}\n`);
    printLine(warned ? `${result.name}: Ok, with warnings` : falcoDetails(result));
  }
  return outcome.ok ? 0 : 1;
}
