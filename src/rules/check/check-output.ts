/** Outputs: text with `%field`, `%20field`, `%field[argument]` and `%transformer(field)` in it. */
import type { Expression, OutputSegment } from '../checked.ts';
import type { MappedText } from '../source/mapped-text.ts';
import type { ExpressionNode } from '../syntax/nodes.ts';
import { parseExpression } from '../syntax/parser.ts';
import { printExpression } from '../syntax/print.ts';
import { ConditionError, Scanner } from '../syntax/scanner.ts';
import { checkExpression, type Scope } from './check-expression.ts';
import { CheckError, type Draft } from './draft.ts';

/** Widest field; more is surely a mistake. */
const WIDTH_LIMIT = 10_000;

/** The pieces of an output; `undefined` when `report` was given an error. All errors are reported. */
export function checkOutput(
  output: MappedText,
  scope: Scope,
  report: (draft: Draft) => void,
): OutputSegment[] | undefined {
  const { text } = output;
  const segments: OutputSegment[] = [];
  let failed = false;
  let plainStart = 0;
  for (let percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', plainStart)) {
    if (percent > plainStart) segments.push({ kind: 'text', text: text.slice(plainStart, percent) });
    try {
      const { segment, end } = readToken(output, percent, scope);
      segments.push(segment);
      plainStart = end;
    } catch (error) {
      if (error instanceof CheckError) report(error.draft);
      else if (error instanceof ConditionError) {
        report({ message: error.message, at: error, suggestion: error.suggestion, unknownName: true });
      } else throw error;
      failed = true;
      plainStart = percent + 1;
    }
  }
  if (plainStart < text.length) segments.push({ kind: 'text', text: text.slice(plainStart) });
  return failed ? undefined : segments;
}

function readToken(
  output: MappedText,
  percent: number,
  scope: Scope,
): { segment: OutputSegment; end: number } {
  const { text } = output;
  const digits = /[0-9]*/y;
  digits.lastIndex = percent + 1;
  const widthText = digits.exec(text)?.[0] ?? '';
  const start = percent + 1 + widthText.length;
  const at = { text: output, start: percent, end: Math.max(start, percent + 1) };
  if (start >= text.length) {
    const what = widthText === '' ? 'a %' : 'a number after %';
    throw new CheckError(`an output cannot end with ${what}`, at);
  }
  const width = widthText === '' ? undefined : Number(widthText);
  if (width !== undefined && width > WIDTH_LIMIT) {
    throw new CheckError(`a width cannot be more than ${WIDTH_LIMIT}`, at);
  }
  const { node, expression, end } = longestExpression(output, start, scope);
  const source = printExpression(node);
  // A width of zero is as good as none.
  return { segment: { kind: 'value', expression, source, width: width || undefined }, end };
}

interface FoundExpression {
  readonly node: ExpressionNode;
  readonly expression: Expression;
  /** Where the text goes on. */
  readonly end: number;
}

/** Longest name that is tried with letters given back. */
const NAME_LIMIT = 256;

const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;

/**
 * The field or transformer at `start`. The text may go on right behind a field (`%proc.name.`,
 * `%user.name_x`, `%proc.name[%proc.pid]`), so what follows is given back until the rest is a field.
 */
function longestExpression(output: MappedText, start: number, scope: Scope): FoundExpression {
  try {
    return expressionAt(output, start, undefined, scope);
  } catch (first) {
    if (!(first instanceof CheckError) && !(first instanceof ConditionError)) throw first;
    FIELD_NAME.lastIndex = start;
    const name = FIELD_NAME.exec(output.text)?.[0] ?? '';
    for (let end = start + Math.min(name.length, NAME_LIMIT); end > start; end--) {
      if (scope.environment.fields.find(output.text.slice(start, end)) === undefined) continue;
      try {
        return expressionAt(output, start, end, scope);
      } catch (again) {
        if (!(again instanceof CheckError)) throw again;
      }
    }
    throw first;
  }
}

function expressionAt(
  output: MappedText,
  start: number,
  limit: number | undefined,
  scope: Scope,
): FoundExpression {
  const scanner = new Scanner(output, limit);
  scanner.position = start;
  const node = parseExpression(scanner);
  if (node === undefined) {
    const at = { text: output, start: start - 1, end: start };
    throw new CheckError('expected a field or a transformer after %', at, { unknownName: true });
  }
  return { node, expression: checkExpression(node, scope), end: scanner.position };
}
