/** Copies of files of the repository that pages link to, with a number at each line. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { escapeHtml } from './code-block.ts';
import { isFolder, sourceUrl } from './links.ts';
import { ROOT } from './pages.ts';

export interface SourcePage {
  readonly title: string;
  readonly body: string;
  /** Anchors of its lines. */
  readonly ids: ReadonlySet<string>;
}

/** The copies of `paths`, and of the files in those that are folders, by path. */
export function sourcePages(paths: Iterable<string>): Map<string, SourcePage> {
  const pages = new Map<string, SourcePage>();
  for (const path of paths) addPage(path, pages);
  return pages;
}

function addPage(path: string, pages: Map<string, SourcePage>): void {
  if (pages.has(path)) return;
  const up = '../'.repeat(path.split('/').length);
  if (!isFolder(path)) {
    const lines = readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n');
    const ids = lines.map((_, index) => `L${index + 1}`);
    const text = lines.map((line, index) => `<span id="${ids[index]}">${escapeHtml(line)}</span>`).join('\n');
    const body = `<h1>${escapeHtml(path)}</h1>\n<div class="code"><pre tabindex="0" class="lines"><code>${text}</code></pre></div>`;
    pages.set(path, { title: path, body, ids: new Set(ids) });
    return;
  }
  const entries = readdirSync(join(ROOT, path)).sort();
  const items = entries.map((name) => {
    const entry = posix.join(path, name);
    return `<li><a href="${up}${sourceUrl(entry)}">${escapeHtml(name)}</a></li>`;
  });
  const body = `<h1>${escapeHtml(path)}</h1>\n<ul>\n${items.join('\n')}\n</ul>`;
  pages.set(path, { title: path, body, ids: new Set() });
  for (const name of entries) addPage(posix.join(path, name), pages);
}
