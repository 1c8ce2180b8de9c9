/**
 * YAML documents of a rule file as nodes with places. Every scalar stays text, as it is written: what
 * a value means is for the reader of the items to say.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Parser,
  visit,
} from 'yaml';
import { type ScalarStyle, ScalarText } from './scalar-text.ts';
import type { SourceFile } from './source-file.ts';

/** How deep a YAML document may be nested; a rule needs less than ten levels. */
const NESTING_LIMIT = 100;
/**
 * How large a document may become when every alias is read as what it stands for, in characters and
 * nodes: a few lines of aliases of aliases could otherwise fill all memory.
 */
const ALIAS_LIMIT = 64 * 1024 * 1024;
/** How many errors of one file are reported at most. */
const ERROR_LIMIT = 20;

export interface YamlError {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

export type YamlNode = YamlMap | YamlSequence | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  /** First entry of each key. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
  /** Entries whose key was there before: they count for nothing. */
  readonly duplicates: readonly YamlEntry[];
  readonly start: number;
  readonly end: number;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly start: number;
  readonly end: number;
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: ScalarText;
  /** Nothing, `~` or `null`, not quoted. */
  readonly isNull: boolean;
  readonly start: number;
  readonly end: number;
}

/** Documents of a file. With errors, what could be read before them. */
export function readYaml(file: SourceFile): { documents: YamlNode[]; errors: YamlError[] } {
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const documents: YamlNode[] = [];
  const errors: YamlError[] = [];
  const accept = (document: Document.Parsed): void => {
    for (const { message, pos } of document.errors) {
      if (errors.length < ERROR_LIMIT) {
        errors.push({ message: firstLine(message), offset: pos[0], length: Math.max(1, pos[1] - pos[0]) });
      }
    }
    if (document.contents === null || document.errors.length > 0) return;
    try {
      documents.push(new Converter(file, document).node(document.contents));
    } catch (error) {
      if (!(error instanceof AliasError)) throw error;
      errors.push({ message: error.message, offset: error.offset, length: 1 });
    }
  };
  for (const token of new Parser().parse(file.text)) {
    const tooDeep = deepToken(token);
    if (tooDeep !== undefined) {
      errors.push({
        message: `the file is nested more than ${NESTING_LIMIT} deep`,
        offset: tooDeep,
        length: 1,
      });
      return { documents, errors };
    }
    for (const document of composer.next(token)) accept(document);
  }
  for (const document of composer.end(false, file.text.length)) accept(document);
  return { documents, errors };
}

/** Offset at which a text is nested deeper than {@link NESTING_LIMIT}, so that reading it could take the whole stack. */
export function nestedTooDeep(text: string): number | undefined {
  for (const token of new Parser().parse(text)) {
    const found = deepToken(token);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Place of a token that is nested too deep. The composer recurses, so this looks before it does. */
function deepToken(token: CST.Token): number | undefined {
  const stack: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { token: current, depth } = entry;
    if (depth > NESTING_LIMIT) return current.offset;
    if (current.type === 'document' && current.value !== undefined) {
      stack.push({ token: current.value, depth });
    }
    if ('items' in current) {
      for (const item of current.items) {
        if (item.key != null) stack.push({ token: item.key, depth: depth + 1 });
        if (item.value !== undefined) stack.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  QUOTE_DOUBLE: 'double',
  QUOTE_SINGLE: 'single',
  BLOCK_FOLDED: 'block',
  BLOCK_LITERAL: 'block',
};

/** An alias that makes a document unreadable. */
class AliasError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Turns the library's nodes into ours. A node with several aliases is turned once and shared. */
class Converter {
  readonly #file: SourceFile;
  readonly #document: Document.Parsed;
  /** Nodes with an anchor, and how large they are with the aliases in them. */
  readonly #converted = new Map<Node, { readonly node: YamlNode; readonly size: number }>();
  /** Size of everything so far. */
  #size = 0;
  #anchors: Map<Node, Node> | undefined;

  constructor(file: SourceFile, document: Document.Parsed) {
    this.#file = file;
    this.#document = document;
  }

  node(node: Node): YamlNode {
    const anchored = 'anchor' in node && node.anchor !== undefined;
    const known = anchored ? this.#converted.get(node) : undefined;
    if (known !== undefined) {
      this.#size += known.size;
      return known.node;
    }
    const before = this.#size;
    const converted = this.#convert(node);
    this.#size += converted.end - converted.start + 1;
    if (anchored) this.#converted.set(node, { node: converted, size: this.#size - before });
    return converted;
  }

  #convert(node: Node): YamlNode {
    const [start, end] = node.range ?? [0, 0];
    if (isAlias(node)) {
      const target = this.#aliases().get(node);
      if (target === undefined)
        throw new AliasError('this alias stands inside what it is an alias of', start);
      const converted = this.node(target);
      if (this.#size > ALIAS_LIMIT) throw new AliasError('aliases make this file too large', start);
      return converted;
    }
    if (isMap(node)) return this.#map(node, start, end);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.node(item as Node));
      return { kind: 'sequence', items, start, end };
    }
    if (isScalar(node)) {
      const text = typeof node.value === 'string' ? node.value : '';
      const style = STYLES[node.type ?? ''] ?? 'plain';
      const isNull = style === 'plain' && /^(~|null|Null|NULL|)$/.test(text);
      return this.#scalar(text, style, isNull, start, end);
    }
    return this.#scalar('', 'plain', true, start, end);
  }

  #map(node: { items: readonly { key: unknown; value: unknown }[] }, start: number, end: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const duplicates: YamlEntry[] = [];
    for (const pair of node.items) {
      const key = this.node(pair.key as Node);
      if (key.kind !== 'scalar') continue;
      const value =
        pair.value === null
          ? this.#scalar('', 'plain', true, key.end, key.end)
          : this.node(pair.value as Node);
      const entry = { key, value };
      if (entries.has(key.text.text)) duplicates.push(entry);
      else entries.set(key.text.text, entry);
    }
    return { kind: 'map', entries, duplicates, start, end };
  }

  #scalar(text: string, style: ScalarStyle, isNull: boolean, start: number, end: number): YamlScalar {
    const scalar = new ScalarText(text, this.#file, style, start, end);
    return { kind: 'scalar', text: scalar, isNull, start, end };
  }

  /** For each alias the node that it stands for: the last one before it with the anchor. */
  #aliases(): Map<Node, Node> {
    if (this.#anchors === undefined) {
      const targets = new Map<Node, Node>();
      const named = new Map<string, Node>();
      visit(this.#document, (_key, node) => {
        if (isAlias(node)) {
          const target = named.get(node.source);
          const inside =
            target?.range != null &&
            node.range != null &&
            isCollection(target) &&
            node.range[0] < target.range[1];
          if (target !== undefined && !inside) targets.set(node, target);
        } else if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
          named.set(node.anchor, node as Node);
        }
      });
      this.#anchors = targets;
    }
    return this.#anchors;
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
