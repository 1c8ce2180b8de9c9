/** Completion within the exceptions of rules. */
import { completeCondition, type Draft, fieldOf, OPERATOR_ITEMS, valueItems } from './complete-condition.ts';
import { listNames, NOTHING, plain, unquoted, wordOf } from './complete-words.ts';
import { scalarsOf, type TreeMap, valueAt } from './source-tree.ts';
import type { PlacedItem, Workspace } from './workspace.ts';

/** `before` is what of the value stands before the cursor, which is at `at` of the item. */
export function completeException(
  workspace: Workspace,
  item: PlacedItem | undefined,
  key: string,
  before: string,
  at: number,
): Draft {
  if (key === 'fields') {
    const inList = before.replace(/^[[\s]+/, '').replace(/^.*,\s*/s, '');
    return completeCondition(workspace, item, unquoted(inList));
  }
  if (key === 'comps') return { word: wordOf(before), items: OPERATOR_ITEMS };
  if (key === 'values') {
    const field = fieldOfValue(item, before, at);
    const known = field === undefined ? undefined : fieldOf(workspace, field);
    const items =
      known === undefined ? listNames(workspace, item) : valueItems(workspace, 'list item', known);
    return { word: wordOf(before), items };
  }
  if (key !== 'name') return NOTHING;
  const names = workspace.exceptionNames(item?.index.name ?? '');
  return { word: wordOf(before), items: plain(names, 'value', 'exception of the rule') };
}

/** The field that a value is compared with: the only one, or the one in the same place as the value in its list. */
function fieldOfValue(item: PlacedItem | undefined, before: string, at: number): string | undefined {
  const exceptions = item?.index.tree && valueAt(item.index.tree, 'exceptions');
  const maps = exceptions?.kind === 'sequence' ? exceptions.items.filter((node) => node.kind === 'map') : [];
  const exception: TreeMap | undefined = maps.findLast(({ start }) => start <= at);
  const fields = exception && valueAt(exception, 'fields');
  if (fields?.kind === 'scalar') return fields.value;
  const tuple = before.slice(before.lastIndexOf('[') + 1);
  return scalarsOf(fields)[tuple.split(',').length - 1]?.value;
}
