/** The `regex` operator: RE2 expressions that must match the whole text. */
import { type ByteString, toText } from '../events/bytes.ts';
import { compilePattern } from '../rules/check/regex.ts';

/**
 * Compiles an expression to a function that tells whether it matches a whole text; bytes that are not
 * UTF-8 count as U+FFFD. Time is linear in the text. Throws RE2JSException for an expression that RE2 does not take.
 */
export function compileRegex(expression: ByteString): (text: ByteString) => boolean {
  const compiled = compilePattern(toText(expression));
  return (text) => compiled.testExact(toText(text));
}
