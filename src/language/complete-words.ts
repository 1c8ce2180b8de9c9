/** Words that are being written, and plain words for them. */
import type { Draft } from './complete-condition.ts';
import type { CompletionItem, CompletionKind } from './completion.ts';
import type { PlacedItem, Workspace } from './workspace.ts';

/** Nothing to offer. */
export const NOTHING: Draft = { word: '', items: [] };

/** The word that is being written: behind the last blank, comma, bracket or quote. */
export function wordOf(before: string): string {
  return /[^\s,[\]{}"']*$/.exec(before)?.[0] ?? '';
}

/** A condition in quotes without the first of them, and without the escapes. */
export function unquoted(before: string): string {
  if (before.startsWith('"')) return before.slice(1).replace(/\\(["\\])/g, '$1');
  return before.startsWith("'") ? before.slice(1).replaceAll("''", "'") : before;
}

export function plain(names: readonly string[], kind: CompletionKind, detail?: string): CompletionItem[] {
  return names.map((label, rank) => ({ label, kind, rank, ...(detail === undefined ? {} : { detail }) }));
}

/** Names of all lists but the one that is being written. */
export function listNames(workspace: Workspace, item: PlacedItem | undefined): CompletionItem[] {
  return [...workspace.names.lists]
    .filter(([name]) => name !== item?.index.name)
    .map(([label, [definition]]) => ({
      label,
      kind: 'list',
      detail: definition?.file ?? '',
      rank: 0,
    }));
}
