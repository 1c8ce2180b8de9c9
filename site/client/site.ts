/** What the pages of the documentation do in the browser. Everything but the search works without it. */
import { addCopyButtons } from './copy.ts';
import { addSearch } from './search.ts';
import { addThemeSwitch, applyTheme } from './theme.ts';

// Before anything is drawn.
applyTheme();
document.documentElement.classList.add('js');

document.addEventListener('DOMContentLoaded', () => {
  addThemeSwitch();
  addMenu();
  addCopyButtons();
  addSearch();
});

/** On narrow screens the navigation is behind a button. */
function addMenu(): void {
  const button = document.getElementById('menu');
  const navigation = document.getElementById('navigation');
  button?.addEventListener('click', () => {
    const isOpen = navigation?.classList.toggle('open') ?? false;
    button.setAttribute('aria-expanded', String(isOpen));
  });
}
