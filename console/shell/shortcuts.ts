/** Keys that do something wherever one is, unless one is typing. */
import { hasShortcuts } from './preferences.ts';

export interface Shortcut {
  /** `j`, or two keys after each other such as `g a`. */
  readonly keys: string;
  readonly action: () => void;
}

/** How long the first of two keys waits for the second. */
const PAIR_MS = 1500;

const active = new Map<string, Shortcut>();
let first = '';
let timer = 0;

/**
 * Adds shortcuts until the function that is returned is called. For layout effects: what is to be seen takes keys at
 * once, not a frame later.
 */
export function addShortcuts(shortcuts: readonly Shortcut[]): () => void {
  for (const shortcut of shortcuts) active.set(shortcut.keys, shortcut);
  return () => {
    for (const shortcut of shortcuts)
      if (active.get(shortcut.keys) === shortcut) active.delete(shortcut.keys);
  };
}

export function startShortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (!hasShortcuts.value || event.defaultPrevented) return;
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (isTyping(event) || document.querySelector('dialog[open]')) return;
    const keys = first === '' ? event.key : `${first} ${event.key}`;
    clearTimeout(timer);
    first = '';
    const shortcut = active.get(keys) ?? active.get(event.key);
    if (shortcut !== undefined) {
      event.preventDefault();
      shortcut.action();
    } else if ([...active.keys()].some((other) => other.startsWith(`${event.key} `))) {
      first = event.key;
      timer = window.setTimeout(() => {
        first = '';
      }, PAIR_MS);
    }
  });
}

/** Looks into shadow trees too: the editor lives in one. */
function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
