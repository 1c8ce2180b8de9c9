/** Whether what a command printed looks like what the documentation shows. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what a terminal gets.
const CONTROL = /\u001b\[[\d;]*[A-Za-z]/g;

/** One line: numbers, ids and blanks may differ; `…` is any text. */
function linePattern(line: string, exact: boolean): RegExp {
  const parts = normalized(line, exact).split('…');
  return new RegExp(`^${parts.map((part) => RegExp.escape(part.trim())).join('.*')}$`, 's');
}

/** Runs of blanks become one; unless `exact`, so do digits and hexadecimal ids. */
export function normalized(line: string, exact = false): string {
  const text = line.replace(CONTROL, '').replace(/\s+/g, ' ').trim();
  if (exact) return text;
  return text
    .replace(/\b(?=[a-z]*\d)[0-9a-f]{12,}\b/g, '0')
    .replace(/\b(?=[A-F]*\d)[0-9A-F]{2,}\b/g, '0')
    .replace(/\d+(?:[.,:]\d+)*/g, '0');
}

/**
 * The first line that was shown and is not there, or there and not shown; `undefined` when the shape is the same.
 * A line `…` alone stands for any number of lines.
 */
export function differenceOfShape(shown: string, printed: string, exact = false): string | undefined {
  const wanted = shown.trim().split('\n');
  const lines = printed.trim().split('\n');
  const reached = furthest(wanted, lines, exact);
  if (reached === undefined) return undefined;
  const { line, at } = reached;
  return `shown: ${wanted[line] ?? '(nothing more)'}\nprinted: ${lines[at] ?? '(nothing more)'}`;
}

/** Where the two part, or `undefined`. */
function furthest(
  wanted: readonly string[],
  lines: readonly string[],
  exact: boolean,
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
      linePattern(wanted[line] as string, exact).test(normalized(lines[at] as string, exact)) &&
      fits(line + 1, at + 1)
    );
  };
  return fits(0, 0) ? undefined : best;
}
