/** From the path of a field to its place in YAML text. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { FieldPath } from './field-path.ts';
import type { Place } from './manifest.ts';

/** A step on the way to a field: the offset that stands for it, and its value. */
interface Found {
  readonly offset: number;
  readonly node: Node | null;
}

/** Place of the field at `path`, or of the innermost one around it that is there. */
export function placeOf(document: Document, lines: LineCounter, origin: string, path: FieldPath): Place {
  let { contents: node } = document as { contents: Node | null };
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const found = step(document, node, part);
    if (found === undefined) break;
    ({ node, offset } = found);
  }
  const { line, col } = lines.linePos(offset);
  return { origin, line, column: col };
}

function step(document: Document, node: Node | null, part: string | number): Found | undefined {
  const target = isAlias(node) ? (node.resolve(document) as Node | undefined) : node;
  if (isSeq(target)) {
    const item = target.items[Number(part)] as Node | undefined;
    return item?.range ? { node: item, offset: item.range[0] } : undefined;
  }
  if (!isMap(target)) return undefined;
  for (const pair of target.items as Pair<Node, Node | null>[]) {
    if (isScalar(pair.key) && String(pair.key.value) === String(part))
      return { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  return merged(document, target.items as Pair<Node, Node | null>[], part);
}

/** A field that comes from elsewhere by YAML's merge key, `<<`. */
function merged(
  document: Document,
  items: readonly Pair<Node, Node | null>[],
  part: string | number,
): Found | undefined {
  for (const { key, value } of items) {
    // The schema of YAML 1.1 gives the merge key a symbol as its value.
    if (!isScalar(key) || key.source !== '<<') continue;
    const sources = isSeq(value) ? (value.items as Node[]) : [value];
    for (const source of sources) {
      const found = step(document, source, part);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
