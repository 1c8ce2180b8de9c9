/** The `pmatch` operator: is any of a set of paths the path itself or a directory above it? */
import type { ByteString } from '../events/bytes.ts';
import { compileGlob } from '../events/glob.ts';

interface Node {
  /** A path of the set ends here: everything below matches. */
  end: boolean;
  readonly children: Map<ByteString, Node>;
  /** Children whose component is a shell pattern; a pattern stands for one component. */
  readonly patterns: Map<ByteString, PatternChild>;
}

interface PatternChild {
  readonly matches: (component: ByteString) => boolean;
  readonly node: Node;
}

const PATTERN_CHARACTER = /[?*[]/;

/**
 * A set of paths, kept as a tree of components. Empty components do not count, so `/etc//x/` is
 * `/etc/x`, and `/` is above every path. Whether a path starts with `/` does not count either.
 */
export class PathPrefixSet {
  readonly #root: Node = createNode();

  constructor(paths: Iterable<ByteString>) {
    for (const path of paths) this.#add(path);
  }

  #add(path: ByteString): void {
    let node = this.#root;
    for (const component of path.split('/')) {
      if (component !== '') node = descend(node, component);
    }
    node.end = true;
  }

  /** Whether a path of the set is `path` or one of its directories. */
  coversPath(path: ByteString): boolean {
    return covers(this.#root, path, 0);
  }
}

function createNode(): Node {
  return { end: false, children: new Map(), patterns: new Map() };
}

/** The child for one component of a path of the set, made when it is missing. */
function descend(node: Node, component: ByteString): Node {
  if (!PATTERN_CHARACTER.test(component)) {
    let child = node.children.get(component);
    if (!child) {
      child = createNode();
      node.children.set(component, child);
    }
    return child;
  }
  let child = node.patterns.get(component);
  if (!child) {
    child = { matches: compileGlob(component), node: createNode() };
    node.patterns.set(component, child);
  }
  return child.node;
}

/** Whether the components of `path` from character `start` on lead from `node` to an end. */
function covers(node: Node, path: ByteString, start: number): boolean {
  if (node.end) return true;
  let from = start;
  while (path[from] === '/') from++;
  if (from === path.length) return false;
  let to = path.indexOf('/', from);
  if (to < 0) to = path.length;
  const component = path.slice(from, to);
  const child = node.children.get(component);
  if (child && covers(child, path, to)) return true;
  for (const pattern of node.patterns.values()) {
    if (pattern.matches(component) && covers(pattern.node, path, to)) return true;
  }
  return false;
}
