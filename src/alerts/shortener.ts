/** Keeps texts of evidence within bounds, each for itself and all together. */

/** Characters of all texts together. */
const MOST = 64 * 1024;

export class Shortener {
  #left: number;
  #hasCut = false;

  constructor(most: number = MOST) {
    this.#left = most;
  }

  /** The text, or its first characters with an ellipsis. */
  shorten(text: string, most: number): string {
    const length = Math.min(most, Math.max(this.#left, 0));
    this.#left -= Math.min(text.length, length);
    if (text.length <= length) return text;
    this.#hasCut = true;
    // A character outside the basic plane is two units, which belong together.
    const isSplit = /[\ud800-\udbff]/.test(text.charAt(length - 1));
    return `${text.slice(0, isSplit ? length - 1 : length)}…`;
  }

  /** As many of the items as may be. */
  limit<T>(items: readonly T[], most: number): readonly T[] {
    if (items.length <= most) return items;
    this.#hasCut = true;
    return items.slice(0, most);
  }

  /** Whether anything was shortened or left out. */
  get hasCut(): boolean {
    return this.#hasCut;
  }
}
