/** Which pieces of a rule's source were true or false: from the places of the condition's checks. */
import type { EvidencePart, SourceText } from '../../../src/server/api-types.ts';

export interface Mark {
  /** `[start, end)` in the characters of the source. */
  readonly start: number;
  readonly end: number;
  readonly holds: boolean;
}

/** Marks of checks, and of macros by their names, that stand in this source; in order, none over another. */
export function marksOf(condition: EvidencePart, source: SourceText): readonly Mark[] {
  const lines = lineStarts(source.text);
  const marks: Mark[] = [];
  const walk = (part: EvidencePart): void => {
    const mark = part.kind === 'check' || part.kind === 'macro' ? markOf(part, source, lines) : undefined;
    if (mark !== undefined) marks.push(mark);
    // What a macro stands for is written elsewhere.
    if (part.kind !== 'macro') for (const operand of part.operands ?? []) walk(operand);
  };
  walk(condition);
  marks.sort((one, other) => one.start - other.start);
  return marks.filter((mark, index) => index === 0 || mark.start >= (marks[index - 1] as Mark).end);
}

function markOf(part: EvidencePart, source: SourceText, lines: readonly number[]): Mark | undefined {
  const { place, holds, kind, text } = part;
  if (place?.column === undefined || place.file !== source.file) return undefined;
  const line = lines[place.line - source.line];
  if (line === undefined) return undefined;
  const start = line + place.column - 1;
  const end = kind === 'macro' ? start + text.length : endOfCheck(source.text, start);
  return end > start && end <= source.text.length ? { start, end, holds } : undefined;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Behind the check that begins at `start`: before the next `and` or `or`, a bracket that it did not open, or the next key. */
export function endOfCheck(text: string, start: number): number {
  let depth = 0;
  let end = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      // The apostrophe at the end of a YAML string that the condition stands in.
      if (close < 0 || text.slice(at, close).includes('\n')) return end;
      at = close;
    } else if (character === '(') {
      depth++;
    } else if (character === ')') {
      if (depth === 0) return end;
      depth--;
    } else if (/\s/.test(character)) {
      if (depth === 0 && /^\s+(?:(?:and|or)\b|#|-\s|[\w-]+:(?:\s|$))/.test(text.slice(at, at + 80)))
        return end;
      continue;
    }
    end = at + 1;
  }
  return end;
}
