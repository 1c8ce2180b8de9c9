/**
 * Lists in conditions. The name of a list is replaced by its items in the *text* of a condition, before
 * it is parsed, wherever blanks, parentheses, commas or `=` set it off: that is how Falco does it, and
 * rules can tell (a list works inside quotes, and a list of one item works as a single value).
 * Unlike plain text, the result still knows where each item was written.
 */
import type { ListEntry } from '../collection.ts';
import { MappedText, type TextPart, whole } from '../source/mapped-text.ts';
import type { ScalarText } from '../source/scalar-text.ts';

/** How much text all expansions of one list may make; beyond it the list is refused. */
const TEXT_LIMIT = 64 * 1024 * 1024;

const WORDS = /[^ \t\n\r(),=]+/g;
const DELIMITERS = /[ \t\n\r(),=]/;
const BLANKS = ' \t\n\r';

export interface CompiledList {
  readonly entry: ListEntry;
  readonly name: string;
  /** Place in the order in which lists are put in. */
  readonly order: number;
  /** Items, with those of other lists in place of their names (one level, as in Falco). */
  readonly items: readonly ScalarText[];
  /** Whether anything refers to the list. */
  used: boolean;
}

/** A list takes part in an expansion that would become too large. */
export class ExpansionError extends Error {}

export class CompiledLists {
  readonly #lists = new Map<string, CompiledList>();
  /** Lists whose names words of a text cannot be: they are searched for one by one. */
  readonly #oddlyNamed: CompiledList[] = [];
  readonly #expansions = new Map<CompiledList, MappedText>();

  constructor(entries: ReadonlyMap<string, ListEntry>) {
    const referenced = new Set<string>();
    for (const entry of entries.values()) {
      const items = flatten(entry, entries, referenced);
      const list = { entry, name: entry.name, order: this.#lists.size, items, used: false };
      this.#lists.set(entry.name, list);
      if (DELIMITERS.test(entry.name)) this.#oddlyNamed.push(list);
    }
    for (const name of referenced) {
      const list = this.#lists.get(name);
      if (list !== undefined) list.used = true;
    }
  }

  get all(): Iterable<CompiledList> {
    return this.#lists.values();
  }

  has(name: string): boolean {
    return this.#lists.has(name);
  }

  /** The text with items in place of the names of lists. */
  expand(text: MappedText): MappedText {
    let expanded = text;
    for (const list of this.#oddlyNamed) {
      expanded = replace(expanded, findName(expanded.text, list), (found) => this.#expansion(found));
    }
    const matches = this.#findWords(expanded.text, -1);
    return replace(expanded, matches, (found) => this.#expansion(found));
  }

  /** Names of lists in a text that come after `order`. */
  #findWords(text: string, order: number): Match[] {
    const matches: Match[] = [];
    WORDS.lastIndex = 0;
    for (let word = WORDS.exec(text); word !== null; word = WORDS.exec(text)) {
      const list = this.#lists.get(word[0]);
      if (list !== undefined && list.order > order) {
        matches.push({ start: word.index, end: word.index + word[0].length, list });
      }
    }
    return matches;
  }

  /**
   * Items of a list as text, with later lists put in for their names. Works without recursion: lists
   * may refer to one another in long chains.
   */
  #expansion(list: CompiledList): MappedText {
    list.used = true;
    const stack = this.#expansions.has(list) ? [] : [list];
    for (let current = stack.at(-1); current !== undefined; current = stack.at(-1)) {
      const plain = itemsText(current.items);
      const matches = this.#findWords(plain.text, current.order);
      const waiting = matches.map(({ list }) => list).filter((other) => !this.#expansions.has(other));
      if (waiting.length > 0) {
        stack.push(...new Set(waiting));
        continue;
      }
      this.#expansions.set(
        current,
        replace(plain, matches, (other) => this.#expanded(other)),
      );
      stack.pop();
    }
    return this.#expanded(list);
  }

  #expanded(list: CompiledList): MappedText {
    list.used = true;
    const expansion = this.#expansions.get(list);
    if (expansion === undefined) throw new Error(`list ${list.name} was not expanded`);
    return expansion;
  }
}

/** Items of a list; the name of a list that it sees is replaced by that list's items. */
function flatten(
  entry: ListEntry,
  entries: ReadonlyMap<string, ListEntry>,
  referenced: Set<string>,
): ScalarText[] {
  const items: ScalarText[] = [];
  for (const item of entry.items) {
    const other = entries.get(item.text);
    if (other !== undefined && other.index < entry.visibility) {
      referenced.add(other.name);
      for (const inner of other.items) items.push(inner);
    } else {
      items.push(item);
    }
  }
  return items;
}

function itemsText(items: readonly ScalarText[]): MappedText {
  const parts: (TextPart | string)[] = [];
  for (const item of items) {
    if (parts.length > 0) parts.push(', ');
    parts.push(...quoteWhereBlank(item));
  }
  return MappedText.join(parts);
}

/** A text with double quotes around it if it has a blank and no quotes of its own. */
export function quoteWhereBlank(item: ScalarText): (TextPart | string)[] {
  const { text } = item;
  const quoted = text.includes(' ') && !text.startsWith('"') && !text.startsWith("'");
  return quoted ? ['"', whole(item), '"'] : [whole(item)];
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly list: CompiledList;
}

function findName(text: string, list: CompiledList): Match[] {
  const matches: Match[] = [];
  const { name } = list;
  for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + name.length)) {
    const end = start + name.length;
    const before = start === 0 || DELIMITERS.test(text.charAt(start - 1));
    const after = end === text.length || DELIMITERS.test(text.charAt(end));
    if (before && after) matches.push({ start, end, list });
  }
  return matches;
}

/**
 * Puts a text in place of each match and of the blanks around it. For an empty text a neighbouring
 * comma goes too, so that what is left is still a list.
 */
function replace(
  text: MappedText,
  matches: readonly Match[],
  replacement: (list: CompiledList) => MappedText,
): MappedText {
  if (matches.length === 0) return text;
  const parts: (TextPart | string)[] = [];
  let copied = 0;
  let size = 0;
  for (const { start, end, list } of matches) {
    let from = start;
    let to = end;
    while (from > copied && BLANKS.includes(text.text.charAt(from - 1))) from--;
    while (to < text.text.length && BLANKS.includes(text.text.charAt(to))) to++;
    const inserted = replacement(list);
    if (inserted.text.trim() === '') {
      if (from > copied && text.text.charAt(from - 1) === ',') from--;
      else if (text.text.charAt(to) === ',') to++;
    }
    size += inserted.text.length;
    if (size > TEXT_LIMIT) throw new ExpansionError('lists that contain lists make this too large');
    parts.push(text.part(copied, from), ' ', whole(inserted), ' ');
    copied = to;
  }
  parts.push(text.part(copied, text.text.length));
  return MappedText.join(parts);
}
