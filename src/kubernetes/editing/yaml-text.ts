/**
 * Edits YAML as text: what is not changed keeps every blank and comment. Each edit reads the document anew, so that
 * places are right; manifests are small.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type FieldPath, pathText, valueAt } from '../manifests/field-path.ts';
import { YAML_OPTIONS } from '../manifests/parse.ts';
import type { EditableText } from './editable-text.ts';
import { behindColon, entryText, flowText, itemText } from './render.ts';

/** One document of a file. */
export class YamlText implements EditableText {
  #text: string;
  #document: Document.Parsed | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** The document as plain data. */
  get value(): unknown {
    return this.#read().toJS({ maxAliasCount: 1000 });
  }

  /**
   * Sets a field, which need not be there, nor the mappings around it. A field that comes through an alias or a
   * merge key is written out where it is set; the other users of the anchor keep what they have.
   */
  set(path: FieldPath, value: unknown): void {
    const { node, depth } = this.#deepest(path);
    if (depth === path.length) {
      this.#replace(path, value);
      return;
    }
    const reached = path.slice(0, depth);
    const key = path[depth] as string | number;
    // What a merge key brings counts as there.
    const whole = withValue(valueAt(this.value, path.slice(0, depth + 1)), path.slice(depth + 1), value);
    if (isMap(node)) this.#insertEntry(node, String(key), whole);
    else if (isSeq(node)) this.#insertItem(node, node.items.length, whole);
    else this.#replace(reached, withValue(valueAt(this.value, reached), path.slice(depth), value));
  }

  /** Adds an item to a list, which need not be there. */
  add(path: FieldPath, item: unknown, where: 'first' | 'last' = 'last'): void {
    const { node, depth } = this.#deepest(path);
    const items = valueAt(this.value, path);
    const list = Array.isArray(items) ? (items as unknown[]) : [];
    if (depth < path.length || !isSeq(node) || list.length === 0)
      this.set(path, where === 'first' ? [item, ...list] : [...list, item]);
    else this.#insertItem(node, where === 'first' ? 0 : node.items.length, item);
  }

  /** Removes a field of a mapping. */
  remove(path: FieldPath): void {
    const { node, depth } = this.#deepest(path.slice(0, -1));
    const key = path.at(-1);
    const pair = depth === path.length - 1 && isMap(node) ? pairOf(node, String(key)) : undefined;
    if (valueAt(this.value, path) === undefined) return;
    if (!isMap(node) || pair === undefined) {
      // It comes through an alias or a merge key: the mapping is written out without it.
      const around = { ...(valueAt(this.value, path.slice(0, -1)) as object) } as Record<string, unknown>;
      delete around[String(key)];
      this.#replace(path.slice(0, -1), around);
      return;
    }
    if (node.items.length === 1) {
      this.#replace(path.slice(0, -1), {});
      return;
    }
    this.#cutEntry(node, pair);
  }

  /** Writes out all aliases and merge keys, so that no edit concerns more than its field. */
  expandAliases(): void {
    for (let path = this.#firstAlias(); path !== undefined; path = this.#firstAlias()) {
      const value = valueAt(this.value, path);
      if (path.at(-1) !== '<<') {
        this.#replace(path, value);
        continue;
      }
      const around = path.slice(0, -1);
      const whole = valueAt(this.value, around) as Readonly<Record<string, unknown>>;
      const { node } = this.#deepest(around);
      const written = isMap(node)
        ? node.items.flatMap(({ key }) => (isMergeKey(key) ? [] : [String(key)]))
        : [];
      if (written.length === 0) {
        this.#replace(around, whole);
        continue;
      }
      for (const [key, inner] of Object.entries(whole)) {
        const { node: map } = this.#deepest(around);
        if (!written.includes(key) && isMap(map)) this.#insertEntry(map, key, inner);
      }
      const { node: map } = this.#deepest(around);
      const pairs = isMap(map) ? (map.items as Pair<Node, Node | null>[]) : [];
      const merge = pairs.find((pair) => isMergeKey(pair.key));
      if (isMap(map) && merge !== undefined) this.#cutEntry(map, merge);
    }
  }

  /** Path of the first value that is an alias; ends in `<<` for a merge key. */
  #firstAlias(): FieldPath | undefined {
    const visit = (node: unknown, path: FieldPath): FieldPath | undefined => {
      if (isAlias(node)) return path;
      if (isSeq(node))
        for (const [index, item] of node.items.entries()) {
          const found = visit(item, [...path, index]);
          if (found !== undefined) return found;
        }
      if (isMap(node))
        for (const pair of node.items as Pair<Node, unknown>[]) {
          const key = isMergeKey(pair.key) ? '<<' : String(pair.key);
          const found = key === '<<' ? [...path, key] : visit(pair.value, [...path, key]);
          if (found !== undefined) return found;
        }
      return undefined;
    };
    return visit(this.#read().contents, []);
  }

  #read(): Document.Parsed {
    this.#document ??= parseDocument(this.#text, { ...YAML_OPTIONS, keepSourceTokens: true });
    return this.#document;
  }

  /** The innermost node on the way to `path` that is written where the path says, without aliases. */
  #deepest(path: FieldPath): { readonly node: Node | null; readonly depth: number } {
    let { contents: node } = this.#read() as { contents: Node | null };
    for (const [depth, part] of path.entries()) {
      let next: Node | null | undefined;
      if (isMap(node)) next = pairOf(node, String(part))?.value;
      else if (isSeq(node)) next = node.items[Number(part)] as Node | undefined;
      if (next === undefined) return { node, depth };
      node = next;
    }
    return { node, depth: path.length };
  }

  #splice(start: number, end: number, text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
    this.#document = undefined;
  }

  /** Puts another value in the place of one that is there. */
  #replace(path: FieldPath, value: unknown): void {
    const { node, depth } = this.#deepest(path);
    if (depth < path.length) throw new Error(`there is no ${pathText(path)}`);
    const parent = path.length === 0 ? null : this.#deepest(path.slice(0, -1)).node;
    const [start = 0] = node?.range ?? [];
    const end = node === null ? start : endOfValue(node);
    if (isMap(parent) && !isFlow(parent)) {
      const [, key = 0] = pairOf(parent, String(path.at(-1)))?.key.range ?? [];
      const colon = this.#text.indexOf(':', key) + 1;
      const keepsFlow = isCollection(node) && isFlow(node) && node.items.length > 0;
      const text = keepsFlow
        ? ` ${flowText(value)}`
        : behindColon(value, indentOf(parent), this.#indentsLists());
      this.#splice(colon, Math.max(end, colon), `${text}${endOf(this.#text, end)}`);
    } else if (isSeq(parent) && !isFlow(parent)) {
      const text = itemText(value, indentOf(parent), this.#indentsLists()).slice('- '.length);
      this.#splice(start, end, `${text}${endOf(this.#text, end)}`);
    } else {
      const blank = start === end && !/\s/.test(this.#text.charAt(start - 1)) ? ' ' : '';
      this.#splice(start, end, `${blank}${flowText(value)}`);
    }
  }

  #insertEntry(map: YAMLMap, key: string, value: unknown): void {
    if (isFlow(map)) {
      this.#insertInFlow(map, map.items.length, `${flowText(key)}: ${flowText(value)}`);
      return;
    }
    const indent = indentOf(map);
    const text = entryText(key, value, indent, this.#indentsLists());
    this.#insertLine(endOfCollection(map), indent, text);
  }

  #insertItem(list: YAMLSeq, at: number, value: unknown): void {
    if (isFlow(list)) {
      this.#insertInFlow(list, at, flowText(value));
      return;
    }
    const indent = indentOf(list);
    const text = itemText(value, indent, this.#indentsLists());
    const first = list.items[0] as Node | undefined;
    if (at === 0 && first?.range) {
      const dash = this.#text.lastIndexOf('-', first.range[0] - 1);
      this.#splice(dash, dash, `${text}\n${' '.repeat(indent)}`);
    } else this.#insertLine(endOfCollection(list), indent, text);
  }

  /** Inserts lines behind the one in which `offset` lies. */
  #insertLine(offset: number, indent: number, text: string): void {
    const padded = `${' '.repeat(indent)}${text}`;
    if (this.#text.charAt(offset - 1) === '\n') {
      this.#splice(offset, offset, `${padded}\n`);
      return;
    }
    const end = this.#text.indexOf('\n', offset);
    if (end < 0) this.#splice(this.#text.length, this.#text.length, `\n${padded}\n`);
    else this.#splice(end + 1, end + 1, `${padded}\n`);
  }

  #insertInFlow(node: YAMLMap | YAMLSeq, at: number, text: string): void {
    const [start = 0] = node.range ?? [];
    if (node.items.length === 0 || at === 0) {
      this.#splice(start + 1, start + 1, node.items.length === 0 ? text : `${text}, `);
      return;
    }
    const end = endOfCollection(node);
    this.#splice(end, end, `, ${text}`);
  }

  #cutEntry(map: YAMLMap, pair: Pair<Node, Node | null>): void {
    const start = pair.key.range?.[0] ?? 0;
    const end = endOfPair(pair);
    if (isFlow(map)) {
      const [, before = ''] = /(,?\s*)$/.exec(this.#text.slice(0, start)) ?? [];
      const [after = ''] = map.items[0] === pair ? (/^\s*,\s*/.exec(this.#text.slice(end)) ?? []) : [];
      this.#splice(start - (map.items[0] === pair ? 0 : before.length), end + after.length, '');
      return;
    }
    const line = this.#text.indexOf('\n', Math.max(end - 1, 0));
    const stop = line < 0 ? this.#text.length : line + 1;
    if (
      map.items[0] === pair &&
      /-\s*$/.test(this.#text.slice(this.#text.lastIndexOf('\n', start) + 1, start))
    ) {
      // The first field stands behind the dash of its item: the second one takes its place.
      const second = (map.items[1] as Pair<Node, Node | null>).key.range?.[0] ?? stop;
      this.#splice(start, second, '');
    } else this.#splice(this.#text.lastIndexOf('\n', start) + 1, stop, '');
  }

  /** Whether lists in this document are indented below their keys; as the first one is. */
  #indentsLists(): boolean {
    let found: boolean | undefined;
    const visit = (node: unknown): void => {
      if (found !== undefined) return;
      if (isMap(node)) {
        for (const pair of node.items as Pair<Node, Node | null>[]) {
          if (isSeq(pair.value) && !isFlow(pair.value) && !isFlow(node))
            found ??= indentOf(pair.value) > indentOf(node);
          visit(pair.value);
        }
      } else if (isSeq(node)) for (const item of node.items) visit(item);
    };
    visit(this.#read().contents);
    return found ?? false;
  }
}

/** Cuts a file into its documents; together they are the file again. */
export function documentTexts(text: string): string[] {
  const starts: number[] = [];
  for (const token of new Parser().parse(text)) {
    if (token.type === 'document') starts.push(token.offset);
  }
  return starts.map((start, index) => text.slice(index === 0 ? 0 : start, starts[index + 1] ?? text.length));
}

/** A copy of `current` with a field set. */
export function withValue(current: unknown, path: FieldPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(current)) {
    const copy = [...(current as unknown[])];
    copy[Number(part)] = withValue(copy[Number(part)], rest, value);
    return copy;
  }
  const map = typeof current === 'object' && current !== null ? (current as Record<string, unknown>) : {};
  return { ...map, [part]: withValue(map[part], rest, value) };
}

function pairOf(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  return (map.items as Pair<Node, Node | null>[]).find(
    (pair) => isScalar(pair.key) && !isMergeKey(pair.key) && String(pair.key.value) === key,
  );
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === '<<';
}

function isFlow(node: unknown): boolean {
  return isCollection(node) && node.srcToken?.type === 'flow-collection';
}

/** Blanks before the keys of a mapping, or the dashes of a list. */
function indentOf(node: unknown): number {
  if (!isCollection(node) || node.srcToken === undefined || !('indent' in node.srcToken)) return 0;
  return Math.max(node.srcToken.indent, 0);
}

function endOfPair({ key, value }: Pair<Node, Node | null>): number {
  if (value === null) return key.range?.[1] ?? 0;
  return endOfValue(value);
}

function endOfValue(node: Node): number {
  if (isCollection(node) && !isFlow(node) && node.items.length > 0)
    return endOfCollection(node as YAMLMap | YAMLSeq);
  if (isAlias(node) || !node.range) return node.range?.[1] ?? 0;
  return node.range[1];
}

/** Where the last entry or item ends. */
function endOfCollection(node: YAMLMap | YAMLSeq): number {
  const last: unknown = node.items.at(-1);
  if (last === undefined) return node.range?.[1] ?? 0;
  return isMap(node) ? endOfPair(last as Pair<Node, Node | null>) : endOfValue(last as Node);
}

/** A block ends with its line, and what takes its place must, too. */
function endOf(text: string, end: number): string {
  return text.charAt(end - 1) === '\n' ? '\n' : '';
}
