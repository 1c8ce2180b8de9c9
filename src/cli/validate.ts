/** `-V FILE…`: loads rule files in order and says of each whether it is right, in Falco's words. */
import type { Config } from '../config/schema.ts';
import { loadRuleFiles } from '../engine/rule-files.ts';
import { falcoDetails, falcoResult } from '../rules/falco-report.ts';
import { isError, type LoadOutcome } from '../rules/load.ts';
import { type DescribeOptions, described, printDescription } from './describe.ts';
import { writeError } from './fail.ts';
import { printLine } from './print.ts';
import { namedRuleFiles } from './start.ts';

export interface ValidateOptions extends DescribeOptions {
  /** Print the warnings of files that have no errors. */
  readonly verbose?: boolean;
}

/** Returns the exit code: 1 when a file has an error. Rules are described only when none has. */
export function validate(files: readonly string[], config: Config, options: ValidateOptions): number {
  const outcome = loadRuleFiles(namedRuleFiles(files, config), config);
  if (config.json_output) {
    const description = outcome.ok ? described(outcome, options) : undefined;
    printLine(
      JSON.stringify({
        ...(description ? { falco_describe_results: description } : {}),
        falco_load_results: outcome.files.map(falcoResult),
      }),
    );
  } else {
    printResults(outcome, options.verbose ?? false);
    if (outcome.ok && (options.L || options.l !== undefined)) {
      printLine('');
      printDescription(outcome, options, false);
    }
  }
  return outcome.ok ? 0 : 1;
}

function printResults({ files }: LoadOutcome, verbose: boolean): void {
  for (const result of files) {
    const warned = result.problems.length > 0 && !result.problems.some(isError);
    if (warned && verbose) writeError(`${falcoDetails(result)}\n`);
    printLine(warned ? `${result.name}: Ok, with warnings` : falcoDetails(result));
  }
}
