/** The search: its index is loaded when somebody begins to search. */
import MiniSearch, { type SearchResult } from 'minisearch';
import { type Entry, INDEX_OPTIONS, SEARCH_OPTIONS } from '../search-options.ts';

declare global {
  var lannerSearchIndex: string | undefined;
}

const MOST = 12;

export function addSearch(): void {
  const field = document.getElementById('search');
  const list = document.getElementById('results');
  const status = document.getElementById('search-status');
  if (field instanceof HTMLInputElement && list !== null && status !== null)
    new Search(field, list, status).listen();
}

class Search {
  readonly #field: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  #index: Promise<MiniSearch<Entry>> | undefined;
  #chosen = -1;

  constructor(field: HTMLInputElement, list: HTMLElement, status: HTMLElement) {
    this.#field = field;
    this.#list = list;
    this.#status = status;
  }

  listen(): void {
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      this.#field.focus();
      this.#field.select();
    });
    document.addEventListener('click', (event) => {
      if (!(event.target as Element).closest('.search')) this.#close();
    });
    this.#field.addEventListener('focus', () => {
      this.#index ??= loadIndex();
    });
    this.#field.addEventListener('input', () => void this.#show());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
  }

  async #show(): Promise<void> {
    const query = this.#field.value.trim();
    if (query === '') return this.#close();
    this.#index ??= loadIndex();
    const index = await this.#index;
    // Another letter may have been typed meanwhile.
    if (query !== this.#field.value.trim()) return;
    const all = index.search(query, SEARCH_OPTIONS);
    const found = all.length > 0 ? all : index.search(query, { ...SEARCH_OPTIONS, combineWith: 'OR' });
    this.#list.replaceChildren(...found.slice(0, MOST).map(resultItem));
    this.#status.textContent = found.length === 0 ? 'Nothing found' : `${found.length} found`;
    if (found.length === 0) this.#list.append(part('p', `Nothing found for “${query}”`));
    this.#list.hidden = false;
    this.#field.setAttribute('aria-expanded', 'true');
    this.#choose(found.length === 0 ? -1 : 0);
  }

  #key(event: KeyboardEvent): void {
    const options = this.#options();
    if (event.key === 'Escape') {
      this.#close();
      this.#field.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (options.length === 0) return;
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.#choose((this.#chosen + step + options.length) % options.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      options[this.#chosen]?.click();
    }
  }

  #choose(index: number): void {
    this.#chosen = index;
    for (const [at, option] of this.#options().entries()) {
      option.setAttribute('aria-selected', String(at === index));
      if (at !== index) continue;
      this.#field.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
    if (index < 0) this.#field.removeAttribute('aria-activedescendant');
  }

  #options(): readonly HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('[role=option]')];
  }

  #close(): void {
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#field.setAttribute('aria-expanded', 'false');
    this.#choose(-1);
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

/** As a script, since a page in a folder cannot read another file. */
function loadIndex(): Promise<MiniSearch<Entry>> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${document.body.dataset.root ?? ''}search-index.js`;
    script.addEventListener('load', () => {
      resolve(MiniSearch.loadJSON(globalThis.lannerSearchIndex ?? '', INDEX_OPTIONS));
      globalThis.lannerSearchIndex = undefined;
    });
    script.addEventListener('error', () => reject(new Error('the search index cannot be loaded')));
    document.head.append(script);
  });
}

function resultItem(result: SearchResult, index: number): HTMLElement {
  const link = document.createElement('a');
  link.id = `result-${index}`;
  link.setAttribute('role', 'option');
  link.href = `${document.body.dataset.root ?? ''}${result.url}`;
  link.tabIndex = -1;
  link.append(part('strong', result.title), part('span', result.page), part('small', result.start));
  return link;
}

function part(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
