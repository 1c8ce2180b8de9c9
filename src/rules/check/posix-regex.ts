/**
 * Patterns in RE2's POSIX syntax, which is what Falco reads. It has no Perl classes, flags or groups (`\d`, `(?i)`,
 * `(?:…)`), and a repetition may be repeated: `a+?` is "one or more, or nothing", `a**` the same as `a*`.
 */

const REPETITION = /[*+?]|\{[0-9]+(?:,[0-9]*)?\}/y;
/** A class in brackets; `]` is a member where it comes first. */
const CLASS = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[\s\S]|[^\]\\])*\]/y;
const ESCAPE = /\\(?:x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/uy;
/** Has an escape that only Perl's syntax has. */
const PERL_ESCAPE = /^(?:[^\\]|\\[^AbBCdDEpPQsSwWz])*\\[AbBCdDEpPQsSwWz]/;

/**
 * The same pattern in Perl's syntax, which the regular expressions of this program are written in; `undefined` when
 * it is none in POSIX syntax. Whether what it consists of is right is left to the compiler of the pattern.
 */
export function perlOfPosix(pattern: string): string | undefined {
  let result = '';
  /** Where the groups that are open begin in the result. */
  const groups: number[] = [];
  /** Where the last thing that can be repeated begins in the result. */
  let start: number | undefined;
  let repeated = false;
  for (let at = 0; at < pattern.length; ) {
    const repetition = match(REPETITION, pattern, at);
    if (repetition !== undefined) {
      if (start === undefined) return undefined;
      if (repeated) result = `${result.slice(0, start)}(?:${result.slice(start)})`;
      result += repetition;
      repeated = true;
      at += repetition.length;
      continue;
    }
    const item = itemAt(pattern, at);
    if (PERL_ESCAPE.test(item)) return undefined;
    at += item.length;
    repeated = false;
    if (item === '(') groups.push(result.length);
    start = item === ')' ? groups.pop() : item === '(' || item === '|' ? undefined : result.length;
    result += item;
  }
  return result;
}

/** One escape, class in brackets or character. */
function itemAt(pattern: string, at: number): string {
  const char = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  const longer = char === '[' ? CLASS : char === '\\' ? ESCAPE : undefined;
  return (longer && match(longer, pattern, at)) ?? char;
}

function match(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}
