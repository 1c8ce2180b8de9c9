/** Formatting of rule files: layout changes, meaning and comments stay. */
import type { TextEdit } from '../../rules/problem.ts';
import { SourceFile } from '../../rules/source/source-file.ts';
import { readYaml, type YamlNode } from '../../rules/source/yaml.ts';
import { scanCondition } from '../condition-tokens.ts';
import type { PlacedItem, Workspace } from '../workspace.ts';
import { formatItem } from './format-item.ts';

/**
 * The edits that lay out a file; none when it is not valid YAML. Each item is compared with what it was, and one
 * that would mean anything else is left as it is.
 */
export function format(workspace: Workspace, file: string): TextEdit[] {
  const text = workspace.textOf(file);
  const items = workspace.itemsOf(file);
  if (isLeftAlone(text, items) || meaningOf(text) === undefined) return [];
  return items.flatMap((item, index) => {
    const { start, text: before } = item;
    const indent = /^ */.exec(before)?.[0] ?? '';
    const isLast = index === items.length - 1;
    const laid = formatted(item) + behind(before.slice(item.index.end), indent, isLast);
    return laid === before ? [] : [{ file, start, end: start + before.length, text: laid }];
  });
}

/** Carriage returns, and several documents in one file. */
function isLeftAlone(text: string, items: readonly PlacedItem[]): boolean {
  return text.includes('\r') || items.some((item) => /^(?:---|\.\.\.)/m.test(item.text));
}

function formatted({ text, index }: PlacedItem): string {
  const source = text.slice(0, index.end);
  const laid = formatItem(source);
  if (laid === source) return source;
  const sameWords = laid.replace(/\s/g, '') === source.replace(/\s/g, '');
  return sameWords && meaningOf(laid) === meaningOf(source) ? laid : source;
}

/** What stands between items that were indented so: comments, and one blank line at a time at most. */
function behind(text: string, indent: string, isLast: boolean): string {
  const [same = '', ...lines] = text.split('\n').map((line) => line.trimEnd());
  if (lines.at(-1) === '') lines.pop();
  const kept = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  if (isLast && kept.at(-1) === '') kept.pop();
  const moved = kept.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return [same, ...moved].map((line) => `${line}\n`).join('');
}

/** Everything that a text says, with conditions by their words; `undefined` when it is not YAML. */
function meaningOf(text: string): string | undefined {
  const { documents, errors } = readYaml(new SourceFile('', text));
  if (errors.length > 0) return undefined;
  return JSON.stringify(documents.map((node) => plain(node, '')));
}

function plain(node: YamlNode, key: string): unknown {
  switch (node.kind) {
    case 'map':
      return [...node.entries].map(([name, { value }]) => [name, plain(value, name)]);
    case 'sequence':
      return node.items.map((item) => plain(item, ''));
    case 'scalar':
      return key === 'condition'
        ? scanCondition(node.text.text).tokens.map(({ text }) => text)
        : node.text.text;
  }
}
