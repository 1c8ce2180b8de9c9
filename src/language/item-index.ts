/** What one item of a rule file names, and where: the base of hover, definitions, references and colours. */
import { ScalarText } from '../rules/source/scalar-text.ts';
import { SourceFile } from '../rules/source/source-file.ts';
import { type ConditionToken, scanCondition } from './condition-tokens.ts';
import { scanOutput } from './output-tokens.ts';
import {
  readItemTree,
  scalarsOf,
  type TreeMap,
  type TreeNode,
  type TreeScalar,
  valueAt,
} from './source-tree.ts';

export type ItemKind = 'rule' | 'macro' | 'list' | 'required_engine_version' | 'required_plugin_versions';

const ITEM_KINDS: readonly ItemKind[] = [
  'rule',
  'macro',
  'list',
  'required_engine_version',
  'required_plugin_versions',
];

export type NameKind =
  | 'rule'
  | 'macro'
  /** A word that is the name of a list, if there is one of this name. */
  | 'word'
  | 'field'
  | 'argument'
  | 'transformer'
  | 'operator'
  | 'keyword'
  | 'value'
  | 'string'
  | 'number'
  | 'key'
  | 'priority'
  | 'source'
  | 'tag'
  | 'exception'
  | 'list';

/** One name at its place: `[start, end)`. */
export interface NameUse {
  readonly kind: NameKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Of the name of the item itself: whether the item defines or changes what has this name. */
  readonly role?: 'definition' | 'change';
  /** Of a value: the field that it is compared with. Of a key: the keys around it. */
  readonly of?: string;
}

/** Places are offsets in the item's text. */
export interface ItemIndex {
  readonly kind: ItemKind | undefined;
  readonly name: string;
  /** Whether it only changes an earlier item of the same name. */
  readonly isChange: boolean;
  readonly tree: TreeMap | undefined;
  /** End of what belongs to the item, without the blank lines and comments behind it. */
  readonly end: number;
  readonly source: string | undefined;
  /** By their places. Words lie within other uses, such as strings. */
  readonly uses: readonly NameUse[];
}

/** Reads an item, whatever is wrong in it. */
export function indexItem(text: string, isField: (name: string) => boolean): ItemIndex {
  const tree = readItemTree(text);
  if (tree === undefined) return { ...EMPTY, end: text.trimEnd().length };
  const kind = ITEM_KINDS.find((key) => tree.entries.some((entry) => entry.key.value === key));
  const file = new SourceFile('', text);
  const uses: NameUse[] = [];
  const reader = new UseReader(file, uses, isField);
  const isChange = changes(tree);
  for (const { key, value } of tree.entries) {
    reader.key(key, '');
    if (value === undefined) continue;
    if (key.value === kind && value.kind === 'scalar') {
      if (kind === 'rule' || kind === 'macro' || kind === 'list') {
        reader.whole(value, kind, isChange ? 'change' : 'definition');
      }
      continue;
    }
    reader.value(key.value, value);
  }
  const name = kind === undefined ? undefined : valueAt(tree, kind);
  const source = valueAt(tree, 'source');
  return {
    kind,
    name: name?.kind === 'scalar' ? name.value : '',
    isChange,
    tree,
    end: text.slice(0, tree.end).trimEnd().length,
    source: source?.kind === 'scalar' ? source.value : undefined,
    uses: uses.sort((a, b) => a.start - b.start),
  };
}

const EMPTY = {
  kind: undefined,
  name: '',
  isChange: false,
  tree: undefined,
  source: undefined,
  uses: [],
} as const;

/** Whether an item changes an earlier one: by `override`, by `append: true`, or by nothing but `enabled`. */
function changes(tree: TreeMap): boolean {
  const keys = tree.entries.map(({ key }) => key.value);
  if (keys.includes('override')) return true;
  const append = valueAt(tree, 'append');
  if (append?.kind === 'scalar' && /^(?:true|yes|on|y)$/i.test(append.value)) return true;
  return keys.length === 2 && keys.includes('rule') && keys.includes('enabled');
}

/** What can be the name of a list, as src/rules/compile/lists.ts has it. */
const WORDS = /[^ \t\n\r(),=]+/g;

class UseReader {
  readonly #file: SourceFile;
  readonly #uses: NameUse[];
  readonly #isField: (name: string) => boolean;

  constructor(file: SourceFile, uses: NameUse[], isField: (name: string) => boolean) {
    this.#file = file;
    this.#uses = uses;
    this.#isField = isField;
  }

  key({ value, start, end }: TreeScalar, path: string): void {
    this.#uses.push({ kind: 'key', name: value, start, end, of: path });
  }

  /** The whole of a scalar as one name. */
  whole(scalar: TreeScalar, kind: NameKind, role?: NameUse['role']): void {
    const { start, end } = this.#inner(scalar);
    this.#uses.push({ kind, name: scalar.value, start, end, ...(role === undefined ? {} : { role }) });
  }

  value(key: string, value: TreeNode): void {
    switch (key) {
      case 'condition':
        if (value.kind === 'scalar') this.#condition(value);
        return;
      case 'output':
        if (value.kind === 'scalar') this.#output(value);
        return;
      case 'items':
        for (const scalar of scalarsOf(value)) this.#words(scalar);
        return;
      case 'tags':
        for (const scalar of scalarsOf(value)) this.whole(scalar, 'tag');
        return;
      case 'priority':
      case 'source':
        if (value.kind === 'scalar') this.whole(value, key);
        return;
      case 'exceptions':
        if (value.kind === 'sequence') for (const item of value.items) this.#exception(item);
        return;
      default:
        this.#keys(value, key);
    }
  }

  #keys(node: TreeNode, path: string): void {
    if (node.kind === 'scalar') return;
    if (node.kind === 'sequence') {
      for (const item of node.items) this.#keys(item, path);
      return;
    }
    for (const { key, value } of node.entries) {
      this.key(key, path);
      if (value !== undefined) this.#keys(value, `${path}.${key.value}`);
    }
  }

  #exception(node: TreeNode): void {
    if (node.kind !== 'map') return;
    const fields = valueAt(node, 'fields');
    for (const { key, value } of node.entries) {
      this.key(key, 'exceptions');
      if (key.value === 'name' && value?.kind === 'scalar') this.whole(value, 'exception');
      if (key.value === 'fields') for (const scalar of scalarsOf(value)) this.#condition(scalar);
      if (key.value === 'comps') for (const scalar of scalarsOf(value)) this.whole(scalar, 'operator');
      if (key.value === 'values' && value !== undefined) this.#exceptionValues(value, fields);
    }
  }

  #exceptionValues(values: TreeNode, fields: TreeNode | undefined): void {
    if (fields?.kind !== 'sequence') {
      const of = fields?.kind === 'scalar' ? fields.value : undefined;
      for (const scalar of scalarsOf(values)) this.#words(scalar, of);
      return;
    }
    for (const tuple of values.kind === 'sequence' ? values.items : []) {
      for (const [index, value] of (tuple.kind === 'sequence' ? tuple.items : [tuple]).entries()) {
        const field = fields.items[index];
        const of = field?.kind === 'scalar' ? field.value : undefined;
        for (const scalar of scalarsOf(value)) this.#words(scalar, of);
      }
    }
  }

  #condition(scalar: TreeScalar): void {
    const text = this.#located(scalar);
    for (const token of scanCondition(scalar.value).tokens) this.#token(token, text);
  }

  #output(scalar: TreeScalar): void {
    const text = this.#located(scalar);
    for (const token of scanOutput(scalar.value, this.#isField)) this.#token(token, text);
  }

  #token(token: ConditionToken, text: ScalarText): void {
    const { kind, start, end, context } = token;
    if (kind === 'punctuation' || kind === 'unknown') return;
    if (kind === 'modifier') {
      this.#add('operator', token.text, text, start, end);
      return;
    }
    const of = context.left;
    this.#add(kind, token.text, text, start, end, of);
    // Lists are put in for their names before anything else: in quotes too, and where a field could stand.
    if (kind === 'value' || kind === 'string' || kind === 'macro') {
      for (const word of token.text.matchAll(WORDS)) {
        this.#add('word', word[0], text, start + word.index, start + word.index + word[0].length);
      }
    }
  }

  #words(scalar: TreeScalar, of?: string): void {
    const text = this.#located(scalar);
    this.#add('value', scalar.value, text, 0, scalar.value.length, of);
    for (const word of scalar.value.matchAll(WORDS)) {
      this.#add('word', word[0], text, word.index, word.index + word[0].length);
    }
  }

  #add(kind: NameKind, name: string, text: ScalarText, from: number, to: number, of?: string): void {
    const start = text.locate(from).offset;
    const end = to > from ? text.locate(to - 1).offset + 1 : start;
    this.#uses.push({ kind, name, start, end, ...(of === undefined ? {} : { of }) });
  }

  #located({ value, style, start, end }: TreeScalar): ScalarText {
    return new ScalarText(value, this.#file, style, start, end);
  }

  /** Without the quotes. */
  #inner({ style, start, end }: TreeScalar): { start: number; end: number } {
    const quoted = style === 'single' || style === 'double';
    return quoted ? { start: start + 1, end: Math.max(start + 1, end - 1) } : { start, end };
  }
}
