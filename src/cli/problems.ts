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

/**
 * The problems that still stand when all files are loaded: what an earlier file seemed not to use may be
 * used by a later one.
 */
export function standingProblems({ problems, files }: LoadOutcome): readonly Problem[] {
  const last = new Set(files.at(-1)?.problems.map(describeProblem));
  return problems.filter((problem) => !isUnused(problem) || last.has(describeProblem(problem)));
}

function isUnused({ code }: Problem): boolean {
  return code === 'LOAD_UNUSED_MACRO' || code === 'LOAD_UNUSED_LIST';
}

/** Ends the command when the rules have errors, after showing each at its place. */
export function failOnErrors({ ok, problems, files }: LoadOutcome): void {
  if (ok) return;
  const errors = problems.filter(isError);
  writeError(`${reportProblems(errors, files)}\n`);
  fail(`the rules cannot be used: ${countProblems(errors)}`);
}
