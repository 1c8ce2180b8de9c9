/** What this browser remembers for its user: nothing of alerts, and nothing secret. */
import { effect, type Signal, signal } from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

export const theme: Signal<Theme> = signal(THEMES.find((name) => name === read('theme')) ?? 'system');
/** Shortcuts of a single key can get in the way of speech input. */
export const hasShortcuts = signal(read('shortcuts') !== 'off');

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  write('theme', theme.value);
});
effect(() => write('shortcuts', hasShortcuts.value ? 'on' : 'off'));

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`lanner.${name}`);
  } catch {
    // Storage may be forbidden; then nothing is remembered.
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`lanner.${name}`, value);
  } catch {
    // See above.
  }
}
