/** Whether what a command printed looks like what the documentation shows. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what a terminal gets.
const CONTROL = /\u001b\[[\d;]*[A-Za-z]/g;

/** One line: numbers, ids and blanks may differ; `…` is any text. */
function linePattern(line: string): RegExp {
  const parts = normalized(line).split('…');
  return new RegExp(`^${parts.map((part) => RegExp.escape(part.trim())).join('.*')}$`, 's');
}

/** Digits, hexadecimal ids and runs of blanks become one sign each. */
export function normalized(line: string): string {
  return line
    .replace(CONTROL, '')
    .replace(/\b(?=[a-z]*\d)[0-9a-f]{12,}\b/g, '0')
    .replace(/\b(?=[A-F]*\d)[0-9A-F]{2,}\b/g, '0')
    .replace(/\d+(?:[.,:]\d+)*/g, '0')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The first line that was shown and is not there, or there and not shown; `undefined` when the shape is the same.
 * A line `…` alone stands for any number of lines.
 */
export function differenceOfShape(shown: string, printed: string): string | undefined {
  const wanted = shown.trim().split('\n');
  const lines = printed.trim().split('\n');
  const reached = furthest(wanted, lines);
  if (reached === undefined) return undefined;
  const { line, at } = reached;
  return `shown: ${wanted[line] ?? '(nothing more)'}\nprinted: ${lines[at] ?? '(nothing more)'}`;
}

/** Where the two part, or `undefined`. */
function furthest(
  wanted: readonly string[],
  lines: readonly string[],
): { line: number; at: number } | undefined {
  let best = { line: 0, at: 0 };
  const seen = new Set<string>();
  const fits = (line: number, at: number): boolean => {
    const key = `${line} ${at}`;
    if (seen.has(key)) return false;
    seen.add(key);
    if (line > best.line || (line === best.line && at > best.at)) best = { line, at };
    if (line === wanted.length) return at === lines.length;
    if (wanted[line]?.trim() === '…') return fits(line + 1, at) || (at < lines.length && fits(line, at + 1));
    return (
      at < lines.length &&
      linePattern(wanted[line] as string).test(normalized(lines[at] as string)) &&
      fits(line + 1, at + 1)
    );
  };
  return fits(0, 0) ? undefined : best;
}
