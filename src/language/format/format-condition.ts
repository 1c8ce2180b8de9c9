/** The layout of conditions: one blank between words, lines as they were, indented by open parentheses. */
import { type ConditionToken, scanCondition } from '../condition-tokens.ts';

/**
 * The lines of a condition, each indented by two blanks for every parenthesis that is open; `undefined` when it is
 * not understood as a whole, or a text in it spans lines.
 */
export function conditionLines(text: string): string[] | undefined {
  const { tokens } = scanCondition(text);
  const unclear = tokens.some(
    (token) => token.kind === 'unknown' || token.text.includes('\n') || isOpenText(token),
  );
  if (unclear || tokens.length === 0) return undefined;
  const lines: string[] = [];
  let depth = 0;
  let before: ConditionToken | undefined;
  for (const token of tokens) {
    if (token.text === ')') depth--;
    if (before === undefined || text.slice(before.end, token.start).includes('\n')) {
      lines.push(' '.repeat(2 * Math.max(0, depth)) + token.text);
    } else {
      lines.push(`${lines.pop()}${isSetOff(before, token) ? ' ' : ''}${token.text}`);
    }
    if (token.text === '(') depth++;
    before = token;
  }
  return lines;
}

function isOpenText({ kind, text }: ConditionToken): boolean {
  return kind === 'string' && (text.length < 2 || !text.endsWith(text.charAt(0)));
}

/** Whether there is a blank between two tokens. */
function isSetOff(before: ConditionToken, token: ConditionToken): boolean {
  if (isMark(before, '(') || isMark(before, '[') || token.kind === 'argument' || before.kind === 'argument') {
    return false;
  }
  if (isMark(token, ')') || isMark(token, ',') || isMark(token, '[') || isMark(token, ']')) return false;
  return !(isMark(token, '(') && before.kind === 'transformer');
}

function isMark({ kind, text }: ConditionToken, mark: string): boolean {
  return kind === 'punctuation' && text === mark;
}
