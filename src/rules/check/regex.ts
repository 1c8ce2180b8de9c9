/** Patterns of `regex`: the syntax of RE2, matched against the whole value. */
import { RE2JS, RE2JSException } from 're2js';
import { perlOfPosix } from './posix-regex.ts';

/**
 * Compiles a pattern. What is one in RE2's POSIX syntax means what it means there, as in Falco; what is not, such as
 * `\d` or `(?i)`, is read in Perl's, which Falco refuses. As in the POSIX syntax `^` and `$` also stand for the ends
 * of lines. Throws RE2JSException for a pattern that RE2 takes in neither.
 */
export function compilePattern(pattern: string): RE2JS {
  return RE2JS.compile(perlOfPosix(pattern) ?? pattern, RE2JS.MULTILINE);
}

/** What is wrong with a pattern; `undefined` when it is a good one. */
export function regexError(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}

const SPECIAL = '.+*?^$()[]{}|\\';

/**
 * Whether a pattern says nothing that a simpler operator could not: no special character but anchors
 * at its ends (the whole value is matched anyway) and "anything" (`.*`) at its beginning or end.
 */
export function isTrivialRegex(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if ((at === 0 && char === '^') || (at === pattern.length - 1 && char === '$')) continue;
    const atBorder = (at === 0 && pattern.length > 1) || at === pattern.length - 2;
    if (atBorder && char === '.' && '+*?'.includes(pattern.charAt(at + 1))) {
      at++;
      continue;
    }
    if (SPECIAL.includes(char)) return false;
  }
  return true;
}
