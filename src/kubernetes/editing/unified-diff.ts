/** What changes in a text, as people read it: the unified format of diff. */
import { diff } from 'node:util';

/** Unchanged lines around a change. */
const CONTEXT = 3;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty when nothing changes. The names stand in the head. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const lines = changedLines(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  return [
    `--- ${names.before}`,
    `+++ ${names.after}`,
    ...hunks.flatMap((hunk) => hunkText(lines, hunk)),
  ].join('\n');
}

/** A last line without an end differs from one with it, and says so. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop();
  return last === '' || last === undefined ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function changedLines(before: string[], after: string[]): Line[] {
  // Operations tell how to come from the second to the first.
  return diff(before, after).map(([operation, text]) => {
    return { sign: operation === 0 ? ' ' : operation === 1 ? '-' : '+', text };
  });
}

/** Ranges of lines that are shown. */
function hunksOf(lines: readonly Line[]): [start: number, end: number][] {
  const hunks: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const last = hunks.at(-1);
    if (last !== undefined && index - CONTEXT <= last[1])
      last[1] = Math.min(lines.length, index + 1 + CONTEXT);
    else hunks.push([Math.max(0, index - CONTEXT), Math.min(lines.length, index + 1 + CONTEXT)]);
  }
  return hunks;
}

function hunkText(lines: readonly Line[], [start, end]: readonly [number, number]): string[] {
  const shown = lines.slice(start, end);
  const count = (part: readonly Line[], sign: '-' | '+') => part.filter((line) => line.sign !== sign).length;
  const [from, to] = [count(lines.slice(0, start), '+') + 1, count(lines.slice(0, start), '-') + 1];
  const head = `@@ -${from},${count(shown, '+')} +${to},${count(shown, '-')} @@`;
  return [head, ...shown.map(({ sign, text }) => sign + text)];
}
