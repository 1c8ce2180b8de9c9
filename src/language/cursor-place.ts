/**
 * Where in an item a cursor is, told from the lines above it. While somebody types, the text is YAML only now and
 * then; its indentation is right nearly always.
 */

export interface CursorPlace {
  /** Whether a new item, a key, or a value is written here. */
  readonly at: 'item' | 'key' | 'value';
  /** The keys that the place is in, from the item downwards: `exceptions`, `values`. */
  readonly path: readonly string[];
  /** Of a value: what of it stands before the cursor. */
  readonly before: string;
  /** Of a key: the keys beside it, in the same mapping. */
  readonly siblings: ReadonlySet<string>;
}

/** Keys whose value is a text of several lines: what is indented under them belongs to it, whatever it looks like. */
const TEXT_KEYS = new Set(['condition', 'output', 'desc']);
/** Keys whose value is a sequence of plain values, so that a word behind `-` is none of a mapping. */
const SEQUENCE_KEYS = new Set(['items', 'tags', 'fields', 'comps', 'values']);
/** Keys below which there are keys. */
const MAP_KEYS = new Set(['override', 'exceptions', 'required_plugin_versions', 'alternatives']);

const KEY_LINE = /^([ ]*)((?:-[ ]+)*)(["']?)([A-Za-z_][A-Za-z0-9_-]*)\3[ ]*:(?:[ \t]+|$)(.*)$/;

interface OpenKey {
  readonly key: string;
  readonly column: number;
  /** Offset behind the colon and the blanks. */
  readonly valueStart: number;
  /** Whether lines that are indented more belong to its value as they are. */
  readonly text: boolean;
}

/** The place of `offset` in an item's text. */
export function cursorPlace(item: string, offset: number): CursorPlace {
  const before = item.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.slice(lineStart);
  const open = openKeys(item, lineStart);
  const keyLine = KEY_LINE.exec(line);
  const column = columnOf(line);
  const holder = open.findLast((key) => key.column < column);
  if (holder !== undefined && holdsText(holder, item, lineStart)) {
    return value(pathTo(open, holder), item.slice(holder.valueStart, offset));
  }
  if (keyLine !== null) {
    const [, indent = '', dashes = '', , key = '', rest = ''] = keyLine;
    return value([...enclosing(open, indent, dashes), key], rest);
  }
  const [, indent = '', dashes = '', rest = ''] = /^([ ]*)((?:-(?:[ ]+|$))*)(.*)$/.exec(line) ?? [];
  if (indent === '' && dashes === '' && lineStart > 0) return itemPlace(rest);
  const at = indent.length + dashes.length;
  const around = enclosing(open, indent, dashes);
  const last = around.at(-1);
  if (dashes !== '' && last !== undefined && (SEQUENCE_KEYS.has(last) || /^[[{"']/.test(rest))) {
    return value(around, rest);
  }
  if (around.length === 0 && dashes !== '' && indent === itemIndent(item)) return itemPlace(rest);
  if (last !== undefined && !MAP_KEYS.has(last)) return value(around, rest);
  return { at: 'key', path: around, before: rest, siblings: siblings(item, lineStart, at, dashes !== '') };
}

function value(path: readonly string[], before: string): CursorPlace {
  return { at: 'value', path, before: before.replace(/^[|>][^\n]*\n/, ''), siblings: new Set() };
}

function itemPlace(before: string): CursorPlace {
  return { at: 'item', path: [], before, siblings: new Set() };
}

function itemIndent(item: string): string {
  return /^[ ]*/.exec(item)?.[0] ?? '';
}

/** Column of the first character that is neither a blank nor a dash of a sequence. */
function columnOf(line: string): number {
  return /^[ ]*/.exec(line)?.[0].length ?? 0;
}

/** The keys that a line at `end` may be in: from the item downwards, each indented more than the one before. */
function openKeys(item: string, end: number): OpenKey[] {
  const open: OpenKey[] = [];
  let start = 0;
  while (start < end) {
    const newline = item.indexOf('\n', start);
    const next = newline < 0 ? item.length : newline + 1;
    const line = item.slice(start, newline < 0 ? item.length : newline).replace(/\r$/, '');
    const last = open.at(-1);
    const isHeld =
      last !== undefined &&
      (line.trim() === '' || columnOf(line) > last.column) &&
      holdsText(last, item, start);
    const match = isHeld || /^\s*#/.test(line) ? null : KEY_LINE.exec(line);
    if (match !== null) {
      const [whole, indent = '', dashes = '', , key = '', rest = ''] = match;
      const column = indent.length + dashes.length;
      while ((open.at(-1)?.column ?? -1) >= (dashes === '' ? column : indent.length + 1)) open.pop();
      const text = TEXT_KEYS.has(key) || /^[|>]/.test(rest);
      open.push({ key, column, valueStart: start + whole.length - rest.length, text });
    }
    start = next;
  }
  return open;
}

/** Whether a line that is indented more than the key goes on with its value: a text, or brackets that are open. */
function holdsText({ text, valueStart }: OpenKey, item: string, lineStart: number): boolean {
  if (text) return true;
  const so = item.slice(valueStart, lineStart);
  return /^[[{]/.test(so) && bracketsOpen(so);
}

function bracketsOpen(text: string): boolean {
  let depth = 0;
  let quote = '';
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
  }
  return depth > 0;
}

/** Keys around something behind `indent` and `dashes`, without that of the item itself and those beside it. */
function enclosing(open: readonly OpenKey[], indent: string, dashes: string): string[] {
  // A sequence may stand in the column of its key.
  const limit = indent.length + (dashes === '' ? 0 : 1);
  return open.filter((key) => key.column < limit).map(({ key }) => key);
}

function pathTo(open: readonly OpenKey[], holder: OpenKey): string[] {
  return open.filter(({ column }) => column <= holder.column).map(({ key }) => key);
}

/** Keys in the same column, up to lines that are indented less or begin another entry. */
function siblings(item: string, lineStart: number, column: number, isFirst: boolean): Set<string> {
  const found = new Set<string>();
  const lines = item.split('\n');
  const here = item.slice(0, lineStart).split('\n').length - 1;
  const look = (index: number, step: number): void => {
    for (let at = index; at >= 0 && at < lines.length; at += step) {
      const line = lines[at] ?? '';
      const match = KEY_LINE.exec(line.replace(/\r$/, ''));
      const begins = match !== null && match[2] !== '';
      const keyColumn = match === null ? -1 : (match[1] ?? '').length + (match[2] ?? '').length;
      if (keyColumn === column && !(begins && step > 0)) found.add(match?.[4] ?? '');
      if (line.trim() === '' || /^\s*#/.test(line)) continue;
      if (columnOf(line) < column) return;
    }
  };
  if (!isFirst) look(here - 1, -1);
  look(here + 1, 1);
  return found;
}
