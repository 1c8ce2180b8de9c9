/**
 * Texts of alerts are written by whoever is watched. They are shown as text and nothing else, apart from what is
 * around them, with characters that cannot be seen, or that change the order of others, by their numbers.
 */
import type { JSX } from 'preact';

/** Controls, formatting characters such as bidirectional overrides, halves of pairs, and what is not drawn. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SYMBOLS: Readonly<Record<string, string>> = {
  '\n': '↵',
  '\t': '⇥',
  '\r': 'CR',
  '\u001b': 'ESC',
  '\0': 'NUL',
};

/** More than these at once would only slow down the browser. */
const MOST = 20_000;

/** The text, isolated from what stands around it. */
export function Untrusted({ text, most = MOST }: { readonly text: string; readonly most?: number }) {
  const shown = text.length > most ? text.slice(0, most) : text;
  const left = text.length - shown.length;
  return (
    <bdi>
      {visibleParts(shown)}
      {left > 0 && <span class="left-out">… {left.toLocaleString('en')} characters more</span>}
    </bdi>
  );
}

function visibleParts(text: string): (string | JSX.Element)[] {
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(<HiddenCharacter character={match[0]} />);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

function HiddenCharacter({ character }: { readonly character: string }) {
  const code = codePoint(character);
  return (
    <span class="hidden-character" title={`the character ${code}`}>
      {SYMBOLS[character] ?? code}
    </span>
  );
}

/** The text in one line for titles, where there is no markup. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => SYMBOLS[character] ?? `⟨${codePoint(character)}⟩`);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
