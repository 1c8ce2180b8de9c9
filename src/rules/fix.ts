/** Safe repairs: edits that change no meaning. */
import type { FileResult } from './load.ts';
import type { Problem, TextEdit } from './problem.ts';

export interface FixedFile {
  readonly name: string;
  readonly text: string;
  /** What was repaired. */
  readonly repaired: readonly Problem[];
}

/** The files that the problems' edits change, with their new text. Of edits that overlap the first counts. */
export function fixFiles(
  problems: readonly Problem[],
  files: readonly Pick<FileResult, 'source'>[],
): FixedFile[] {
  return files.flatMap(({ source: { name, text } }) => {
    const repairs = problems
      .flatMap((problem) => (problem.fix?.file === name ? [{ problem, edit: problem.fix }] : []))
      .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end);
    const applied = withoutOverlaps(repairs);
    if (applied.length === 0) return [];
    let fixed = '';
    let copied = 0;
    for (const { edit } of applied) {
      fixed += text.slice(copied, edit.start) + edit.text;
      copied = edit.end;
    }
    return [{ name, text: fixed + text.slice(copied), repaired: applied.map(({ problem }) => problem) }];
  });
}

interface Repair {
  readonly problem: Problem;
  readonly edit: TextEdit;
}

function withoutOverlaps(repairs: readonly Repair[]): Repair[] {
  const kept: Repair[] = [];
  for (const repair of repairs) {
    if (repair.edit.start >= (kept.at(-1)?.edit.end ?? 0)) kept.push(repair);
  }
  return kept;
}
