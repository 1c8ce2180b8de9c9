/** Writes plain data as YAML, to be put into text that is there already. */
import { stringify } from 'yaml';

/** `value` on one line, in the flow style of YAML. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${scalarText(key)}: ${flowText(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  // Commas, brackets and the like end a plain scalar there.
  return typeof value === 'string' && !/^[\w./-]+$/.test(value) ? JSON.stringify(value) : scalarText(value);
}

/**
 * What stands behind `key:` in a block whose keys are indented by `indent` blanks. Items of lists are indented by two
 * more than their key where `indentLists` says so.
 */
export function behindColon(value: unknown, indent: number, indentLists: boolean): string {
  if (typeof value !== 'object' || value === null) return ` ${scalarText(value)}`;
  if (isEmpty(value) || isWords(value)) return ` ${flowText(value)}`;
  const text = block(value, indentLists);
  const more = Array.isArray(value) && !indentLists ? indent : indent + 2;
  return `\n${' '.repeat(more)}${indented(text, more)}`;
}

/** `key: value`, each line but the first indented by `indent` blanks. */
export function entryText(key: string, value: unknown, indent: number, indentLists: boolean): string {
  return `${scalarText(key)}:${behindColon(value, indent, indentLists)}`;
}

/** An item of a list behind its dash, each line but the first indented by `indent` blanks. */
export function itemText(value: unknown, indent: number, indentLists: boolean): string {
  if (typeof value !== 'object' || value === null) return `- ${scalarText(value)}`;
  if (isEmpty(value)) return `- ${flowText(value)}`;
  return `- ${indented(block(value, indentLists), indent + 2)}`;
}

function block(value: object, indentLists: boolean): string {
  if (Array.isArray(value)) return value.map((item) => itemText(item, 0, indentLists)).join('\n');
  return Object.entries(value)
    .map(([key, each]) => entryText(key, each, 0, indentLists))
    .join('\n');
}

/** Lists of words are read best on one line: `drop: [ALL]`. */
function isWords(value: object): boolean {
  return Array.isArray(value) && value.length <= 2 && value.every((item) => /^[\w-]+$/.test(String(item)));
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function scalarText(value: unknown): string {
  return stringify(value, {
    version: '1.1',
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    blockQuote: false,
  }).trimEnd();
}

function indented(text: string, indent: number): string {
  return text.split('\n').join(`\n${' '.repeat(indent)}`);
}
