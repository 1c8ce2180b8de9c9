/**
 * Builds the documentation site from docs/, other Markdown of the repository and the code: `npm run docs`. What
 * comes out works from a folder and from any server, and loads nothing from elsewhere.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { build as bundle } from 'esbuild';
import MiniSearch from 'minisearch';
import { imageUrl, type LinkProblem, SiteLinks, sourceUrl } from './links.ts';
import { type Rendered, renderPage } from './markdown.ts';
import { allPages, type Page, ROOT } from './pages.ts';
import { type Entry, INDEX_OPTIONS } from './search-options.ts';
import { sourcePages } from './source-pages.ts';
import { frame } from './template.ts';

const OUTPUT = join(ROOT, 'build', 'site');
const CLIENT = join(import.meta.dirname, 'client');

export interface BuiltSite {
  readonly pages: number;
  /** Copies of files of the repository. */
  readonly sources: number;
  /** What the search finds. */
  readonly passages: number;
  readonly problems: readonly LinkProblem[];
}

/** Builds the site into a folder, which is emptied before. */
export async function buildSite(folder = OUTPUT): Promise<BuiltSite> {
  const pages = await allPages();
  const links = new SiteLinks(pages);
  const rendered = new Map(pages.map((page) => [page, renderPage(page, links)]));
  links.checkAnchors(new Map([...rendered].map(([{ name }, { ids }]) => [name, ids])));

  rmSync(folder, { recursive: true, force: true });
  for (const [page, { html, toc }] of rendered) {
    const text = frame({ title: page.title, body: html, toc, root: '', current: page.name }, pages);
    write(folder, `${page.name}.html`, text);
  }
  const sources = sourcePages(links.sources);
  for (const [path, { title, body }] of sources) {
    const root = '../'.repeat(path.split('/').length);
    write(folder, sourceUrl(path), frame({ title, body, toc: [], root }, pages));
  }
  for (const path of links.images) {
    mkdirSync(join(folder, 'images'), { recursive: true });
    cpSync(join(ROOT, path), join(folder, imageUrl(path)));
  }
  for (const name of ['style.css', 'icon.svg']) cpSync(join(CLIENT, name), join(folder, name));
  const entries = searchEntries(rendered);
  write(folder, 'search-index.js', searchIndex(entries));
  await bundle({
    entryPoints: [join(CLIENT, 'site.ts')],
    outfile: join(folder, 'site.js'),
    bundle: true,
    minify: true,
    // Modules are not loaded from folders.
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  return {
    pages: pages.length,
    sources: sources.size,
    passages: entries.length,
    problems: links.problems,
  };
}

function searchEntries(rendered: ReadonlyMap<Page, Rendered>): Entry[] {
  const entries = [...rendered].flatMap(([{ name, title: page }, { passages }]) =>
    passages.map(({ id, title, text }) => ({
      page,
      title: title || page,
      url: id === '' ? `${name}.html` : `${name}.html#${id}`,
      text,
    })),
  );
  return entries.map((entry, id) => ({ id, ...entry }));
}

/** A script, since a page in a folder cannot read another file. */
function searchIndex(entries: readonly Entry[]): string {
  const index = new MiniSearch(INDEX_OPTIONS);
  index.addAll(entries);
  return `globalThis.lannerSearchIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}

function write(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (import.meta.main) {
  const { pages, sources, passages, problems } = await buildSite();
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  console.log(`${OUTPUT}: ${pages} pages, ${sources} sources, ${passages} passages in the search`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
