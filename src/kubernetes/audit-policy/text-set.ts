/** A set of texts: either these, or all but these. So the complement of every set is a set, too. */
export interface TextSet {
  readonly values: ReadonlySet<string>;
  /** All texts but the values. */
  readonly isComplement: boolean;
}

export const EVERY_TEXT: TextSet = { values: new Set(), isComplement: true };

export function only(values: Iterable<string>): TextSet {
  return { values: new Set(values), isComplement: false };
}

export function allBut(values: Iterable<string>): TextSet {
  return { values: new Set(values), isComplement: true };
}

export function hasText({ values, isComplement }: TextSet, text: string): boolean {
  return values.has(text) !== isComplement;
}

/** There are always more texts than any list has. */
export function isEmptyTextSet({ values, isComplement }: TextSet): boolean {
  return !isComplement && values.size === 0;
}

export function isEveryText({ values, isComplement }: TextSet): boolean {
  return isComplement && values.size === 0;
}

export function areTextsEqual(a: TextSet, b: TextSet): boolean {
  return a.isComplement === b.isComplement && a.values.symmetricDifference(b.values).size === 0;
}

export function intersectTexts(a: TextSet, b: TextSet): TextSet {
  if (a.isComplement && b.isComplement) return allBut(a.values.union(b.values));
  if (a.isComplement) return only(b.values.difference(a.values));
  return only(b.isComplement ? a.values.difference(b.values) : a.values.intersection(b.values));
}

export function unionTexts(a: TextSet, b: TextSet): TextSet {
  return complementOf(intersectTexts(complementOf(a), complementOf(b)));
}

export function subtractTexts(a: TextSet, b: TextSet): TextSet {
  return intersectTexts(a, complementOf(b));
}

export function complementOf({ values, isComplement }: TextSet): TextSet {
  return { values, isComplement: !isComplement };
}

/** A text of the set that is not empty; `usual` where it is one of them. */
export function exampleText(set: TextSet, usual: string): string {
  if (hasText(set, usual)) return usual;
  if (!set.isComplement) return set.values.values().next().value ?? usual;
  for (let number = 1; ; number++) {
    const text = `${usual}${number}`;
    if (hasText(set, text)) return text;
  }
}
