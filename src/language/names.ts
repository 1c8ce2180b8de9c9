/** Where names are defined and used: going there, finding all, giving another name. */
import type { TextEdit } from '../rules/problem.ts';
import type { NameKind } from './item-index.ts';
import { type Place, type PlacedItem, type PlacedUse, placed, type Workspace } from './workspace.ts';

/** What can be looked up: macros, lists and rules. */
export interface RuleSymbol {
  readonly kind: 'macro' | 'list' | 'rule';
  readonly name: string;
  /** Where the cursor is on it. */
  readonly place: Place;
}

/** The macro, list or rule whose name an offset is on. */
export function symbolAt(workspace: Workspace, file: string, offset: number): RuleSymbol | undefined {
  const { macros, lists } = workspace.names;
  const uses = workspace.usesAt(file, offset);
  // A list stands for its items wherever its name is, also where a macro could be.
  for (const use of uses) {
    const { kind, name, role } = use.use;
    if (role !== undefined && (kind === 'rule' || kind === 'macro' || kind === 'list'))
      return symbol(kind, use);
    if (kind === 'word' && lists.has(name)) return symbol('list', use);
  }
  const macro = uses.find(({ use }) => use.kind === 'macro' && macros.has(use.name));
  return macro === undefined ? undefined : symbol('macro', macro);
}

function symbol(kind: RuleSymbol['kind'], { file, start, end, use }: PlacedUse): RuleSymbol {
  return { kind, name: use.name, place: { file, start, end } };
}

/** The definitions of a symbol: of a name that is defined again, the last one comes first. */
export function definitionsOf(workspace: Workspace, { kind, name }: RuleSymbol): PlacedUse[] {
  const items = itemsNamed(workspace, kind, name);
  const definitions = items.filter(({ index }) => !index.isChange);
  return (definitions.length > 0 ? definitions : items).map(nameUse).reverse();
}

function itemsNamed({ names }: Workspace, kind: RuleSymbol['kind'], name: string): readonly PlacedItem[] {
  const { rules, macros, lists } = names;
  return { rule: rules, macro: macros, list: lists }[kind].get(name) ?? [];
}

function nameUse(item: PlacedItem): PlacedUse {
  const use = item.index.uses.find(({ role }) => role !== undefined);
  return placed(item, use ?? { kind: 'key', name: item.index.name, start: 0, end: 1 });
}

/** All places of a symbol: definitions, changes, uses. In the order of the files. */
export function referencesOf(workspace: Workspace, { kind, name }: RuleSymbol): PlacedUse[] {
  const found: PlacedUse[] = [];
  for (const item of workspace.items()) {
    for (const use of item.index.uses) {
      if (use.name === name && refersTo(use.kind, use.role !== undefined, kind, workspace, name)) {
        found.push(placed(item, use));
      }
    }
  }
  return found;
}

function refersTo(
  use: NameKind,
  isItem: boolean,
  kind: RuleSymbol['kind'],
  { names }: Workspace,
  name: string,
): boolean {
  if (isItem) return use === kind;
  if (kind === 'list') return use === 'word';
  return kind === 'macro' && use === 'macro' && !names.lists.has(name);
}

export type Renaming = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

const NAMES: Readonly<Record<RuleSymbol['kind'], { readonly form: RegExp; readonly expected: string }>> = {
  macro: { form: /^[a-zA-Z][a-zA-Z0-9_]*$/, expected: 'a letter, then letters, digits and _' },
  // Without what YAML reads otherwise in a sequence.
  list: { form: /^[a-zA-Z0-9_][a-zA-Z0-9_./-]*$/, expected: 'letters, digits, _ . / and -' },
  rule: { form: /^[^\s"'#:[\]{},&*!|>%@`-][^"'#:\n\r]*(?<!\s)$/, expected: 'a text without quotes, # and :' },
};

/** Words that conditions read otherwise. */
const RESERVED = new Set(['and', 'or', 'not', 'exists', 'oneof', 'anyof', 'allof', 'val']);

/** The edits that give a symbol another name everywhere, or why that cannot be. */
export function rename(workspace: Workspace, symbol: RuleSymbol, name: string): Renaming {
  const { form, expected } = NAMES[symbol.kind];
  if (!form.test(name) || (symbol.kind !== 'rule' && RESERVED.has(name))) {
    return { refused: `'${name}' cannot be the name of a ${symbol.kind}: expected ${expected}` };
  }
  if (name === symbol.name) return { edits: [] };
  const { macros, lists } = workspace.names;
  const taken =
    symbol.kind === 'rule'
      ? itemsNamed(workspace, 'rule', name).length > 0
      : macros.has(name) || lists.has(name);
  if (taken)
    return {
      refused: `there is a ${symbol.kind === 'rule' ? 'rule' : 'macro or list'} called '${name}' already`,
    };
  if (symbol.kind === 'list' && isWordElsewhere(workspace, name)) {
    return {
      refused: `'${name}' stands in conditions or lists as a value: it would become the name of the list`,
    };
  }
  const edits = referencesOf(workspace, symbol).map(({ file, start, end }) => ({
    file,
    start,
    end,
    text: name,
  }));
  return { edits };
}

function isWordElsewhere(workspace: Workspace, name: string): boolean {
  for (const { index } of workspace.items()) {
    if (index.uses.some((use) => use.kind === 'word' && use.name === name)) return true;
  }
  return false;
}
