/** Flags, modes and enumerations as the names of their values. */
import { type EventSymbol, SYMBOLS } from '../events/symbols.ts';

/**
 * Names of all values that equal `value`, joined with `|`: some sets have two names for one. Empty when
 * there is none.
 */
export function enumerationText(set: string | undefined, value: number): string {
  let text = '';
  for (const symbol of symbolsOf(set)) if (symbol.value === value) text = append(text, symbol.name);
  return text;
}

/**
 * Names of the flags in `value`, joined with `|`, in the order of the set. A name of several bits takes
 * them all, so that its parts are not listed again; a name of 0 stands only for no flag at all.
 */
export function flagsText(set: string | undefined, value: number): string {
  const texts = textsOf(set);
  let text = texts.get(value);
  if (text === undefined) {
    text = namesOf(set, value);
    if (texts.size >= TEXTS_LIMIT) texts.clear();
    texts.set(value, text);
  }
  return text;
}

/** The same few flags are passed again and again: their text is remembered, by set and value. */
const textsBySet = new Map<string | undefined, Map<number, string>>();
const TEXTS_LIMIT = 1024;

function textsOf(set: string | undefined): Map<number, string> {
  let texts = textsBySet.get(set);
  if (!texts) {
    texts = new Map();
    textsBySet.set(set, texts);
  }
  return texts;
}

function namesOf(set: string | undefined, value: number): string {
  let text = '';
  let rest = value;
  for (const symbol of symbolsOf(set)) {
    if (!isIn(symbol, rest, value)) continue;
    text = append(text, symbol.name);
    rest = (rest & ~symbol.value) >>> 0;
    if (symbol.value === value) break;
  }
  return text;
}

/** Names of the bits of a file mode, joined with `|`. A value with a name of its own ends the list with it. */
export function modeText(set: string | undefined, value: number): string {
  let text = '';
  let rest = value;
  for (const symbol of symbolsOf(set)) {
    if (symbol.value === value) return append(text, symbol.name);
    if (!isIn(symbol, rest, value)) continue;
    text = append(text, symbol.name);
    rest = (rest & ~symbol.value) >>> 0;
  }
  return text;
}

function symbolsOf(set: string | undefined): readonly EventSymbol[] {
  return (set === undefined ? undefined : SYMBOLS.get(set)) ?? [];
}

function isIn(symbol: EventSymbol, rest: number, value: number): boolean {
  if (symbol.value === 0) return value === 0;
  return rest !== 0 && (rest & symbol.value) >>> 0 === symbol.value;
}

function append(text: string, name: string): string {
  return text === '' ? name : `${text}|${name}`;
}
