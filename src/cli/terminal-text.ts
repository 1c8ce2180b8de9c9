/** Text of others for the terminals of people: it cannot write to them, and takes no more columns than there are. */
import { escapeText } from '../alerts/format.ts';

/** The text in one line, what does not print or changes the direction of writing as an escape sequence of JSON. */
export function visibleText(text: string): string {
  return escapeText(text).replaceAll('\\"', '"').replaceAll('\\\\', '\\');
}

/** The same of each line of a text. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

/** Columns of the terminal that standard output is; any number where it is none. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** The text, or as much of its beginning as fits with an ellipsis. */
export function fitted(text: string, columns: number): string {
  if (text.length * 2 <= columns || textWidth(text) <= columns) return text;
  let [width, kept] = [0, ''];
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Columns that a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Blocks of Unicode whose characters take two columns (East Asian Width W and F of UAX 11, about). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{M}\p{Cf}]/u;

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  return WITHOUT_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
