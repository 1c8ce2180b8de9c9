/**
 * From arguments of interpreters to what may be run: texts that were seen, and frames of words where many texts differ
 * in plain words only. A frame never has room for an option, an operator of a shell, or another command.
 */
import type { ByteString } from '../events/bytes.ts';
import { escapeRegex, isTemporary, shapeOfPath } from './path-noise.ts';

export interface ArgumentSet {
  readonly exact: readonly ByteString[];
  /** RE2 of the whole text, how many texts it was made from, and one of them. */
  readonly frames: readonly {
    readonly regex: string;
    readonly texts: number;
    readonly example: ByteString;
  }[];
  /** Texts that run a script whose name varies in a folder where everybody may put one. */
  readonly temporary: readonly ByteString[];
  /** Too many different texts: whatever the program is given was let pass. */
  readonly isOpen: boolean;
}

/** So many texts that differ in the same words make a frame. */
const ALIKE = 4;
/** More texts and frames than these describe nothing: the rule would be a list of everything. */
const MOST_TEXTS = 150;
/** Words that may differ: names and paths, no option, no assignment and nothing that a shell acts on. */
const PLAIN_WORD = /^[\w./@:,+%][\w./@:,+%-]*$/;
const PLAIN_WORD_REGEX = '[\\w./@:,+%][\\w./@:,+%-]*';
/** Behind these stands a command. */
const BEFORE_COMMAND =
  /^(?:then|do|else|elif|if|while|until|exec|eval|command|time|source|sudo|env|xargs|\.)$/;
/** Code begins with an option; the words before and right behind it say what is run. */
const COMMAND_OPTION = /^-\w*[ce]$/;

export function generaliseArguments(texts: readonly ByteString[]): ArgumentSet {
  const exact: ByteString[] = [];
  const frames = new Map<string, ByteString[]>();
  for (const text of [...new Set(texts)].sort()) {
    const regex = withNoise(text);
    if (regex === undefined) exact.push(text);
    else frames.set(regex, [...(frames.get(regex) ?? []), text]);
  }
  const left = findFrames(exact, frames);
  return {
    exact: left,
    frames: [...frames].map(([regex, [example = '', ...more]]) => ({
      regex,
      texts: more.length + 1,
      example,
    })),
    temporary: [...frames.values()].flatMap(([first = '']) => (runsTemporary(first) ? [first] : [])),
    isOpen: left.length + frames.size > MOST_TEXTS,
  };
}

/** Process ids, random and temporary names within; `undefined` where nothing varies. */
function withNoise(text: ByteString): string | undefined {
  let isVarying = false;
  const parts = text.split(/(?<=[\s"'=:])|(?=[\s"'=:;)])/);
  const regex = parts
    .map((part) => {
      const shape = part.startsWith('/') ? shapeOfPath(part) : undefined;
      if (shape?.isVarying) isVarying = true;
      return shape?.isVarying ? shape.regex : escapeRegex(part);
    })
    .join('');
  return isVarying ? regex : undefined;
}

function runsTemporary(text: ByteString): boolean {
  const words = text.split(' ');
  return words.slice(0, fixedWords(words)).some((word) => isTemporary(word) && shapeOfPath(word).isVarying);
}

/** Takes texts that have a frame in common; gives the others. */
function findFrames(texts: readonly ByteString[], frames: Map<string, ByteString[]>): ByteString[] {
  const left: ByteString[] = [];
  const alike = Map.groupBy(texts, (text) => {
    const words = text.split(' ');
    const fixed = fixedWords(words);
    return JSON.stringify(
      words.map((word, index) =>
        index < fixed || !PLAIN_WORD.test(word) || isBeforeCommand(words[index - 1]) ? word : null,
      ),
    );
  });
  for (const [frame, group] of alike) {
    const words = JSON.parse(frame) as (string | null)[];
    if (group.length < ALIKE || !words.includes(null)) {
      left.push(...group);
      continue;
    }
    // A word that is the same in all of them stays as it is.
    const split = group.map((text) => text.split(' '));
    const regex = words
      .map((word, index) => {
        const first = split[0]?.[index] ?? '';
        const isSame = word !== null || split.every((other) => other[index] === first);
        return isSame ? escapeRegex(word ?? first) : PLAIN_WORD_REGEX;
      })
      .join(' ');
    frames.set(regex, group);
  }
  return left;
}

/** How many words from the beginning say what is run: options, and the script or the command behind them. */
function fixedWords(words: readonly string[]): number {
  let index = 0;
  while (index < words.length && (words[index] as string).startsWith('-')) {
    if (COMMAND_OPTION.test(words[index] as string)) return index + 2;
    index++;
  }
  return index + 1;
}

/** An operator of the shell, or a word that runs what follows. */
function isBeforeCommand(word: string | undefined): boolean {
  if (word === undefined) return true;
  return BEFORE_COMMAND.test(word) || !(PLAIN_WORD.test(word) || word.startsWith('-'));
}
