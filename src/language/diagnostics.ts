/** Problems of rule files as editors show them. */
import { isError, isLint, type Problem, type TextEdit } from '../rules/problem.ts';

export type Severity = 'error' | 'warning' | 'information';

export interface Diagnostic {
  /** `[start, end)` of the file's text; never empty, unless the text is. */
  readonly start: number;
  readonly end: number;
  readonly severity: Severity;
  readonly message: string;
  readonly code: string;
  /** Changes of the file that repair the problem. */
  readonly repairs: readonly Repair[];
}

export interface Repair {
  /** What it does, for people. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** Makes diagnostics of the problems of one file. */
export function diagnosticOf(problem: Problem, text: string, repairs: readonly Repair[]): Diagnostic {
  const { suggestion, code } = problem;
  const hint = suggestion === undefined ? '' : `: did you mean ${suggestion}?`;
  return {
    ...extent(problem, text),
    severity: isError(problem) ? 'error' : isLint(problem) ? 'information' : 'warning',
    message: `${problem.message}${hint}`,
    code,
    repairs,
  };
}

/** Where a problem is shown: what it says, or the word at its place where it says only where it begins. */
export function extent({ location, length }: Problem, text: string): { start: number; end: number } {
  const start = Math.min(location.offset, Math.max(0, text.length - 1));
  if (length > 1) return { start, end: Math.min(start + length, text.length) };
  const word = /[^\s,:()[\]{}]*/y;
  word.lastIndex = start;
  const found = word.exec(text)?.[0].length ?? 0;
  return { start, end: Math.min(start + Math.max(1, found), text.length) };
}
