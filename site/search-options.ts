/** How the search index is made and asked: the same in the build and in the browser. */
import type { Options, SearchOptions } from 'minisearch';

/** What the index keeps of each passage, with short names since there are thousands. */
export interface Entry {
  readonly id: number;
  /** Title of the page. */
  readonly page: string;
  /** The heading, or the key of a row. */
  readonly title: string;
  /** Address from the top of the site. */
  readonly url: string;
  /** All text when the index is made; its beginning in results. */
  readonly text: string;
}

export const INDEX_OPTIONS: Options<Entry> = {
  fields: ['title', 'text', 'page'],
  storeFields: ['page', 'title', 'url', 'start'],
  extractField: (entry, field) =>
    field === 'start' ? beginning(entry.text) : (entry[field as keyof Entry] as string),
  tokenize: words,
};

export const SEARCH_OPTIONS: SearchOptions = {
  boost: { title: 4, page: 2 },
  prefix: true,
  fuzzy: (term) => (term.length > 4 ? 0.15 : false),
  combineWith: 'AND',
  tokenize: words,
};

/** Words, and names such as proc.aname or --since as a whole and in parts. */
export function words(text: string): string[] {
  const names = text.match(/[\p{L}\p{N}_./-]+/gu) ?? [];
  return names.flatMap((name) => {
    const whole = name.replace(/^[./-]+|[./-]+$/g, '');
    const parts = whole.split(/[._/-]+/).filter((part) => part !== '');
    return parts.length > 1 ? [whole, ...parts] : parts;
  });
}

function beginning(text: string): string {
  return text.length > 140 ? `${text.slice(0, 140)}…` : text;
}
