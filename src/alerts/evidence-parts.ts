/** Judged conditions as evidence keeps them. */
import { toText } from '../events/bytes.ts';
import type { JudgedPart } from '../matcher/explain.ts';
import type { EvidencePart } from './evidence.ts';
import type { Shortener } from './shortener.ts';
import { valueText } from './value-text.ts';

/** Characters of a check as it is written, lists of literals in it included, and of a value. */
const MOST_TEXT = 300;
const MOST_VALUE = 300;

/** A judged part with the values of its checks as text. */
export function shownPart({ part, holds, value, operands }: JudgedPart, shortener: Shortener): EvidencePart {
  const { kind, condition } = part;
  const text = kind === 'check' ? shortener.shorten(part.text, MOST_TEXT) : part.text;
  if (kind !== 'check')
    return { kind, text, holds, operands: operands.map((operand) => shownPart(operand, shortener)) };
  if (!('left' in condition)) return { kind, text, holds };
  const { type } = condition.left;
  const shown = value === undefined ? null : shortener.shorten(toText(valueText(value, type)), MOST_VALUE);
  return { kind, text, holds, value: shown };
}
