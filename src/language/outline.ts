/** The items of a file as an outline, and what of it can be folded. */
import type { ItemKind } from './item-index.ts';
import type { Workspace } from './workspace.ts';

export interface OutlineItem {
  readonly name: string;
  readonly kind: ItemKind;
  /** Whether it changes an earlier item. */
  readonly isChange: boolean;
  /** `[start, end)` of the whole item, and of its name. */
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
}

export function outline(workspace: Workspace, file: string): OutlineItem[] {
  return workspace.itemsOf(file).flatMap((item) => {
    const { kind, name, isChange, uses, end } = item.index;
    if (kind === undefined) return [];
    const use = uses.find(({ role }) => role !== undefined);
    return [
      {
        name: use === undefined || name === '' ? kind : name,
        kind,
        isChange,
        start: item.start,
        end: item.start + end,
        nameStart: item.start + (use?.start ?? 0),
        nameEnd: item.start + (use?.end ?? Math.min(end, 1)),
      },
    ];
  });
}

/** `[start, end)` of what can be folded: items of several lines. */
export function foldings(workspace: Workspace, file: string): { start: number; end: number }[] {
  return workspace
    .itemsOf(file)
    .map(({ start, text, index }) => ({ start, end: start + index.end, text }))
    .filter(({ start, end, text }) => text.slice(0, end - start).includes('\n'))
    .map(({ start, end }) => ({ start, end }));
}
