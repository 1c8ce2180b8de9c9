/** Lists of names with numbers, as the tables of this folder write them. */

/**
 * Names by number. `N:` sets the number of the name after it; without it the number is one more than
 * that of the name before, from 0.
 */
export function parseNumberedNames(text: string): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [];
  let next = 0;
  for (const word of text.trim().split(/\s+/)) {
    if (word.endsWith(':')) next = Number.parseInt(word, 10);
    else names[next++] = word;
  }
  return names;
}
