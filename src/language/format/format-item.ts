/** The layout of one item: `- ` in the first column, keys two blanks in, what is below a key two more. */
import { readItemTree, type TreeEntry, type TreeMap, type TreeNode } from '../source-tree.ts';
import { conditionLines } from './format-condition.ts';

const KEY_INDENT = '  ';
const VALUE_INDENT = '    ';

/** An item laid out, without what stands behind it; the same text where it is of a form that is left alone. */
export function formatItem(text: string): string {
  const tree = readItemTree(text);
  if (tree === undefined || tree.flow || tree.entries.length === 0 || !isPlainBlock(text, tree)) return text;
  const starts = tree.entries.map(({ key }) => lineStart(text, key.start));
  const lines = tree.entries.flatMap((entry, index) => {
    const from = index === 0 ? entry.key.start : (starts[index] ?? 0);
    return formatEntry(entry, text.slice(from, starts[index + 1] ?? text.length), from, text);
  });
  const [first = '', ...rest] = lines;
  return [`- ${first.trimStart()}`, ...rest].join('\n');
}

/** Each key on a line of its own, in one column; no anchors and tags, whose places matter. */
function isPlainBlock(text: string, { entries }: TreeMap): boolean {
  const column = columnAt(text, entries[0]?.key.start ?? 0);
  return entries.every(({ key, value }, index) => {
    const before = text.slice(lineStart(text, key.start), key.start);
    const alone = index === 0 ? /^ *- *$/.test(before) : /^ *$/.test(before);
    const behind = text.slice(key.end, value?.start ?? key.end);
    return alone && columnAt(text, key.start) === column && /^ *:\s*(?:#[^\n]*\n\s*)*$|^$/.test(behind);
  });
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function columnAt(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Lines of an entry: its key, its value, and the comments and blank lines behind it. `region` begins at `from`. */
function formatEntry({ key, value }: TreeEntry, region: string, from: number, item: string): string[] {
  const keyText = `${KEY_INDENT}${item.slice(key.start, key.end)}:`;
  const column = columnAt(item, key.start);
  if (value === undefined) return withoutValue(region, keyText);
  const before = region.slice(key.end - from, value.start - from);
  const inline = !before.includes('\n');
  const behind = region.slice(value.end - from);
  if (key.value === 'condition' && value.kind === 'scalar') {
    const laid = layCondition(item.slice(value.start, value.end), value.style, inline);
    const rest = behind.replace(/^[ \t]*\n/, '');
    if (laid !== undefined && (behind === '' || rest !== behind || value.style === 'block')) {
      return [
        `${keyText} ${laid[0]}`,
        ...laid.slice(1),
        ...comments(value.style === 'block' ? behind : rest),
      ];
    }
  }
  const flat = flowLine(value, item);
  if (inline && flat !== undefined) {
    const [same = '', ...below] = behind.split('\n');
    return [`${keyText} ${flat}${same.trimEnd()}`, ...comments(below.join('\n'))];
  }
  return shifted(value, region, from, column, keyText);
}

/** A sequence in brackets on one line, with one blank behind each comma. */
function flowLine(value: TreeNode, item: string): string | undefined {
  const source = item.slice(value.start, value.end);
  if (value.kind !== 'sequence' || !value.flow || source.includes('\n') || source.includes('#'))
    return undefined;
  if (!value.items.every((node) => node.kind === 'scalar' && node.end > node.start)) return undefined;
  return `[${value.items.map((node) => item.slice(node.start, node.end)).join(', ')}]`;
}

function layCondition(source: string, style: string, inline: boolean): string[] | undefined {
  if (style === 'block' && inline) {
    const newline = source.indexOf('\n');
    const header = source.slice(0, newline).trimEnd();
    if (newline < 0 || !/^[|>][+-]?$/.test(header)) return undefined;
    const lines = conditionLines(source.slice(newline + 1));
    // What is indented by a column alone is fine; a first line that is indented more than others is not.
    if (lines === undefined || (lines[0] ?? '').startsWith(' ')) return undefined;
    return [header, ...lines.map((line) => VALUE_INDENT + line)];
  }
  if (style !== 'plain' || !inline) return undefined;
  const lines = conditionLines(source);
  return lines?.map((line, index) => (index === 0 ? line : VALUE_INDENT + line));
}

/** Comments and blank lines behind a value. */
function comments(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line === '' ? '' : KEY_INDENT + line));
}

/** The lines of an entry whose value stays as it is, moved as a whole. */
function shifted(value: TreeNode, region: string, from: number, column: number, keyText: string): string[] {
  const [first = '', ...rest] = region.split('\n');
  const head = first.slice(Math.max(0, first.indexOf(':') + 1)).trim();
  const end = value.end - from;
  const inside =
    region
      .slice(0, end)
      .replace(/\n[ \t]*$/, '')
      .split('\n').length - 1;
  const body = rest.slice(0, inside);
  const indents = body.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const isBlock = value.kind === 'scalar' ? value.style === 'block' : !value.flow;
  const fixed = value.kind === 'scalar' && /^[|>][+-]?[1-9]/.test(head);
  const least = Math.min(...indents);
  const by =
    isBlock && !fixed && indents.length > 0 ? VALUE_INDENT.length - least : KEY_INDENT.length - column;
  const keepsBlanks = value.kind === 'scalar';
  return [
    head === '' ? keyText : `${keyText} ${head}`,
    ...body.map((line) => moved(line, by, keepsBlanks)),
    ...comments(rest.slice(inside).join('\n')),
  ];
}

function moved(line: string, by: number, keepsBlanks: boolean): string {
  const text = keepsBlanks ? line : line.trimEnd();
  if (text.trim() === '') return text.length > VALUE_INDENT.length ? text : '';
  const indent = (/^ */.exec(text)?.[0].length ?? 0) + by;
  return ' '.repeat(Math.max(0, indent)) + text.trimStart();
}

function withoutValue(region: string, keyText: string): string[] {
  const [first = '', ...rest] = region.split('\n');
  const comment = /#.*$/.exec(first)?.[0];
  return [comment === undefined ? keyText : `${keyText} ${comment}`, ...comments(rest.join('\n'))];
}
