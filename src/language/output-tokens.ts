/** What outputs name: `%field`, `%20field[argument]`, `%transformer(field)`. */
import { type ConditionToken, scanCondition } from './condition-tokens.ts';

const REFERENCE = /%[0-9]*(?=([a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]*)*))/g;
/** Of a transformer, at most so much is looked at. */
const WIDTH = 400;

/** Names of fields are not longer. */
const NAME_LIMIT = 100;

/** The fields, arguments and transformers of an output. A dot behind a field belongs to the text. */
export function scanOutput(text: string, isField: (name: string) => boolean): ConditionToken[] {
  const tokens: ConditionToken[] = [];
  for (const match of text.matchAll(REFERENCE)) {
    const start = match.index + match[0].length;
    const { tokens: found } = scanCondition(text.slice(start, start + WIDTH));
    for (const token of expressionOf(found)) {
      tokens.push(shifted(token.kind === 'field' ? trimmed(token, isField) : token, start));
    }
  }
  return tokens;
}

/** The tokens of the first field, or of the first transformer up to its closing parenthesis. */
function expressionOf(tokens: readonly ConditionToken[]): readonly ConditionToken[] {
  const [first] = tokens;
  if (first?.kind === 'field') {
    const bracket = tokens[1]?.text === '[' && tokens[1].start === first.end;
    return bracket ? tokens.slice(0, 4) : tokens.slice(0, 1);
  }
  if (first?.kind !== 'transformer') return [];
  let depth = 0;
  const end = tokens.findIndex(({ text }) => {
    if (text === '(') depth++;
    else if (text === ')') depth--;
    return text === ')' && depth === 0;
  });
  return end < 0 ? tokens.slice(0, 2) : tokens.slice(0, end + 1);
}

function trimmed(token: ConditionToken, isField: (name: string) => boolean): ConditionToken {
  for (let length = Math.min(token.text.length, NAME_LIMIT); length > 0; length--) {
    const text = token.text.slice(0, length);
    if (isField(text)) return { ...token, text, end: token.start + length };
  }
  return token;
}

function shifted(token: ConditionToken, by: number): ConditionToken {
  return { ...token, start: token.start + by, end: token.end + by };
}
