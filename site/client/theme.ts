/** Dark or light: as the system says, or as the reader has chosen. */
const KEY = 'lanner-docs-theme';

export function applyTheme(): void {
  const chosen = read();
  if (chosen !== null) document.documentElement.dataset.theme = chosen;
}

export function addThemeSwitch(): void {
  document.getElementById('theme')?.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Without storage the choice holds for this page.
    }
  });
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
