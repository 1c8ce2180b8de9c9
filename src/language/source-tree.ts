/**
 * The structure of a rule file as an editor needs it: of every text, also of one that is being typed and is not
 * YAML yet. The file is cut into items where lines begin with `-`, and each item is read alone, so that an open
 * quote spoils one item and not the rest of the file.
 */
import { CST, Parser } from 'yaml';
import type { ScalarStyle } from '../rules/source/scalar-text.ts';

/** An item, from its `-` to the next one. */
export interface ItemSource {
  /** Offset in the file. */
  readonly start: number;
  readonly text: string;
}

/** Nodes have their places in the item's text: `[start, end)`. */
export type TreeNode = TreeMap | TreeSequence | TreeScalar;

export interface TreeMap {
  readonly kind: 'map';
  readonly entries: readonly TreeEntry[];
  /** Whether it is written in braces. */
  readonly flow: boolean;
  readonly start: number;
  readonly end: number;
}

export interface TreeEntry {
  readonly key: TreeScalar;
  readonly value: TreeNode | undefined;
}

export interface TreeSequence {
  readonly kind: 'sequence';
  readonly items: readonly TreeNode[];
  readonly flow: boolean;
  readonly start: number;
  readonly end: number;
}

export interface TreeScalar {
  readonly kind: 'scalar';
  readonly value: string;
  readonly style: ScalarStyle;
  readonly start: number;
  readonly end: number;
}

/** How deep a node may be nested; what is deeper is left out. */
const NESTING_LIMIT = 50;

const ITEM_START = /^( *)-(?=[ \t\r\n]|$)/gm;

/** The items of a file. What stands before the first one belongs to none. */
export function splitItems(text: string): ItemSource[] {
  const starts: number[] = [];
  let indent: string | undefined;
  for (const match of text.matchAll(ITEM_START)) {
    indent ??= match[1];
    if (match[1] === indent) starts.push(match.index);
  }
  return starts.map((start, index) => ({ start, text: text.slice(start, starts[index + 1]) }));
}

/** The first mapping of an item; `undefined` when it has none. */
export function readItemTree(text: string): TreeMap | undefined {
  for (const token of new Parser().parse(text)) {
    if (token.type !== 'document') continue;
    const node = convert(token.value, 0);
    const item = node?.kind === 'sequence' ? node.items[0] : node;
    return item?.kind === 'map' ? item : undefined;
  }
  return undefined;
}

/** Value of a key. */
export function valueAt(map: TreeMap, key: string): TreeNode | undefined {
  return map.entries.find((entry) => entry.key.value === key)?.value;
}

/** All scalars in a node, in order. */
export function scalarsOf(node: TreeNode | undefined): TreeScalar[] {
  switch (node?.kind) {
    case 'scalar':
      return [node];
    case 'sequence':
      return node.items.flatMap(scalarsOf);
    case 'map':
      return node.entries.flatMap(({ value }) => scalarsOf(value));
    default:
      return [];
  }
}

function convert(token: CST.Token | null | undefined, depth: number): TreeNode | undefined {
  if (token == null || depth > NESTING_LIMIT) return undefined;
  switch (token.type) {
    case 'block-map':
      return mapOf(token.items, token.offset, false, depth);
    case 'block-seq':
      return sequenceOf(token.items, token.offset, false, depth);
    case 'flow-collection': {
      const isMap = token.start.source === '{';
      const node = isMap
        ? mapOf(token.items, token.offset, true, depth)
        : sequenceOf(token.items, token.offset, true, depth);
      const closing = token.end.find(({ source }) => source === '}' || source === ']');
      return closing === undefined ? node : { ...node, end: closing.offset + 1 };
    }
    case 'scalar':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
    case 'block-scalar':
      return scalarOf(token);
    default:
      return undefined;
  }
}

type Items = readonly {
  readonly key?: CST.Token | null;
  readonly value?: CST.Token;
  readonly sep?: CST.SourceToken[];
}[];

function mapOf(items: Items, start: number, flow: boolean, depth: number): TreeMap {
  const entries: TreeEntry[] = [];
  let end = start + 1;
  for (const item of items) {
    const key = convert(item.key, depth + 1);
    if (key?.kind !== 'scalar') continue;
    const value = convert(item.value, depth + 1);
    entries.push({ key, value });
    end = Math.max(value?.end ?? key.end, end);
  }
  return { kind: 'map', entries, flow, start, end };
}

function sequenceOf(items: Items, start: number, flow: boolean, depth: number): TreeSequence {
  const nodes: TreeNode[] = [];
  let end = start + 1;
  for (const item of items) {
    // `[a, b: c]` has a mapping of one entry in it.
    const node =
      item.key != null && item.sep !== undefined && item.sep.length > 0
        ? mapOf([item], item.key.offset, true, depth + 1)
        : convert(item.value ?? item.key, depth + 1);
    if (node === undefined) continue;
    nodes.push(node);
    end = Math.max(node.end, end);
  }
  return { kind: 'sequence', items: nodes, flow, start, end };
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  'single-quoted-scalar': 'single',
  'double-quoted-scalar': 'double',
  'block-scalar': 'block',
};

function scalarOf(token: CST.FlowScalar | CST.BlockScalar): TreeScalar {
  // What is wrong in it is told by the diagnostics.
  const { value, range } = CST.resolveAsScalar(token, false, () => {});
  return {
    kind: 'scalar',
    value,
    style: STYLES[token.type] ?? 'plain',
    start: range[0],
    end: Math.max(range[0], range[1]),
  };
}
