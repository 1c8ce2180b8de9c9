/** Safe repairs: edits that change no meaning. */
import type { FileResult } from './load.ts';
import type { Problem, TextEdit } from './problem.ts';

export interface FixedFile {
  readonly name: string;
  readonly text: string;
  /** How many problems were repaired. */
  readonly count: number;
}

/** The files that the problems' edits change, with their new text. Of edits that overlap the first counts. */
export function fixFiles(
  problems: readonly Problem[],
  files: readonly Pick<FileResult, 'source'>[],
): FixedFile[] {
  return files.flatMap(({ source: { name, text } }) => {
    const edits = problems
      .flatMap(({ fix }) => (fix?.file === name ? [fix] : []))
      .sort((a, b) => a.start - b.start || a.end - b.end);
    const applied = withoutOverlaps(edits);
    if (applied.length === 0) return [];
    let fixed = '';
    let copied = 0;
    for (const { start, end, text: replacement } of applied) {
      fixed += text.slice(copied, start) + replacement;
      copied = end;
    }
    return [{ name, text: fixed + text.slice(copied), count: applied.length }];
  });
}

function withoutOverlaps(edits: readonly TextEdit[]): TextEdit[] {
  const kept: TextEdit[] = [];
  for (const edit of edits) {
    if (edit.start >= (kept.at(-1)?.end ?? 0)) kept.push(edit);
  }
  return kept;
}
