/** Which pieces of a rule's source were true or false: the condition's checks are found in it, one after the other. */
import type { EvidencePart } from '../../../src/server/api-types.ts';

export interface Mark {
  /** `[start, end)` in the characters of the source. */
  readonly start: number;
  readonly end: number;
  readonly holds: boolean;
}

/** Marks of checks, and of macros by their names, that stand in the text of the rule; in order, none over another. */
export function marksOf(condition: EvidencePart, text: string): readonly Mark[] {
  const region = conditionIn(text);
  if (region === undefined) return [];
  const marks: Mark[] = [];
  let from = region.start;
  for (const part of writtenParts(condition)) {
    const start = placeOf(part, text, from, region.end);
    // A later file has added it, or it is written in another way.
    if (start === undefined) continue;
    const end = part.kind === 'macro' ? start + part.text.length : endOfCheck(text, start, region.end);
    marks.push({ start, end, holds: part.holds });
    from = end;
  }
  return marks;
}

/** Checks and macros in the order in which they are written. What a macro stands for is written elsewhere. */
function writtenParts(part: EvidencePart): readonly EvidencePart[] {
  if (part.kind === 'check' || part.kind === 'macro') return [part];
  return (part.operands ?? []).flatMap(writtenParts);
}

/** Where the value of the key `condition` stands: to the next key that is not further in. */
function conditionIn(text: string): { readonly start: number; readonly end: number } | undefined {
  const key = /^([ -]*)condition:/m.exec(text);
  if (key === null) return undefined;
  const indent = (key[1] as string).length;
  const start = key.index + key[0].length;
  const next = new RegExp(`\\n[ -]{0,${indent}}[\\w-]+:`).exec(text.slice(start));
  return { start, end: next === null ? text.length : start + next.index };
}

/** Lists are put into the text of a check, so it is found by its left side and its operator. */
function placeOf(part: EvidencePart, text: string, from: number, end: number): number | undefined {
  const [left = '', operator] = part.kind === 'macro' ? [part.text] : part.text.split(/\s+/);
  const words = [left, ...(operator === undefined ? [] : [operator])].map(escaped);
  const isWord = /\w$/.test(operator ?? left);
  const pattern = `(?<![\\w.])${words.join('\\s*')}${isWord ? '(?![\\w.]*\\w)' : ''}`;
  const found = new RegExp(pattern).exec(text.slice(from, end));
  return found === null ? undefined : from + found.index;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Behind the check that begins at `start`: before the next `and` or `or`, or a bracket that it did not open. */
export function endOfCheck(text: string, start: number, last = text.length): number {
  let depth = 0;
  let end = start;
  for (let at = start; at < last; at++) {
    const character = text[at] as string;
    if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      // The end of a YAML string in which the condition stands.
      if (close < 0 || close >= last) return end;
      at = close;
    } else if (character === '(') {
      depth++;
    } else if (character === ')') {
      if (depth === 0) return end;
      depth--;
    } else if (/\s/.test(character)) {
      if (depth === 0 && /^\s+(?:(?:and|or)\b|#)/.test(text.slice(at, at + 80))) return end;
      continue;
    }
    end = at + 1;
  }
  return end;
}
