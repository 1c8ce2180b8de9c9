/** The HTML around the text of a page. */
import { escapeHtml } from './code-block.ts';
import type { TocEntry } from './markdown.ts';
import type { Page } from './pages.ts';

/**
 * Nothing is loaded from elsewhere, and no script or style stands in a page. The pages work from a folder, from
 * any server, and below the console.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

export interface Frame {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly toc: readonly TocEntry[];
  /** From the page to the top of the site: empty, or `../` as often as needed. */
  readonly root: string;
  /** Name of the page in the navigation. */
  readonly current?: string;
}

export function frame({ title, body, toc, root, current }: Frame, pages: readonly Page[]): string {
  const fullTitle = title === 'Lanner' ? 'Lanner' : `${title} · Lanner`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(fullTitle)}</title>
<link rel="icon" href="${root}icon.svg">
<link rel="stylesheet" href="${root}style.css">
<script src="${root}site.js"></script>
</head>
<body data-root="${root}">
<a class="skip" href="#content">To the text</a>
<header>
<button type="button" id="menu" aria-expanded="false" aria-controls="navigation">Menu</button>
<a class="brand" href="${root}index.html">Lanner</a>
<div class="search" role="search">
<input type="search" id="search" placeholder="Search ( / )" aria-label="Search the documentation" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="results" aria-autocomplete="list">
<div id="results" role="listbox" aria-label="Results" hidden></div>
<p id="search-status" class="visually-hidden" role="status"></p>
</div>
<button type="button" id="theme" aria-label="Dark or light">◐</button>
</header>
<div class="columns">
<nav id="navigation" aria-label="Pages">
${navigation(pages, root, current)}
</nav>
<main id="content" tabindex="-1">
${body}
${neighbours(pages, root, current)}
</main>
${contents(toc)}
</div>
</body>
</html>
`;
}

function navigation(pages: readonly Page[], root: string, current: string | undefined): string {
  const sections = Map.groupBy(pages, ({ section }) => section);
  return [...sections]
    .map(([section, group]) => {
      const items = group.map(({ name, title }) => {
        const mark = name === current ? ' aria-current="page"' : '';
        return `<li><a href="${root}${name}.html"${mark}>${escapeHtml(title)}</a></li>`;
      });
      return `<h2>${escapeHtml(section)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
    })
    .join('\n');
}

function contents(toc: readonly TocEntry[]): string {
  if (toc.length < 2) return '<aside></aside>';
  const items = toc.map(
    ({ id, title, level }) =>
      `<li class="level-${level}"><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`,
  );
  return `<aside aria-labelledby="contents"><h2 id="contents">On this page</h2>\n<ul>\n${items.join('\n')}\n</ul></aside>`;
}

function neighbours(pages: readonly Page[], root: string, current: string | undefined): string {
  const index = pages.findIndex(({ name }) => name === current);
  if (index < 0) return '';
  const link = (page: Page | undefined, label: string): string =>
    page === undefined
      ? '<span></span>'
      : `<a rel="${label}" href="${root}${page.name}.html">${label === 'prev' ? '← ' : ''}${escapeHtml(page.title)}${label === 'next' ? ' →' : ''}</a>`;
  return `<nav class="neighbours" aria-label="Neighbouring pages">${link(pages[index - 1], 'prev')}${link(pages[index + 1], 'next')}</nav>`;
}
