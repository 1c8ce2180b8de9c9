/** The rule files that an editor works on: their texts, what they name, and what loading them says. */
import type { FieldReference } from '../fields/field-info.ts';
import type { RuleEnvironment } from '../rules/environment.ts';
import { allProblems } from '../rules/lint.ts';
import {
  type LoadOptions,
  type LoadOutcome,
  loadRules,
  type Problem,
  Readings,
  type RuleFile,
} from '../rules/load.ts';
import { type ItemIndex, indexItem, type NameKind, type NameUse } from './item-index.ts';
import { splitItems } from './source-tree.ts';

/** `[start, end)` of a file. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** An item with its place in the file. */
export interface PlacedItem {
  readonly file: string;
  readonly start: number;
  readonly text: string;
  readonly index: ItemIndex;
}

/** Items by the names that they define or change, in the order in which they are loaded. */
export interface DefinedNames {
  readonly rules: ReadonlyMap<string, readonly PlacedItem[]>;
  readonly macros: ReadonlyMap<string, readonly PlacedItem[]>;
  readonly lists: ReadonlyMap<string, readonly PlacedItem[]>;
}

/** A use of a name with its place in the file. */
export interface PlacedUse extends Place {
  readonly item: PlacedItem;
  readonly use: NameUse;
}

interface IndexedFile {
  readonly text: string;
  readonly items: readonly PlacedItem[];
}

/** No field has a longer name: looking for one takes time that grows with the square of the length. */
const FIELD_NAME_LIMIT = 300;

export class Workspace {
  readonly environment: RuleEnvironment;
  readonly #options: LoadOptions;
  #files: readonly RuleFile[] = [];
  readonly #indexed = new Map<string, IndexedFile>();
  #names: DefinedNames | undefined;
  #usedValues: Map<string, Set<string>> | undefined;
  #usedFields: Map<string, number> | undefined;
  readonly #readings = new Readings();
  #outcome: LoadOutcome | undefined;
  #problems: readonly Problem[] | undefined;

  constructor(environment: RuleEnvironment, options: LoadOptions = {}) {
    this.environment = environment;
    this.#options = options;
  }

  /** Files in the order in which they are loaded; those that had the same text before are not read again. */
  setFiles(files: readonly RuleFile[]): void {
    this.#files = files;
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#indexed.keys()) if (!names.has(name)) this.#indexed.delete(name);
    this.#readings.keep(names);
    this.#names = undefined;
    this.#usedValues = undefined;
    this.#usedFields = undefined;
    this.#outcome = undefined;
    this.#problems = undefined;
  }

  /** The new text of a file; one that was not there comes last. */
  setText(name: string, text: string): void {
    const known = this.#files.some((file) => file.name === name);
    const file = { name, text };
    this.setFiles(
      known ? this.#files.map((old) => (old.name === name ? file : old)) : [...this.#files, file],
    );
  }

  get fileNames(): readonly string[] {
    return this.#files.map(({ name }) => name);
  }

  /** Text of a file; empty when there is none of the name or it cannot be read. */
  textOf(name: string): string {
    const file = this.#files.find((known) => known.name === name);
    if (file === undefined || 'unreadable' in file) return '';
    const text = 'text' in file ? file.text : new TextDecoder().decode(file.bytes);
    return text.replace(/^\ufeff/, '');
  }

  /** Items of a file, in order. */
  itemsOf(name: string): readonly PlacedItem[] {
    const text = this.textOf(name);
    const before = this.#indexed.get(name);
    if (before?.text === text) return before.items;
    const known = new Map(before?.items.map((item) => [item.text, item.index]));
    const isField = (field: string): boolean => this.findField(field) !== undefined;
    const items = splitItems(text).map((item) => ({
      ...item,
      file: name,
      index: known.get(item.text) ?? indexItem(item.text, isField),
    }));
    this.#indexed.set(name, { text, items });
    return items;
  }

  /** Items of all files, in the order in which they are loaded. */
  *items(): Generator<PlacedItem> {
    for (const name of this.fileNames) yield* this.itemsOf(name);
  }

  get names(): DefinedNames {
    this.#names ??= definedNames(this.items());
    return this.#names;
  }

  /** The field that a name stands for, dotted arguments included. */
  findField(name: string): FieldReference | undefined {
    return name.length > FIELD_NAME_LIMIT ? undefined : this.environment.fields.find(name);
  }

  /** The item at an offset: the last one that begins before it. */
  itemAt(name: string, offset: number): PlacedItem | undefined {
    return this.itemsOf(name).findLast((item) => item.start <= offset);
  }

  /** Uses of names that an offset lies in or directly behind, the shortest first. */
  usesAt(name: string, offset: number): PlacedUse[] {
    const item = this.itemAt(name, offset);
    if (item === undefined) return [];
    const at = offset - item.start;
    return item.index.uses
      .filter(({ start, end }) => start <= at && at <= end)
      .map((use) => placed(item, use))
      .sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  }

  /** Values that conditions compare the field with, each once. */
  usedValues(field: string): readonly string[] {
    this.#usedValues ??= this.#collectValues();
    return [...(this.#usedValues.get(field) ?? [])];
  }

  #collectValues(): Map<string, Set<string>> {
    const values = new Map<string, Set<string>>();
    for (const { index } of this.items()) {
      for (const { kind, name, of } of index.uses) {
        if (of === undefined || (kind !== 'value' && kind !== 'string') || this.names.lists.has(name))
          continue;
        const value = kind === 'string' ? name.slice(1, -1) : name;
        const known = values.get(of);
        if (known === undefined) values.set(of, new Set([value]));
        else known.add(value);
      }
    }
    return values;
  }

  /** How often the items name a field. */
  timesUsed(field: string): number {
    this.#usedFields ??= countUses(this.items(), 'field');
    return this.#usedFields.get(field) ?? 0;
  }

  /** Tags that rules have, the most frequent first. */
  usedTags(): readonly string[] {
    const counts = countUses(this.items(), 'tag');
    return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  }

  /** Names of the exceptions of a rule. */
  exceptionNames(rule: string): readonly string[] {
    const items = this.names.rules.get(rule) ?? [];
    const uses = items.flatMap(({ index }) => index.uses);
    return [...new Set(uses.filter(({ kind }) => kind === 'exception').map(({ name }) => name))];
  }

  /** What the rule language makes of the files. */
  get outcome(): LoadOutcome {
    this.#outcome ??= loadRules(this.#files, this.environment, this.#options, this.#readings);
    return this.#outcome;
  }

  /** All that `lanner check` would tell of the files. */
  get problems(): readonly Problem[] {
    this.#problems ??= allProblems(this.outcome);
    return this.#problems;
  }
}

export function placed(item: PlacedItem, use: NameUse): PlacedUse {
  return { file: item.file, start: item.start + use.start, end: item.start + use.end, item, use };
}

function definedNames(items: Iterable<PlacedItem>): DefinedNames {
  const names = { rule: new Map(), macro: new Map(), list: new Map() } as const;
  for (const item of items) {
    const { kind, name } = item.index;
    if (name === '' || (kind !== 'rule' && kind !== 'macro' && kind !== 'list')) continue;
    const byName: Map<string, PlacedItem[]> = names[kind];
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [item]);
    else known.push(item);
  }
  return { rules: names.rule, macros: names.macro, lists: names.list };
}

function countUses(items: Iterable<PlacedItem>, wanted: NameKind): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { index } of items) {
    for (const { kind, name } of index.uses) {
      if (kind === wanted) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}
