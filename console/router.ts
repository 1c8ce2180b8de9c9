/** Which page the address names, and how to go to another one without loading everything anew. */
import { computed, signal } from '@preact/signals';

export type Route =
  | { readonly page: 'alerts' }
  | { readonly page: 'alert'; readonly id: number }
  | { readonly page: 'rules' }
  | { readonly page: 'rule'; readonly name: string }
  | { readonly page: 'editor' }
  | { readonly page: 'health' }
  | { readonly page: 'attack' }
  | { readonly page: 'unknown' };

interface Place {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

const place = signal<Place>(here(), { name: 'place' });

/** Parameters of the address. */
export const query = computed(() => new URLSearchParams(place.value.query));
export const route = computed<Route>(() => routeOf(place.value.path));

function here(): Place {
  return { path: window.location.pathname, query: window.location.search.slice(1) };
}

export function routeOf(path: string): Route {
  const [first = '', second, ...rest] = path.split('/').slice(1);
  if (rest.length > 0) return { page: 'unknown' };
  if (second === undefined || second === '') {
    if (first === '' || first === 'alerts') return { page: 'alerts' };
    if (first === 'rules' || first === 'editor' || first === 'health' || first === 'attack')
      return { page: first };
    return { page: 'unknown' };
  }
  const id = Number(second);
  if (first === 'alerts' && Number.isSafeInteger(id) && id > 0) return { page: 'alert', id };
  if (first === 'rules') {
    const name = decoded(second);
    if (name !== undefined) return { page: 'rule', name };
  }
  return { page: 'unknown' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function ruleAddress(name: string): string {
  // Halves of pairs are no characters, and not to be encoded.
  return `/rules/${encodeURIComponent(name.toWellFormed())}`;
}

/** Goes to an address of the console. `replace` leaves no step in the history, as for typing into a filter. */
export function navigate(address: string, { replace = false } = {}): void {
  const before = place.value.path;
  rememberScroll();
  if (replace) window.history.replaceState({}, '', address);
  else window.history.pushState({}, '', address);
  place.value = here();
  if (place.value.path !== before) window.scrollTo(0, 0);
}

/** Kept with the step of the history, so that going back leads to where one was. */
function rememberScroll(): void {
  window.history.replaceState({ scroll: window.scrollY }, '');
}

export function startRouter(): void {
  window.history.scrollRestoration = 'manual';
  window.addEventListener('popstate', ({ state }) => {
    place.value = here();
    const scroll = (state as { readonly scroll?: number } | null)?.scroll ?? 0;
    // After the page has been drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => window.scrollTo(0, scroll)));
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (link?.target !== '' || link.origin !== window.location.origin) return;
    if (link.hash !== '' && link.pathname === window.location.pathname) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
