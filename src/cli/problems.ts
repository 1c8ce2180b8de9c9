/** Problems in rule files, as people see them. */
import { isError, type LoadOutcome, type Problem } from '../rules/load.ts';
import { countProblems, reportProblems } from '../rules/report.ts';
import { fail, writeError } from './fail.ts';

/** A problem in one line: where, what, and what may have been meant. */
export function describeProblem(problem: Problem): string {
  const { file, line, column } = problem.location;
  const severity = isError(problem) ? 'error' : 'warning';
  const hint = problem.suggestion === undefined ? '' : ` (did you mean ${problem.suggestion}?)`;
  return `${file}:${line}:${column}: ${severity}: ${problem.message}${hint} [${problem.code}]`;
}

/** Ends the command when the rules have errors, after showing each at its place. */
export function failOnErrors({ ok, problems, files }: LoadOutcome): void {
  if (ok) return;
  const errors = problems.filter(isError);
  writeError(`${reportProblems(errors, files)}\n`);
  fail(`the rules cannot be used: ${countProblems(errors)}`);
}
