/** What could be written at a place of a rule file. */

import { completeCondition, completeOutput, type Draft } from './complete-condition.ts';
import { completeException } from './complete-exception.ts';
import { listNames, NOTHING, plain, unquoted, wordOf } from './complete-words.ts';
import { type CursorPlace, cursorPlace } from './cursor-place.ts';
import { ITEM_TEMPLATES, keysAt, operationsOf } from './keys.ts';
import { MATURITY_TAGS, PRIORITY_NAMES, TACTIC_TAGS } from './known-values.ts';
import type { PlacedItem, Workspace } from './workspace.ts';

export type CompletionKind =
  | 'field'
  | 'macro'
  | 'list'
  | 'rule'
  | 'operator'
  | 'keyword'
  | 'transformer'
  | 'value'
  | 'event'
  | 'key'
  | 'tag'
  | 'snippet';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A word or two beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What is written, where it is not the label. */
  readonly insert?: string;
  /** Whether `insert` has places to fill in, `${1:such as this}`. */
  readonly isSnippet?: boolean;
  /** The greater, the further down, beside the alphabet. */
  readonly rank: number;
}

export interface Completion {
  /** What is replaced: `[start, end)` of the file. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly CompletionItem[];
}

/** Most items that are offered at once; the rest comes as more letters are typed. */
const LIMIT = 1000;

export function complete(workspace: Workspace, file: string, offset: number): Completion | undefined {
  const text = workspace.textOf(file);
  const at = Math.max(0, Math.min(offset, text.length));
  if (isComment(text, at)) return undefined;
  const item = workspace.itemAt(file, at);
  const place = item === undefined ? beforeItems(text, at) : cursorPlace(item.text, at - item.start);
  if (place === undefined) return undefined;
  const { word, items } = drafted(workspace, item, place, at - (item?.start ?? 0));
  const start = at - word.length;
  const end = at + (/^[\w.-]*/.exec(text.slice(at, at + 200))?.[0].length ?? 0);
  const wanted = matching(items, word);
  return { start, end: word === '' ? at : end, items: wanted.slice(0, LIMIT) };
}

/** Those that begin with the word, then those that have its letters in them in order. */
function matching(items: readonly CompletionItem[], word: string): CompletionItem[] {
  const lower = word.toLowerCase();
  const begins: CompletionItem[] = [];
  const others: CompletionItem[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const key = `${item.kind} ${item.label}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const label = item.label.toLowerCase();
    if (label.startsWith(lower)) begins.push(item);
    else if (hasInOrder(label, lower)) others.push(item);
  }
  const byRank = (a: CompletionItem, b: CompletionItem): number =>
    a.rank - b.rank || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
  return [...begins.sort(byRank), ...others.sort(byRank)];
}

function hasInOrder(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/** Whether the line is a comment up to the place. */
function isComment(text: string, at: number): boolean {
  return /^\s*#/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at));
}

/** In a file without items yet, or in front of them. */
function beforeItems(text: string, at: number): CursorPlace | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const match = /^(?:- *)?(\w*)$/.exec(line);
  if (match === null) return undefined;
  return { at: 'item', path: [], before: match[1] ?? '', siblings: new Set() };
}

function drafted(workspace: Workspace, item: PlacedItem | undefined, place: CursorPlace, at: number): Draft {
  switch (place.at) {
    case 'item':
      return newItem(place, item);
    case 'key':
      return keys(place, item);
    case 'value':
      return values(workspace, item, place, at);
  }
}

function newItem({ before }: CursorPlace, item: PlacedItem | undefined): Draft {
  // Behind a dash the dash is there already.
  const line = item?.text ?? '';
  const hasDash = before === '' ? /-[ ]+$/.test(line) || /^-\s*$/.test(line) : !/(?:^|\n)\w+$/.test(line);
  return {
    word: /\w*$/.exec(before)?.[0] ?? '',
    items: ITEM_TEMPLATES.map(({ name, description, template }, rank) => ({
      label: name,
      kind: 'snippet',
      documentation: description,
      insert: hasDash ? template : `- ${template}`,
      isSnippet: true,
      rank,
    })),
  };
}

function keys({ path, before, siblings }: CursorPlace, item: PlacedItem | undefined): Draft {
  const known = keysAt(item?.index.kind, path).filter(({ name }) => !siblings.has(name));
  return {
    word: /[\w-]*$/.exec(before)?.[0] ?? '',
    items: known.map(({ name, description, template = '' }, rank) => ({
      label: name,
      kind: 'key',
      documentation: description,
      insert: snippet(`${name}: ${template}`),
      isSnippet: true,
      rank,
    })),
  };
}

/** A template with the cursor at `|`. */
function snippet(template: string): string {
  return template.includes('|') ? template.replace('|', '${1}') : `${template}\${1}`;
}

function values(workspace: Workspace, item: PlacedItem | undefined, place: CursorPlace, at: number): Draft {
  const { path, before } = place;
  const key = path.at(-1) ?? '';
  const [outer] = path;
  if (outer === 'exceptions' && path.length > 1) {
    return completeException(workspace, item, key, before, at);
  }
  if (outer === 'override') return overrideValues(item, path, before);
  switch (key) {
    case 'condition':
      return completeCondition(workspace, item, unquoted(before));
    case 'output':
      return completeOutput(workspace, item, before);
    case 'priority':
      return { word: wordOf(before), items: plain(PRIORITY_NAMES, 'value') };
    case 'source':
      return { word: wordOf(before), items: plain(workspace.environment.sources, 'value') };
    case 'enabled':
    case 'capture':
    case 'append':
    case 'warn_evttypes':
    case 'skip-if-unknown-filter':
      return { word: wordOf(before), items: plain(['true', 'false'], 'value') };
    case 'tags':
      return { word: wordOf(before), items: tagItems(workspace) };
    case 'items':
      return { word: wordOf(before), items: listNames(workspace, item) };
    case 'rule':
    case 'macro':
    case 'list':
      return { word: before.replace(/^["']/, ''), items: earlierNames(workspace, item, key) };
    case 'name':
      return outer === 'required_plugin_versions'
        ? { word: wordOf(before), items: plain([...workspace.environment.plugins.keys()], 'value') }
        : NOTHING;
    case 'required_engine_version':
      return { word: wordOf(before), items: plain([workspace.environment.engineVersion], 'value') };
    default:
      return NOTHING;
  }
}

function tagItems(workspace: Workspace): CompletionItem[] {
  const used = workspace.usedTags().map((label): CompletionItem => ({ label, kind: 'tag', rank: 0 }));
  const tactics = TACTIC_TAGS.map(
    ([label, about]): CompletionItem => ({
      label,
      kind: 'tag',
      detail: 'ATT&CK',
      documentation: about,
      rank: 1,
    }),
  );
  return [
    ...tactics,
    ...used,
    ...MATURITY_TAGS.map((label): CompletionItem => ({ label, kind: 'tag', rank: 2 })),
  ];
}

/** Names that an item could change. */
function earlierNames(
  workspace: Workspace,
  item: PlacedItem | undefined,
  kind: 'rule' | 'macro' | 'list',
): CompletionItem[] {
  const { rules, macros, lists } = workspace.names;
  const names = { rule: rules, macro: macros, list: lists }[kind];
  return [...names].flatMap(([label, definitions]): CompletionItem[] => {
    const other = definitions.find((definition) => definition !== item && !definition.index.isChange);
    return other === undefined ? [] : [{ label, kind, detail: other.file, rank: 0 }];
  });
}

/** `{condition: append, …}`, or a mapping below. */
function overrideValues(item: PlacedItem | undefined, path: readonly string[], before: string): Draft {
  if (path.length > 1) return { word: wordOf(before), items: plain(operationsOf(path[1] ?? ''), 'value') };
  const part = before.replace(/^.*[{,]\s*/s, '');
  const colon = part.indexOf(':');
  if (colon >= 0) {
    const key = part.slice(0, colon).trim();
    return { word: wordOf(part.slice(colon + 1)), items: plain(operationsOf(key), 'value') };
  }
  if (!before.includes('{')) return NOTHING;
  const items = keysAt(item?.index.kind, ['override']).map(
    ({ name, description }, rank): CompletionItem => ({
      label: name,
      kind: 'key',
      documentation: description,
      insert: `${name}: `,
      rank,
    }),
  );
  return { word: wordOf(part), items };
}
