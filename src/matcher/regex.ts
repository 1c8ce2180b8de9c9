/** The `regex` operator: RE2 expressions that must match the whole text. */
import { RE2JS } from 're2js';
import { type ByteString, toText } from '../events/bytes.ts';

/**
 * Compiles an expression to a function that tells whether it matches a whole text; bytes that are not
 * UTF-8 count as U+FFFD. As in RE2's POSIX mode, `^` and `$` also stand for the ends of lines. Time is
 * linear in the text. Throws RE2JSSyntaxException for an expression that RE2 does not take.
 */
export function compileRegex(expression: ByteString): (text: ByteString) => boolean {
  const compiled = RE2JS.compile(toText(expression), RE2JS.MULTILINE);
  return (text) => compiled.testExact(toText(text));
}
