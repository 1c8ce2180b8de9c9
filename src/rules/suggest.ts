/** "Did you mean": the known name that is nearest to what was written. */

/**
 * The candidate nearest to `written` by edit distance: at most a third of the letters may differ, at
 * least one, at most four. Where none is near, the shortest candidate that begins with what was
 * written (three letters or more); otherwise `undefined`.
 */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.min(4, Math.max(1, Math.floor(written.length / 3)));
  const lower = written.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  let completion: string | undefined;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (other.startsWith(lower) && candidate.length < (completion?.length ?? Number.POSITIVE_INFINITY)) {
      completion = candidate;
    }
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue;
    const distance = editDistance(lower, other, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? (written.length >= 3 ? completion : undefined);
}

/**
 * Number of insertions, deletions, replacements and swaps of neighbours between two texts; `limit` or
 * more is reported as `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (before[column - 2] ?? 0) + 1);
      }
      current.push(distance);
      least = Math.min(least, distance);
    }
    if (least >= limit) return limit;
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? 0, limit);
}
