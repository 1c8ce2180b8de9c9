/** Which of many texts does a text begin with, or end with? */
import type { ByteString } from '../../events/bytes.ts';

interface Node {
  /** What leads here from the parent, in the direction of the tree. */
  label: ByteString;
  /** Number of the text that ends here; -1 when none does. */
  value: number;
  /** By the first character of their labels. */
  children: Map<number, Node> | undefined;
}

/**
 * Texts with a number each, by what they begin with or, for `end`, what they end with. A look-up takes as long as
 * what it has in common with the texts in the tree, however many there are: mostly a few characters.
 */
export class RadixTree {
  readonly #isReversed: boolean;
  readonly #root = newNode('');

  constructor(side: 'start' | 'end', texts: Iterable<[text: ByteString, value: number]>) {
    this.#isReversed = side === 'end';
    for (const [text, value] of texts) this.#nodeOf(this.#isReversed ? reverse(text) : text).value = value;
  }

  /**
   * Folds the numbers of all texts that `text` begins (or ends) with into one, from the shortest to the longest:
   * `state` is what came of those before.
   */
  fold(text: ByteString, state: number, step: (state: number, value: number) => number): number {
    const { length } = text;
    let result = state;
    let node = this.#root;
    let at = 0;
    for (;;) {
      if (node.value >= 0) result = step(result, node.value);
      if (at === length || node.children === undefined) return result;
      const child = node.children.get(text.charCodeAt(this.#isReversed ? length - 1 - at : at));
      if (child === undefined || !this.#continues(text, at, child.label)) return result;
      at += child.label.length;
      node = child;
    }
  }

  /** Whether `text` goes on with `label`, whose first character is known to be there. */
  #continues(text: ByteString, at: number, label: ByteString): boolean {
    const { length } = label;
    if (length > text.length - at) return false;
    const sign = this.#isReversed ? -1 : 1;
    const first = this.#isReversed ? text.length - 1 - at : at;
    for (let index = 1; index < length; index++)
      if (text.charCodeAt(first + sign * index) !== label.charCodeAt(index)) return false;
    return true;
  }

  /** The node at the end of `path`, made when there is none. */
  #nodeOf(path: ByteString): Node {
    let node = this.#root;
    let at = 0;
    while (at < path.length) {
      const child = node.children?.get(path.charCodeAt(at));
      if (child === undefined) {
        const leaf = newNode(path.slice(at));
        addChild(node, leaf);
        return leaf;
      }
      const common = commonLength(child.label, path, at);
      if (common < child.label.length) split(child, common);
      node = child;
      at += common;
    }
    return node;
  }
}

function newNode(label: ByteString): Node {
  return { label, value: -1, children: undefined };
}

function addChild(node: Node, child: Node): void {
  node.children ??= new Map();
  node.children.set(child.label.charCodeAt(0), child);
}

/** Makes the node end after `length` characters of its label; what follows moves to a node below. */
function split(node: Node, length: number): void {
  const rest: Node = { label: node.label.slice(length), value: node.value, children: node.children };
  node.label = node.label.slice(0, length);
  node.value = -1;
  node.children = undefined;
  addChild(node, rest);
}

function commonLength(label: ByteString, path: ByteString, at: number): number {
  let common = 0;
  while (common < label.length && label.charCodeAt(common) === path.charCodeAt(at + common)) common++;
  return common;
}

function reverse(text: ByteString): ByteString {
  let reversed = '';
  for (let index = text.length - 1; index >= 0; index--) reversed += text[index];
  return reversed;
}
